// Which key was pressed, and whether it may act. What a key does stands with its action.

import type { App } from '../app.svelte';
import type { Action } from './action';

/** What the browser calls a key that has a name of its own here. */
const NAMED: Record<string, string> = {
  Space: ' ',
  Esc: 'Escape',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
  '←': 'ArrowLeft',
  '→': 'ArrowRight',
};

/** Whether typing goes into a field. */
export function typing(event: Event): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Whether a key that writes something may act now. */
function letterAllowed(app: App, event: KeyboardEvent): boolean {
  return !typing(event) && app.settings?.letterKeys !== false;
}

/** Whether an event is of these keys, such as "Mod+Enter", "Shift+R", "?" or "Alt+Mod+1". */
export function pressed(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const held = new Set(parts.slice(0, -1));
  if (held.has('Mod') !== (event.ctrlKey || event.metaKey) || held.has('Alt') !== event.altKey) return false;
  // A sign may need Shift on this keyboard, so without another modifier only the sign itself counts.
  const sign = held.size === 0 && writes(key) && !/[a-z0-9]/i.test(key);
  if (!sign && held.has('Shift') !== event.shiftKey) return false;
  // With Alt a keyboard may write another sign than the one on the key.
  if (held.has('Alt') && /^[a-z0-9]$/i.test(key)) return event.code === codeOf(key);
  return event.key.toLowerCase() === (NAMED[key] ?? key).toLowerCase();
}

function codeOf(key: string): string {
  return /\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`;
}

/** Whether a key is named by the one sign that it writes. */
function writes(key: string): boolean {
  return key.length === 1 && !(key in NAMED);
}

/** Whether these keys write something where there is a field: a letter or a sign, with Shift at most. */
export function isLetter(keys: string): boolean {
  const parts = keys.split('+');
  return writes(parts.at(-1) ?? '') && !parts.includes('Mod') && !parts.includes('Alt');
}

/** What keys do or lead to. */
export type Keyed = Pick<Action, 'keys' | 'also'>;

/** Every combination that does it. */
export function keysOf({ keys, also }: Keyed): string[] {
  return [...(keys === undefined ? [] : [keys]), ...(also ?? [])];
}

/** Which of these a pressed key means. */
export function meant<One extends Keyed>(app: App, all: One[], event: KeyboardEvent): One | null {
  const means = (keys: string) => pressed(keys, event) && (!isLetter(keys) || letterAllowed(app, event));
  return all.find((one) => keysOf(one).some(means)) ?? null;
}
