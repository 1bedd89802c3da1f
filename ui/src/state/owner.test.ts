import { describe, expect, it } from 'vitest';

import { FakeBackend } from '../backend/fake/fake';
import { App } from './app.svelte';

async function begun(scene: string) {
  const backend = FakeBackend.ofScene(scene);
  const app = new App(backend);
  await app.start();
  const asked = () => backend.asked.map((one) => one.name);
  return { app, backend, asked };
}

const turn = () => new Promise((done) => setTimeout(done));

describe('a snapshot of something else', () => {
  it('replaces what is shown though its revision is lower, and events after it apply', async () => {
    const { app, backend } = await begun('overview');
    backend.change('finance', { runs: 7 });
    const before = app.snapshot!.revision;
    backend.replace({ ...backend.snapshot, revision: 0 });
    expect(app.snapshot?.revision).toBe(0);
    expect(before).toBeGreaterThan(0);
    backend.change('finance', { runs: 8 });
    expect(app.location('finance')?.runs).toBe(8);
    expect(app.snapshot?.revision).toBe(1);
  });

  it('puts away what belongs to the former', async () => {
    const { app, backend } = await begun('overview');
    app.selected = 'finance';
    app.ask({ kind: 'packages', location: 'finance' });
    backend.askClose(4);
    const heard: number[] = [];
    const end = app.onGrowth(3, (event) => heard.push(event.rows));
    backend.measure();
    backend.replace({ ...backend.snapshot, revision: 0 });
    expect(app.dialog).toBeNull();
    expect(backend.asked.at(-1)).toEqual({
      name: 'decideClose',
      request: { decision: 'cancel', remember: false },
    });
    expect(app.selected).toBeNull();
    expect(app.measured.metrics).toEqual({});
    const now: number[] = [];
    app.onGrowth(3, (event) => now.push(event.rows));
    // The former view with the same handle is closed late.
    end();
    const counts = { debug: 0, info: 0, warning: 0, error: 0 };
    backend.emit({ kind: 'logGrew', view: 3, rows: 12, counts });
    expect([heard, now]).toEqual([[], [12]]);
  });

  it('keeps the place in the same workspace, and leaves that of another', async () => {
    const { app, backend } = await begun('overview');
    app.goLocation('finance');
    backend.replace({ ...backend.snapshot, revision: 0 });
    expect(app.route).toMatchObject({ view: 'location', id: 'finance' });
    const open = backend.snapshot.workspace!;
    backend.replace({ ...backend.snapshot, workspace: { ...open, root: '/home/ada/other' } });
    expect(app.route).toEqual({ view: 'overview' });
  });

  it('drops the answers to what the former was asked', async () => {
    const { app, backend } = await begun('overview');
    let answer = (): void => {};
    const late = new Promise<void>((done) => (answer = done));
    const call = backend.call.bind(backend);
    backend.call = async (name, request) => {
      if (name === 'snapshot_get') await late;
      return await call(name, request);
    };
    backend.snapshot = { ...backend.snapshot, revision: 40 };
    backend.change('finance', { runs: 1 });
    const former = backend.snapshot;
    backend.replace({ ...former, revision: 3 });
    backend.snapshot = former;
    answer();
    await turn();
    expect(app.snapshot?.revision).toBe(3);
  });

  it('waits its turn while nothing is shown yet', async () => {
    const backend = FakeBackend.ofScene('overview');
    const app = new App(backend);
    let faces = (): void => {};
    const started = app.start(new Promise<void>((done) => (faces = done)));
    await turn();
    backend.change('finance', { runs: 2 });
    backend.replace({ ...backend.snapshot, workspace: null, revision: 0 });
    backend.tellOwner({ state: 'none' });
    faces();
    await started;
    expect(app.workspace).toBeNull();
    expect(app.snapshot?.revision).toBe(0);
  });
});

