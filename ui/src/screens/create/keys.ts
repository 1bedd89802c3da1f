// The wizard's own keys.

import { isApple } from '../../design/platform';
import type { App } from '../../state/app.svelte';

/** What a key asks of the wizard. */
export type StepKey = 'next' | 'back' | 'close';

/** What a key pressed anywhere asks of the wizard; null where it is another's. */
export function stepKey(app: App, event: KeyboardEvent): StepKey | null {
  if (event.defaultPrevented || app.dialog !== null) return null;
  // A menu that is open has the keyboard.
  if (document.querySelector('.menu') !== null) return null;
  const mod = isApple() ? event.metaKey : event.ctrlKey;
  if (event.key === 'Enter' && (mod || event.target instanceof HTMLInputElement)) return 'next';
  if ((event.altKey && event.key === 'ArrowLeft') || (mod && event.key === '[')) return 'back';
  return event.key === 'Escape' ? 'close' : null;
}
