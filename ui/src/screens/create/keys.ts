// The keys of the wizard's steps, whatever each step does.

import type { App } from '../../state/app.svelte';
import type { Keyed } from '../../state/actions/keys';

/** Goes on from a step. Where nobody runs the workspace, the same keys have it run here. */
export function nextKeys(app: App): Keyed {
  return app.owner.halted === null ? { keys: 'Mod+Enter' } : {};
}

/** Goes back a step. */
export const BACK_KEYS: Keyed = { keys: 'Alt+←', also: ['Mod+['] };

/** Leaves the questions, or what is being made. */
export const CLOSE_KEYS: Keyed = { keys: 'Esc' };

/** Goes on as from any form, while typing an answer. */
export const FIELD_KEYS: Keyed = { keys: 'Enter' };
