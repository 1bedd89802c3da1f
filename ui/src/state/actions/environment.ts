// What can be done to the environment of a location.

import type { EnvironmentState, LocationView } from '../../backend/generated';
import type { App } from '../app.svelte';
import { refusal, unless, type Action } from './action';

const NO_PYPROJECT = 'There is no pyproject.toml here for uv to go by';

/** What syncing an environment is called where it lacks something. */
const SYNC: Partial<Record<EnvironmentState, string>> = {
  outOfSync: 'Sync',
  missing: 'Set up',
  broken: 'Rebuild',
};

/** Takes a running sync back. */
export function cancelSyncAction(app: App, operation: number | null, of: string): Action {
  const { halted } = app.owner;
  const unknown = operation === null ? 'Its sync can’t be taken back from here' : null;
  return {
    id: 'cancel-sync',
    label: 'Cancel sync',
    short: 'Cancel',
    named: `Cancel sync of ${of}`,
    icon: 'x',
    ...unless('Ends uv sync; what it got so far stays', halted, unknown),
    run: () => operation !== null && void app.sync.cancel(operation),
  };
}

/** Runs uv for a location's environment, asking first where that would remove something; or takes that back. */
export function syncAction(app: App, location: LocationView): Action {
  const { id, name, environment, sync } = location;
  const { state, detail } = environment;
  if (state === 'syncing') return cancelSyncAction(app, environment.operation, name);
  const looking = app.sync.looking.has(id);
  return {
    id: 'sync',
    label: SYNC[state] ?? 'Sync again',
    named: `Sync environment of ${name}`,
    icon: state === 'missing' ? 'env' : 'reload',
    ...unless(detail, refusal(app), sync === null ? NO_PYPROJECT : null, looking ? LOOKING : null),
    busy: looking,
    command: sync ?? undefined,
    run: () => void app.sync.begin(location),
  };
}

const LOOKING = 'uv is being asked what it would change';

/** Shows what a sync would change, and asks; where one runs, takes it back. */
export function previewAction(app: App, location: LocationView): Action {
  const { id, name, environment, sync } = location;
  if (environment.state === 'syncing') return cancelSyncAction(app, environment.operation, name);
  const looking = app.sync.looking.has(id) ? LOOKING : null;
  return {
    id: 'preview-sync',
    label: 'Sync environment…',
    short: 'Preview…',
    named: `Show what a sync of ${name} would change`,
    icon: 'env',
    ...unless(
      'Shows what uv sync would change, and asks',
      refusal(app),
      sync === null ? NO_PYPROJECT : null,
      looking,
    ),
    run: () => void app.sync.ask({ locations: [id], deployment: false }),
  };
}

/** Shows what is wrong with an environment. */
export function showEnvironmentAction(app: App, location: LocationView): Action {
  const run = () => app.goLocation(location.id, 'environment');
  const title = 'Shows what is wrong with the environment';
  return { id: 'show-environment', label: 'Show', icon: 'env', title, disabled: false, run };
}

/** Makes a location's environment anew with another Python. */
export function pythonAction(app: App, location: LocationView): Action {
  const { id, name, environment, sync } = location;
  const syncing = environment.state === 'syncing' ? 'Its environment is being synced' : null;
  return {
    id: 'python',
    label: 'Change Python…',
    named: `Change Python of ${name}…`,
    icon: 'env',
    ...unless(
      'Shows the Pythons that fit, and what another one would change',
      refusal(app),
      sync === null ? NO_PYPROJECT : null,
      syncing,
    ),
    run: () => app.ask({ kind: 'python', location: id, name }),
  };
}

/** Changes what a project depends on. */
export function packagesAction(app: App, location: LocationView): Action {
  const { id, name, sync } = location;
  return {
    id: 'packages',
    label: 'Add, remove or change Dagster…',
    named: `Change packages of ${name}…`,
    icon: 'plus',
    ...unless('Shows first what would change', refusal(app), sync === null ? NO_PYPROJECT : null),
    run: () => app.ask({ kind: 'packages', location: id }),
  };
}
