// What the frame does with a pressed key: it has the action done that the key means, and moves focus.

import { flushSync } from 'svelte';

import { perform } from '../state/actions/action';
import { searchAction } from '../state/actions/dagdeck';
import { heard } from '../state/actions/hearing';
import { isLetter, keysOf, meant, pressed } from '../state/actions/keys';
import { NEXT_REGION } from '../state/actions/moves';
import type { App } from '../state/app.svelte';

/** Moves focus among like elements with the arrow keys. */
export function moveFocus(event: KeyboardEvent, selector: string): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const at = all.findIndex((one) => one === document.activeElement);
  all[(at + step + all.length) % all.length]?.focus();
  event.preventDefault();
}

/** Moves focus along a row of tabs with the arrow keys, and opens the one it comes to. */
export function moveAcross(event: KeyboardEvent, selector: string): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const at = all.findIndex((one) => one === document.activeElement);
  if (at < 0) return;
  const next = all[(at + step + all.length) % all.length];
  next?.focus();
  next?.click();
  event.preventDefault();
}

/** Acts on a key pressed anywhere. A dialog has the keyboard for itself: nothing acts under it. */
export function onKey(app: App, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  if (app.dialog !== null) return swapLookUp(app, event);
  if (pressed(NEXT_REGION.keys, event)) return nextRegion(event);
  // What the key before changed is on screen first: it says what this one means.
  flushSync();
  const action = heard(app, event);
  if (action === null || (menuOpen() && keysOf(action).every(menusOwn))) return;
  event.preventDefault();
  perform(app, action);
}

/** A menu that is open has the keyboard for what moves in it and closes it. */
function menuOpen(): boolean {
  return document.querySelector('.menu') !== null;
}

function menusOwn(keys: string): boolean {
  return isLetter(keys) || !keys.includes('Mod');
}

/** The palette's key closes it again, and brings it in place of the list of keys. */
function swapLookUp(app: App, event: KeyboardEvent): void {
  const search = searchAction(app);
  if (meant(app, [search], event) === null) return;
  const kind = app.dialog?.kind;
  // What the browser would do with the key, it does under no dialog either.
  event.preventDefault();
  if (kind === 'palette') app.putAway('palette');
  else if (kind === 'keys' && app.workspace !== null && !app.asksTrust) search.run();
}

const REGIONS = ['.titlebar', '.side', '.main', '.statusbar'];

function nextRegion(event: KeyboardEvent): void {
  event.preventDefault();
  const regions = REGIONS.map((one) => document.querySelector<HTMLElement>(one)).filter(
    (one) => one !== null,
  );
  const at = regions.findIndex((one) => one.contains(document.activeElement));
  for (let step = 1; step <= regions.length; step += 1) {
    const region = regions[(at + step) % regions.length];
    const first = region?.querySelector<HTMLElement>('button, a[href], input, [tabindex="0"]');
    if (first) {
      first.focus();
      return;
    }
  }
}
