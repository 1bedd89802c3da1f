import { describe, expect, it } from 'vitest';

import { settle, show } from '../screens/testing';
import type { App } from '../state/app.svelte';
import { askClose } from '../state/closing';
import { showCreation } from '../state/creating';
import type { DialogKind } from '../state/dialog';

type Shown = Awaited<ReturnType<typeof show>>;

/** How a kind of dialog comes to be open, and by what it is seen. */
interface Opening {
  seen: string;
  open: (shown: Shown) => unknown;
  scene?: string;
  /** The screens it is tried over; where it belongs to one screen, that goes there. */
  over?: Over[];
}
type Over = 'overview' | 'location' | 'health' | 'create' | 'creation';

const ID = 'data_engineering';
const HEALTH: Over[] = ['health'];
const OVERVIEW: Over[] = ['overview'];
const click = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)?.click();

/** Every kind there is: one that is forgotten here doesn't compile. */
const OPENINGS: Record<DialogKind, Opening> = {
  palette: { seen: 'palette', open: ({ app }) => app.ask({ kind: 'palette' }) },
  keys: { seen: 'keys-help', open: ({ app }) => app.ask({ kind: 'keys' }) },
  close: { seen: 'close-dialog', open: ({ backend }) => backend.askClose(4) },
  addProjects: {
    seen: 'add-projects',
    open: ({ app }) => app.ask({ kind: 'addProjects', folder: '/home/ada/work' }),
  },
  removeProject: {
    seen: 'remove-project',
    open: ({ app }) => app.ask({ kind: 'removeProject', location: ID, trash: false }),
  },
  moveProject: { seen: 'move-project', open: ({ app }) => app.ask({ kind: 'moveProject', location: ID }) },
  packages: { seen: 'packages', open: ({ app }) => app.ask({ kind: 'packages', location: ID }) },
  python: { seen: 'python', open: ({ app }) => app.ask({ kind: 'python', location: ID, name: ID }) },
  definition: { seen: 'add-definition', open: ({ app }) => app.ask({ kind: 'definition', location: ID }) },
  deployment: { seen: 'deployment-dialog', open: ({ app }) => app.ask({ kind: 'deployment' }) },
  sync: { seen: 'sync-dialog', open: ({ app }) => app.sync.ask({ locations: [], deployment: false }) },
  fix: { seen: 'fix-review', open: () => click('fix-lockfile-fresh:finance:0'), over: HEALTH },
  safeFixes: { seen: 'fix-plan', open: ({ app }) => app.ask({ kind: 'safeFixes' }), over: HEALTH },
  report: { seen: 'health-report', open: () => click('health-report-open'), over: HEALTH },
  leaveCreation: {
    seen: 'leave-dialog',
    open: () => click('creation-remove'),
    scene: 'create-failed',
    over: ['creation'],
  },
  closeWorkspace: { seen: 'close-workspace', open: ({ app }) => askClose(app) },
  restartOwner: {
    seen: 'restart-owner',
    open: () => click('differs-restart'),
    scene: 'differs',
    over: OVERVIEW,
  },
  takeOver: {
    seen: 'take-over',
    open: () => click('run-here'),
    scene: 'other',
    over: OVERVIEW,
  },
};

function goTo(app: App, over: Over): void {
  if (over === 'location') app.goLocation(ID);
  else if (over === 'creation') showCreation(app);
  else if (over === 'create') app.go({ view: 'create', kind: 'project', parent: null });
  else app.go({ view: over });
}

/** Every letter, the keys that act on a row, and what the frame does with Ctrl or Command. */
const KEYS: KeyboardEventInit[] = [
  ...'abcdefghijklmnopqrstuvwxyz'.split('').flatMap((key) => [{ key }, { key, shiftKey: true }]),
  ...['?', '/', ' ', 'ArrowDown', 'ArrowUp', 'F6'].map((key) => ({ key })),
  ...['Enter', '1', '2', '3', '.', ',', 'n', 'o', 'r', 'u', '\\'].flatMap((key) => [
    { key, ctrlKey: true },
    { key, metaKey: true },
  ]),
  { key: '2', code: 'Digit2', ctrlKey: true, altKey: true },
];

/** Presses every key beside the dialog, as where nothing in it has the focus. */
async function pressAll(keys = KEYS): Promise<void> {
  for (const key of keys) {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...key });
    document.body.dispatchEvent(event);
  }
  await settle();
}

/** What keys could change. */
const standing = ({ app, backend }: Shown) => ({
  asked: backend.asked.length,
  route: app.route,
  selected: app.selected,
  dialog: app.dialog,
  side: app.sideHidden,
  toast: app.toast,
});

const CASES = Object.entries(OPENINGS).flatMap(([kind, opening]) =>
  (opening.over ?? ['overview', 'location', 'create']).map((over) => ({ kind, over, opening })),
);

describe('an open dialog', () => {
  it.each(CASES)('$kind lets no key act under it, over $over', async ({ kind, over, opening }) => {
    const shown = await show(opening.scene ?? 'overview');
    shown.app.selected = ID;
    goTo(shown.app, over);
    await settle();
    await opening.open(shown);
    await settle();
    expect(shown.screen.getByTestId(opening.seen)).toBeTruthy();
    expect(shown.app.dialog?.kind).toBe(kind);
    const before = standing(shown);
    await pressAll();
    expect(standing(shown)).toEqual(before);
  });

  it('is what holds them back: without one the same keys act', async () => {
    const shown = await show('overview');
    shown.app.selected = ID;
    goTo(shown.app, 'location');
    await settle();
    // The one that opens a dialog comes by itself, last.
    await pressAll(KEYS.filter((one) => one.key !== '?'));
    expect(shown.app.dialog).toBeNull();
    await pressAll([{ key: '?' }]);
    expect(shown.app.dialog).toEqual({ kind: 'keys' });
    const asked = shown.backend.asked.map((one) => one.name);
    for (const name of ['location_reload', 'location_restart', 'launch', 'stop_all'])
      expect(asked).toContain(name);
  });
});

const fieldOf = ({ screen }: Shown) => screen.getByTestId('palette-input') as HTMLInputElement;

describe('a question over a dialog', () => {
  it('leaves the dialog below as it was', async () => {
    const shown = await show('overview');
    shown.app.ask({ kind: 'palette' });
    await settle();
    const field = fieldOf(shown);
    field.value = 'restart';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    shown.backend.askClose(2);
    await settle();
    shown.screen.getByTestId('close-cancel').click();
    await settle();
    expect(shown.app.dialog).toEqual({ kind: 'palette' });
    expect(fieldOf(shown).value).toBe('restart');
  });
});

describe('a dialog about a location', () => {
  it('is put away with it, and the keyboard is free again', async () => {
    const { app, backend } = await show('overview');
    app.ask({ kind: 'packages', location: ID });
    await settle();
    const open = backend.snapshot.workspace!;
    const locations = open.locations.filter((one) => one.id !== ID);
    backend.emit({ kind: 'workspaceRead', workspace: { ...open, locations } });
    await settle();
    expect(app.dialog).toBeNull();
  });
});

describe('what makes an environment before launching', () => {
  it('is asked on every screen', async () => {
    const { app, screen } = await show('overview');
    app.go({ view: 'logs' });
    app.ask({ kind: 'deployment' });
    await settle();
    expect(screen.getByTestId('deployment-dialog')).toBeTruthy();
  });
});
