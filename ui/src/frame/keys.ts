// The keyboard map: what each key does, told once for acting and for the help.

import { anythingRuns } from '../state/summary';
import type { App } from '../state/app.svelte';
import { creatableHere, openCreate } from '../state/creating';
import { LOCATION_TABS } from '../state/route';
import { openDagsterUi } from '../state/verbs';

/** One line of the help. */
export interface KeyLine {
  keys: string;
  does: string;
}

/** Keys that work everywhere. */
export const GLOBAL_KEYS: KeyLine[] = [
  { keys: 'Mod+K', does: 'Search or run a command' },
  { keys: 'Mod+P', does: 'Go to a location' },
  { keys: 'Mod+1', does: 'Overview' },
  { keys: 'Mod+2', does: 'Logs' },
  { keys: 'Mod+3', does: 'Health' },
  { keys: 'Mod+O', does: 'Open a workspace' },
  { keys: 'Mod+N', does: 'New project, or new workspace' },
  { keys: 'Mod+Enter', does: 'Launch' },
  { keys: 'Mod+.', does: 'Stop all' },
  { keys: 'Mod+R', does: 'Check again' },
  { keys: 'Mod+U', does: 'Open the Dagster UI' },
  { keys: 'Mod+,', does: 'Settings' },
  { keys: 'Mod+\\', does: 'Show or hide the sidebar' },
  { keys: 'F6', does: 'Next region' },
  { keys: '?', does: 'These keys' },
];

/** Keys of each view, besides the global ones. */
export const VIEW_KEYS: Record<'overview' | 'location' | 'log' | 'create' | 'health', KeyLine[]> = {
  create: [
    { keys: 'Mod+Enter', does: 'Continue, or create' },
    { keys: 'Alt+←', does: 'Back' },
    { keys: 'Esc', does: 'Close; what runs goes on' },
  ],
  overview: [
    { keys: '/', does: 'Filter locations' },
    { keys: '↑', does: 'Previous row, also K' },
    { keys: '↓', does: 'Next row, also J' },
    { keys: 'Enter', does: 'Open the location' },
    { keys: 'Space', does: 'Start or stop' },
    { keys: 'R', does: 'Reload code' },
    { keys: 'Shift+R', does: 'Restart' },
    { keys: 'L', does: 'Logs' },
    { keys: 'M', does: 'Menu' },
  ],
  location: [
    { keys: 'R', does: 'Reload code' },
    { keys: 'Shift+R', does: 'Restart' },
    { keys: 'X', does: 'Show or hide the explanation' },
    { keys: 'Alt+Mod+1', does: 'Logs, and so on for each tab' },
  ],
  health: [
    { keys: '↑', does: 'Previous finding' },
    { keys: '↓', does: 'Next finding' },
    { keys: 'F', does: 'Fix it' },
    { keys: 'Enter', does: 'Show or hide its details' },
  ],
  log: [
    { keys: 'Mod+F', does: 'Find' },
    { keys: 'Enter', does: 'Next match, in the find field' },
    { keys: 'Shift+Enter', does: 'Previous match' },
    { keys: 'Alt+R', does: 'Regular expression on or off' },
    { keys: 'E', does: 'Errors on or off; also W, I, D' },
    { keys: '↑', does: 'Previous line' },
    { keys: '↓', does: 'Next line' },
    { keys: '←', does: 'Fold frames; → unfolds' },
    { keys: 'O', does: 'Open the line’s file' },
    { keys: 'C', does: 'Copy the line' },
    { keys: 'N', does: 'Next error' },
    { keys: 'P', does: 'Previous error' },
    { keys: 'End', does: 'Follow the end' },
  ],
};

/** Whether typing goes into a field. */
export function typing(event: Event): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Whether a single letter may act now. */
export function letterAllowed(app: App, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return false;
  return app.settings?.letterKeys !== false && app.dialog === null;
}

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
  if (event.key === 'F6') return nextRegion(event);
  if (event.key === '?' && letterAllowed(app, event)) {
    app.ask({ kind: 'keys' });
    event.preventDefault();
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  const act = event.altKey ? tabAction(app, event) : modAction(app, event);
  if (act === null) return;
  event.preventDefault();
  act();
}

/** The palette's key closes it again, and brings it in place of the list of keys. */
function swapLookUp(app: App, event: KeyboardEvent): void {
  const mod = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!mod || !['k', 'p'].includes(event.key.toLowerCase())) return;
  const kind = app.dialog?.kind;
  // What the browser would do with the key, it does under no dialog either.
  event.preventDefault();
  if (kind === 'palette') app.putAway('palette');
  else if (kind === 'keys' && app.workspace !== null && !app.asksTrust) app.ask({ kind: 'palette' });
}

function tabAction(app: App, event: KeyboardEvent): (() => void) | null {
  const { route } = app;
  const tab = LOCATION_TABS[Number(event.code.replace('Digit', '')) - 1];
  return route.view === 'location' && tab !== undefined ? () => app.goLocation(route.id, tab) : null;
}

function modAction(app: App, event: KeyboardEvent): (() => void) | null {
  const { workspace } = app;
  const key = event.key.toLowerCase();
  if (key === 'o') return () => void app.openByDialog();
  if (key === ',') return () => app.go({ view: 'settings' });
  if (key === 'n' && !app.asksTrust) return () => openCreate(app, creatableHere(app));
  if (workspace === null) return null;
  if (app.asksTrust) return null;
  switch (key) {
    case 'k':
    case 'p':
      return () => app.ask({ kind: 'palette' });
    case '1':
      return () => app.go({ view: 'overview' });
    case '2':
      return () => app.go({ view: 'logs' });
    case '3':
      return () => app.go({ view: 'health' });
    case 'enter':
      // There it means the next step.
      if (app.owner.halted !== null) return () => app.owner.runHere();
      return app.route.view === 'create' ? null : () => app.requestLaunch();
    case '.':
      return anythingRuns(workspace) && app.owner.halted === null ? () => void app.run('stop_all', {}) : null;
    case 'r':
      return () => void app.checkAgain();
    case 'u':
      return app.owner.halted === null ? () => openDagsterUi(app) : null;
    case '\\':
      return () => (app.sideHidden = !app.sideHidden);
    default:
      return null;
  }
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
