import { fireEvent, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { ROOT } from '../../backend/fake/fixture';
import type { Operation, SyncPreview } from '../../backend/generated';
import { moved, settle, show } from '../testing';

const ID = 'customer_support';
const WANTED = { locations: [ID], deployment: false };
/** How the fake backend names what it showed of that. */
const BASIS = `sync of ${ROOT}/projects/customer-support/.venv`;

/** The states scene with a sync that takes a package away. */
async function removing() {
  const shown = await show('states');
  const usual = shown.backend.preview;
  shown.backend.preview = (request): SyncPreview => {
    const { environments, basis } = usual(request);
    const packages = [
      { name: 'humanize', from: null, to: '4.17.0' },
      { name: 'tabulate', from: '0.10.0', to: null },
      { name: 'dagster', from: '1.13.26', to: '1.13.27' },
    ];
    const lock = { made: false, changes: [{ name: 'tabulate', from: '0.10.0', to: null }] };
    const changed = environments.map((plan) => ({ ...plan, packages, lock, stops: ['webserver'] }));
    return { environments: changed, basis };
  };
  return shown;
}

describe('syncing', () => {
  it('is one click where nothing is removed', async () => {
    const { screen, last } = await show('states');
    await fireEvent.click(screen.getByTestId(`row-verb-${ID}`));
    await settle();
    expect(last('sync_preview')).toEqual(WANTED);
    expect(last('sync_start')).toEqual({ request: WANTED, basis: BASIS });
    expect(screen.queryByTestId('sync-dialog')).toBeNull();
  });

  it('sets up a missing environment without asking uv first', async () => {
    const { screen, last } = await show('states');
    await fireEvent.click(screen.getByTestId('row-verb-ml_platform'));
    await settle();
    expect(last('sync_preview')).toBeUndefined();
    expect(last('sync_start')).toEqual({
      request: { locations: ['ml_platform'], deployment: false },
      basis: null,
    });
  });

  it('asks where a package would go, and shows what, with the exact commands', async () => {
    const { screen, last } = await removing();
    await fireEvent.click(screen.getByTestId(`row-verb-${ID}`));
    await settle();
    expect(last('sync_start')).toBeUndefined();
    const dialog = screen.getByTestId('sync-dialog');
    expect(dialog.textContent).toContain('Nothing has been changed yet');
    expect(dialog.textContent).toContain('1 removed, 1 changed, 1 added');
    expect(dialog.textContent).toContain('Stops meanwhile and starts again: webserver.');
    expect(dialog.textContent).toContain('uv sync');
    const cells = (row: HTMLElement) => [...row.querySelectorAll('td')].map((one) => one.textContent?.trim());
    const row = (name: string) => screen.getAllByTestId(`change-${name}`).map((one) => cells(one).join(' '));
    expect(row('dagster')).toEqual(['dagster 1.13.26 1.13.27']);
    expect(row('tabulate'), 'once among the packages, once in the lockfile').toEqual([
      'tabulate 0.10.0 removed',
      'tabulate 0.10.0 removed',
    ]);
    const names = [...dialog.querySelectorAll('table[aria-label="Packages"] tbody td:first-child')];
    expect(
      names.map((one) => one.textContent),
      'what goes comes first',
    ).toEqual(['tabulate', 'dagster', 'humanize']);
    await fireEvent.click(screen.getByTestId('sync-start'));
    await settle();
    expect(last('sync_start')).toMatchObject({ request: WANTED });
    await waitFor(() => expect(screen.queryByTestId('sync-dialog')).toBeNull());
  });

  it('says what moved since it was shown, above what would change now', async () => {
    const { backend, screen, last } = await removing();
    await fireEvent.click(screen.getByTestId(`row-verb-${ID}`));
    await settle();
    backend.failing = { sync_start: moved('uv.lock of customer-support') };
    await fireEvent.click(screen.getByTestId('sync-start'));
    await settle();
    expect(screen.getByTestId('moved').textContent).toContain('uv.lock of customer-support changed');
    expect(backend.asked.filter((one) => one.name === 'sync_preview')).toHaveLength(2);
    backend.failing = {};
    await fireEvent.click(screen.getByTestId('sync-start'));
    await settle();
    expect(last('sync_start')).toEqual({ request: WANTED, basis: BASIS });
    await waitFor(() => expect(screen.queryByTestId('sync-dialog')).toBeNull());
  });

  it('shows what moved even where nothing would be lost', async () => {
    const { backend, screen } = await show('states');
    backend.failing = { sync_start: moved('pyproject.toml of customer-support') };
    await fireEvent.click(screen.getByTestId(`row-verb-${ID}`));
    await settle();
    const dialog = screen.getByTestId('sync-dialog');
    expect(dialog.textContent).toContain('pyproject.toml of customer-support changed');
  });

  it('changes nothing when the dialog is closed', async () => {
    const { screen, last } = await removing();
    await fireEvent.click(screen.getByTestId(`row-verb-${ID}`));
    await settle();
    await fireEvent.click(screen.getByTestId('sync-close'));
    await settle();
    await waitFor(() => expect(screen.queryByTestId('sync-dialog')).toBeNull());
    expect(last('sync_start')).toBeUndefined();
  });

  it('shows all that need it and syncs those', async () => {
    const { screen, last } = await show('states');
    const all = screen.getByTestId('sync-all');
    expect(all.textContent).toContain('Sync all 3…');
    await fireEvent.click(all);
    await settle();
    expect(last('sync_preview')).toEqual({ locations: [], deployment: false });
    expect(screen.getByTestId('sync-dialog').textContent).toContain('Sync 3 environments');
    await fireEvent.click(screen.getByTestId('sync-start'));
    await settle();
    expect(last('sync_start')).toMatchObject({
      request: { locations: [ID, 'ml_platform', 'legacy_etl'], deployment: false },
    });
  });

  it('says why a sync would fail, with the next step', async () => {
    const { app, backend, screen } = await show('states');
    const usual = backend.preview;
    const failure = {
      code: 'toolFailed' as const,
      message: 'No such version: dagster==9.9.9',
      causes: ['error: no solution'],
      hints: [{ text: 'Correct the version in pyproject.toml.', action: null }],
      subject: null,
    };
    backend.preview = (request) => ({
      ...usual(request),
      environments: usual(request).environments.map((plan) => ({ ...plan, failure })),
    });
    await app.sync.begin(app.location(ID)!);
    await settle();
    const dialog = screen.getByTestId('sync-dialog');
    expect(dialog.textContent).toContain('No such version: dagster==9.9.9');
    expect(dialog.textContent).toContain('Correct the version in pyproject.toml.');
    expect(screen.getByTestId('sync-start').textContent).toContain('Try it anyway');
  });

  it('says so where uv could not even be asked', async () => {
    const { app, backend, screen } = await show('states');
    backend.failing.sync_preview = {
      code: 'toolMissing',
      message: 'uv isn’t installed.',
      causes: [],
      hints: [],
      subject: null,
    };
    await app.sync.ask({ locations: [], deployment: false });
    await settle();
    expect(screen.getByTestId('sync-dialog').textContent).toContain('uv isn’t installed.');
    expect(screen.queryByTestId('sync-start')).toBeNull();
  });

  it('shows in the row how far it is, and takes it back', async () => {
    const { app, backend, screen, last } = await show('states');
    const environment = { ...app.location(ID)!.environment, state: 'syncing' as const, operation: 77 };
    backend.change(ID, { environment });
    const operation: Operation = {
      id: 77,
      title: `Syncing ${ID}`,
      command: null,
      cause: null,
      state: { state: 'running' },
      startedAt: Date.now(),
      took: null,
      location: ID,
      log: `sync:${ID}`,
      progress: { words: 'Fetching grpcio', done: 3, total: 12 },
      tail: [],
      cancellable: true,
    };
    backend.emit({ kind: 'operationChanged', operation });
    await settle();
    expect(screen.getByTestId(`row-${ID}`).textContent).toContain('Fetching grpcio, 3 of 12');
    const verb = screen.getByTestId(`row-verb-${ID}`);
    expect(verb.textContent).toContain('Cancel');
    await fireEvent.click(verb);
    expect(last('operation_cancel')).toEqual({ operation: 77 });
  });

  it('syncs deployments/local from its card, after showing what would change', async () => {
    const { backend, screen, last } = await show('states');
    expect(screen.queryByTestId('sync-deployment')).toBeNull();
    const open = backend.snapshot.workspace!;
    const deployment = open.deployment!;
    const environment = { ...deployment.environment, state: 'outOfSync' as const };
    const workspace = { ...open, deployment: { ...deployment, environment } };
    backend.snapshot = { ...backend.snapshot, workspace };
    backend.emit({ kind: 'workspaceChanged', workspace: { ...workspace, locations: [] } });
    await settle();
    await fireEvent.click(screen.getByTestId('sync-deployment'));
    await settle();
    expect(last('sync_preview')).toEqual({ locations: [], deployment: true });
    expect(screen.getByTestId('sync-dialog').textContent).toContain('Sync deployments/local');
    await fireEvent.click(screen.getByTestId('sync-start'));
    await settle();
    expect(last('sync_start')).toMatchObject({ request: { locations: [], deployment: true } });
  });
});
