import { describe, expect, it } from 'vitest';

import { FakeBackend } from '../backend/fake/fake';
import { scenes } from '../backend/fake/scenes';
import { entries } from '../screens/palette/commands';
import { press, settle, show } from '../screens/testing';
import type { Action } from '../state/actions/action';
import { reachable } from '../state/actions/hearing';
import { keysOf } from '../state/actions/keys';
import { lifeKeys } from '../state/actions/location';
import { MOVES } from '../state/actions/moves';
import { headActions, locationActions, menuActions, rowAction } from '../state/actions/offered';
import { App } from '../state/app.svelte';
import { folderMissing, listsProjects } from '../state/projects';
import type { Route } from '../state/route';
import { locationKey } from '../state/labels';

/** Every location of every scene, once for each state of it. */
async function everyLocation() {
  const all = [];
  for (const name of Object.keys(scenes).filter((one) => one !== 'many')) {
    const app = new App(FakeBackend.ofScene(name));
    await app.start();
    for (const location of app.locations) all.push({ scene: name, app, location });
  }
  return all;
}

const said = ({ label, title, disabled, command }: Action) => ({ label, title, disabled, command });

describe('an action', () => {
  it('is the same in row, head, menu, palette and by key, whatever the location does', async () => {
    const all = await everyLocation();
    expect(all.length).toBeGreaterThan(50);
    for (const { scene, app, location } of all) {
      app.selected = location.id;
      const palette = entries(app).map(({ action }) => action);
      const menu = menuActions(app, location).flat();
      const places = [[rowAction(app, location)], headActions(app, location), menu, lifeKeys(app, location)];
      const known = new Map<string, Action>();
      for (const action of [...places.flat(), ...palette, ...locationActions(app, location)]) {
        const before = known.get(action.id);
        const where = `${scene}, ${location.id}, ${action.id}`;
        if (before !== undefined) expect(said(action), where).toEqual(said(before));
        known.set(action.id, action);
        if (action.disabled) expect(action.title, where).not.toBe('');
        if (action.disabled) expect(action.title, where).not.toBe(action.command);
      }
      const ids = palette.map((one) => one.id);
      expect(new Set(ids).size, `${scene}: no line of the palette twice`).toBe(ids.length);
      expect(palette.some((one) => one.disabled)).toBe(false);
      for (const one of menu) expect(ids.includes(one.id), `${scene}, ${one.id}`).toBe(!one.disabled);
    }
  });

  it('is offered where it applies, and nowhere else', async () => {
    for (const { app, location } of await everyLocation()) {
      app.selected = location.id;
      const menu = menuActions(app, location).flat();
      const ids = (actions: Action[]) => actions.map((one) => one.id);
      const everywhere = [menu, headActions(app, location), entries(app).map(({ action }) => action)].map(
        ids,
      );
      if (locationKey(location) === 'stopped')
        for (const one of everywhere) expect(one).not.toContain('restart');
      if (location.environment.state === 'syncing') {
        for (const one of everywhere) expect(one).not.toContain('preview-sync');
        expect(menu.find((one) => one.id === 'cancel-sync')?.label).toBe('Cancel sync');
      }
      if (folderMissing(location) && listsProjects(app))
        for (const one of everywhere) expect(one).toEqual(expect.arrayContaining(['find', 'take-out']));
    }
  });
});

const VIEWS: Route[] = [
  { view: 'overview' },
  { view: 'logs' },
  { view: 'health' },
  { view: 'settings' },
  { view: 'service', name: 'webserver' },
  { view: 'location', id: 'data_engineering', tab: 'logs' },
  { view: 'create', kind: 'project', parent: null },
];
const SHOWN = ['welcome', 'trust', 'overview', 'gone', 'moved', 'creating', 'created', 'create-failed'];

describe('a key', () => {
  it.each(SHOWN)('means one thing in each view, and the help lists just that: %s', async (scene) => {
    const { app, screen } = await show(scene);
    for (const view of app.asksTrust || app.workspace === null ? VIEWS.slice(-1) : VIEWS) {
      app.go(view);
      await settle();
      const offers = reachable(app);
      const keys = offers.flatMap(({ actions }) => actions().flatMap(keysOf));
      expect(new Set(keys).size, `${scene}, ${view.view}: ${keys.join(' ')}`).toBe(keys.length);
      for (const one of keys) expect(one).toMatch(/^((Alt|Mod|Shift)\+)*[^+]+$/);
      const known = offers.flatMap(({ actions }) => actions()).filter((one) => keysOf(one).length > 0);
      const moves = offers.flatMap((one) => one.moves ?? []);
      for (const move of moves) expect(MOVES).toContain(move);
      app.ask({ kind: 'keys' });
      await settle();
      const lines = screen.getAllByTestId('key-line').map((one) => one.firstElementChild?.textContent);
      const wanted = [...known.map((one) => one.label), ...moves.map((one) => one.does)];
      expect(lines.toSorted(), view.view).toEqual(wanted.toSorted());
      app.putAway('keys');
      await settle();
    }
  });

  it('is written with its action: nothing that shows one has its own', () => {
    const sources = import.meta.glob<string>('../**/*.svelte', {
      query: '?raw',
      import: 'default',
      eager: true,
    });
    expect(Object.keys(sources).length).toBeGreaterThan(80);
    const own = Object.entries(sources).filter(([, text]) => /<Keys[^>]*\skeys="/.test(text));
    expect(own.map(([file]) => file)).toEqual([]);
  });

  it('says why it can’t act', async () => {
    const { app, screen, backend, last } = await show('ready');
    const heard = () => screen.getAllByRole('status').map((one) => one.textContent?.trim());
    screen.getByRole('grid').focus();
    await press('r');
    expect(heard()).toContain('Select a location first');
    await press('j');
    await press('R', { shiftKey: true });
    expect(last('location_restart')).toBeUndefined();
    expect(last('location_start')).toBeUndefined();
    expect(heard()).toContain('It isn’t running, so there is nothing to restart');
    await press('u', { ctrlKey: true });
    expect(last('openUrl')).toBeUndefined();
    expect(heard()).toContain('The webserver isn’t running');
    await press('.', { ctrlKey: true });
    expect(heard()).toContain('Nothing runs here');
    const before = app.toast;
    await press('.', { ctrlKey: true });
    expect(app.toast, 'the same is said anew').not.toBe(before);
    expect(app.toast?.text).toBe('Nothing runs here');
    expect(backend.asked.some((one) => one.name === 'stop_all')).toBe(false);
  });
});
