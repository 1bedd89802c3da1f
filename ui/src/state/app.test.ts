import { describe, expect, it } from 'vitest';

import { FakeBackend } from '../backend/fake/fake';
import { designLocations, snapshot, workspace } from '../backend/fake/fixture';
import { App } from './app.svelte';

function make() {
  const backend = new FakeBackend(snapshot(workspace(designLocations(Date.now()))));
  return { backend, app: new App(backend) };
}

describe('the store', () => {
  it('fetches the snapshot and follows events', async () => {
    const { app, backend } = make();
    await app.start();
    backend.change('finance', { runs: 7 });
    expect(app.location('finance')?.runs).toBe(7);
  });

  it('fetches anew when an event is missing, and loses none', async () => {
    const { app, backend } = make();
    await app.start();
    const asked = backend.asked.length;
    backend.snapshot = { ...backend.snapshot, revision: backend.snapshot.revision + 5 };
    backend.change('finance', { runs: 9 });
    backend.change('finance', { runs: 10 });
    await new Promise((done) => setTimeout(done));
    expect(backend.asked.slice(asked).map((one) => one.name)).toEqual(['snapshot_get']);
    expect(app.location('finance')?.runs).toBe(10);
    expect(app.snapshot?.revision).toBe(backend.snapshot.revision);
  });

  it('opens the sample on its asset once everything is served, and once only', async () => {
    const { app, backend } = make();
    await app.start();
    app.sample = app.workspace!.root;
    const opened = () => backend.asked.filter((one) => one.name === 'openUrl').map((one) => one.request);
    const service = { ...backend.snapshot.workspace!.webserver, url: 'http://127.0.0.1:3000' };
    const running = { state: 'running', since: 1 } as const;
    backend.emit({ kind: 'serviceChanged', service: { ...service, lifecycle: running } });
    expect(opened()).toEqual([]);
    for (const one of app.locations)
      backend.change(one.id, { lifecycle: running, readiness: { state: 'ready', at: 1, took: 1 } });
    expect(opened()).toEqual(['http://127.0.0.1:3000/assets/revenue_forecast']);
    backend.change('finance', { runs: 1 });
    expect(opened()).toHaveLength(1);
  });

  it('keeps what it has when an older snapshot comes late', async () => {
    const { app, backend } = make();
    await app.start();
    const late = backend.snapshot;
    backend.change('finance', { runs: 3 });
    app.adopt(late);
    expect(app.location('finance')?.runs).toBe(3);
  });

  it('shows what goes wrong, but not what was taken back', async () => {
    const { app, backend } = make();
    await app.start();
    const error = { message: 'no', causes: [], hints: [], subject: null };
    backend.failing.launch = { code: 'cancelled', ...error };
    await app.launch(false);
    expect(app.failure).toBeNull();
    backend.failing.launch = { code: 'toolMissing', ...error };
    await app.launch(false);
    expect(app.failure?.code).toBe('toolMissing');
  });

  it('announces a grave change of state', async () => {
    const { app, backend } = make();
    await app.start();
    backend.change('data_engineering', {
      lifecycle: {
        state: 'crashed',
        reason: 'ended with code 1',
        refusal: null,
        at: 0,
        retryAt: null,
        lastLines: [],
      },
    });
    expect(app.announcement).toBe('data_engineering: crashed');
  });

  it('asks before an environment for the webserver is made', async () => {
    const { app, backend } = make();
    await app.start();
    const open = backend.snapshot.workspace!;
    backend.emit({
      kind: 'workspaceChanged',
      workspace: { ...open, deployment: { ...open.deployment!, toBeMade: true } },
    });
    app.requestLaunch();
    expect(app.dialog).toEqual({ kind: 'deployment' });
    expect(backend.asked.some((one) => one.name === 'launch')).toBe(false);
    await app.launch(true);
    expect(backend.asked.at(-1)).toEqual({
      name: 'launch',
      request: { locations: [], port: null, samePort: false, makeDeployment: true },
    });
  });

  it.each(['known', 'not known'])(
    'opens what was named or dropped, before it listened too, where it is %s how all stands',
    async (known) => {
      const { app, backend } = make();
      if (known === 'not known')
        backend.mute = { code: 'io', message: 'No answer for 15 s.', causes: [], hints: [], subject: null };
      const opened = () =>
        backend.asked.filter((one) => one.name === 'workspace_open').map((one) => one.request);
      backend.wanted = { folders: ['/srv/first', '/srv/second'], close: null };
      const starting = app.start();
      expect(opened()).toEqual([]);
      await starting;
      backend.nameFolders(['/srv/third']);
      await new Promise((done) => setTimeout(done));
      expect(opened()).toEqual([{ path: '/srv/first' }, { path: '/srv/second' }, { path: '/srv/third' }]);
    },
  );

  it('shows where to drop while files are over it', async () => {
    const { app, backend } = make();
    await app.start();
    backend.drag(true);
    expect(app.dragging).toBe(true);
    backend.drag(false);
    expect(app.dragging).toBe(false);
  });

  it('asks whether to close where that was wanted before it listened', async () => {
    const { app, backend } = make();
    backend.wanted = { folders: [], close: { processes: 4, terminals: 1 } };
    await app.start();
    expect(app.dialog).toMatchObject({ kind: 'close', processes: 4, terminals: 1 });
  });
});
