// What one thing that can be done is, and why it sometimes can't be. What there is to do stands beside, by its noun.

import type { CommandView } from '../../backend/generated';
import type { IconName } from '../../design/drawings';
import type { App } from '../app.svelte';

/** One thing that can be done, the same wherever it is offered. */
export interface Action {
  /** Names it among the actions of what it is about. */
  id: string;
  label: string;
  /** The label where there is little room. */
  short?: string;
  /** The label where nothing around it says what it is about. */
  named?: string;
  icon: IconName;
  /** The keys that do it, such as "Shift+R". Written here only: whoever shows or hears them reads them from here. */
  keys?: string;
  /** Other keys that do the same. */
  also?: string[];
  /** What it does; where it is disabled, a sentence that says why. */
  title: string;
  disabled: boolean;
  /** Whether it is under way. */
  busy?: boolean;
  /** The command that it runs. */
  command?: CommandView;
  run: () => void;
}

/** Why nothing runs in a folder that isn’t trusted. */
export const UNTRUSTED = 'Trust this folder first; until then nothing in it runs';

/** Why nothing can be run in the workspace now; null where it can. */
export function refusal(app: App): string | null {
  return app.owner.halted ?? (app.workspace?.trusted === true ? null : UNTRUSTED);
}

/** Whether it can be done: the first reason against it counts, and null is none. Without one, `does` says what it does. */
export function unless(does: string, ...reasons: (string | null)[]): Pick<Action, 'title' | 'disabled'> {
  const reason = reasons.find((one) => one !== null) ?? null;
  return { title: reason ?? does, disabled: reason !== null };
}

/** What a button tells when it is pointed at: the exact line it runs, else what it does or why it can't. */
export function tooltip(action: Action): string {
  return action.disabled ? action.title : (action.command?.shell ?? action.title);
}

/** Does it, or says why it can't be done. */
export function perform(app: App, action: Action): void {
  if (action.disabled) app.say(action.title);
  else action.run();
}
