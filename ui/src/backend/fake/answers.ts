// What a fake has to answer: every command of the wire, or nothing compiles.

import type { CommandName, Commands } from '../generated';

/** The answer to one command, at once or later. */
type Answer<N extends CommandName> = (
  request: Commands[N]['request'],
) => Commands[N]['response'] | Promise<Commands[N]['response']>;

/** The answers to all commands. */
export type Answers = { [N in CommandName]: Answer<N> };

/** The answers to the commands of one area: those named `area_…`. */
export type AnswersOf<Area extends string> = Pick<Answers, Extract<CommandName, `${Area}_${string}`>>;