describe('opening a folder', () => {
  it('changes nothing in a window that shows another', async () => {
    const { app, asked } = await begun('overview');
    app.goLocation('finance');
    const { snapshot, route, source } = app;
    await app.open('/home/ada/work/other');
    expect(asked()).toContain('workspace_open');
    expect([app.snapshot, app.route, app.selected, app.source, app.dialog]).toEqual([
      snapshot,
      route,
      'finance',
      source,
      null,
    ]);
    expect(asked()).not.toContain('stop_all');
  });

  it('shows it where nothing is open, whether the answer or the channel comes first', async () => {
    const first = await begun('welcome');
    await first.app.open('/home/ada/work/acme');
    expect(first.app.workspace?.name).toBe('acme-data');

    const { app, backend } = await begun('welcome');
    const opened = FakeBackend.ofScene('ready').snapshot;
    backend.call = async () => ({ ...opened, revision: 0 }) as never;
    await app.open('/home/ada/work/acme');
    expect(app.workspace?.root).toBe(opened.workspace?.root);
    app.ask({ kind: 'deployment' });
    // Still of the welcome screen.
    backend.emit({ kind: 'workspaceRead', workspace: null });
    expect(app.workspace).not.toBeNull();
    backend.replace({ ...opened, revision: 0 });
    expect(app.dialog).toEqual({ kind: 'deployment' });
    backend.change('finance', { runs: 5 });
    expect(app.location('finance')?.runs).toBe(5);
  });
});

describe('what the app read itself', () => {
  async function looked() {
    const backend = FakeBackend.ofScene('overview');
    backend.looks = true;
    const read = backend.snapshot;
    backend.replace({ ...read, revision: 40 });
    const app = new App(backend);
    await app.start();
    return { app, backend, read };
  }

  it('is on screen until the owner’s snapshot takes its place, and what a person did meanwhile stays', async () => {
    const { app, backend, read } = await looked();
    const { source } = app;
    app.selected = 'finance';
    app.ask({ kind: 'packages', location: 'finance' });
    backend.replace({ ...read, revision: 0 });
    expect([app.source, app.selected]).toEqual([source, 'finance']);
    expect(app.dialog).toEqual({ kind: 'packages', location: 'finance' });
    backend.change('finance', { runs: 6 });
    expect(app.location('finance')?.runs).toBe(6);
  });

  it('is left where another workspace takes its place', async () => {
    const { app, backend, read } = await looked();
    const { source } = app;
    backend.replace({ ...read, revision: 0, workspace: { ...read.workspace!, root: '/home/ada/other' } });
    expect(app.source).toBe(source + 1);
    expect(app.workspace?.root).toBe('/home/ada/other');
  });

  it('stays where no owner can be had, with the reason, and can be run later', async () => {
    const { app, backend } = await looked();
    const refused = {
      code: 'io' as const,
      message: 'It can’t be started.',
      causes: [],
      hints: [],
      subject: null,
    };
    backend.tellOwner({ state: 'gone', refused });
    expect(app.workspace).not.toBeNull();
    expect(app.owner.refused?.message).toBe('It can’t be started.');
    expect(app.owner.halted).toBe('No Dagdeck process runs this workspace. Run it here first.');
    app.owner.runHere();
    await turn();
    expect(app.owner.halted).toBeNull();
  });
});

describe('an owner that is gone', () => {
  it('lets no command through but the shell’s own, and is run here again', async () => {
    const { app, backend, asked } = await begun('overview');
    app.ask({ kind: 'packages', location: 'finance' });
    backend.loseOwner();
    expect(app.dialog).toBeNull();
    const before = asked().length;
    await app.run('location_start', { location: 'finance' });
    app.requestLaunch();
    await app.checkAgain();
    expect(asked()).toHaveLength(before);
    expect(app.failure).toBeNull();
    app.owner.runHere();
    await turn();
    expect(asked().slice(before)).toEqual(['takeOver']);
    expect(app.owner.halted).toBeNull();
    await app.run('location_start', { location: 'finance' });
    expect(asked().at(-1)).toBe('location_start');
  });

  it('says what keeps it from being run here', async () => {
    const { app, backend } = await begun('gone');
    backend.takeOver = () => Promise.reject({ code: 'io', message: 'no socket' });
    await app.owner.takeOver();
    expect(app.failure?.message).toBe('no socket');
    expect([app.owner.changing, app.owner.gone]).toEqual([false, true]);
  });
});

describe('an owner of another version', () => {
  it.each([
    ['0.2.0', 'a newer Dagdeck (0.2.0, process 40112)'],
    ['0.0.9', 'an older Dagdeck (0.0.9, process 40112)'],
    ['0.1.0', 'another Dagdeck (0.1.0, process 40112)'],
    [null, 'another Dagdeck (process 40112)'],
  ])('is named: %s', async (version, named) => {
    const { app, backend } = await begun('other');
    backend.tellOwner({ version });
    expect(app.owner.other?.said).toBe(`~/work/acme-data is run by ${named}.`);
  });
});
