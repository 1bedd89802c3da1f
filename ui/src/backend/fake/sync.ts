// What a made-up sync would change.

import type {
  CommandView,
  EnvironmentView,
  Snapshot,
  SyncPlan,
  SyncPreview,
  SyncRequest,
} from '../generated';
import { command } from './fixture';

function plan(name: string, environment: EnvironmentView, sync: CommandView | null): SyncPlan {
  const anew = environment.state === 'missing' || environment.state === 'broken';
  const check = `${environment.path}/bin/python -I -c import dagster`;
  const folder = environment.path.replace(/\/\.venv$/, '');
  return {
    name,
    locations: [],
    deployment: false,
    path: environment.path,
    commands: [...(sync === null ? [] : [sync]), command(folder, check)],
    stops: [],
    python: environment.python,
    anew,
    downloads: false,
    packages: anew
      ? [{ name: 'dagster', from: null, to: '1.13.27' }]
      : [
          { name: 'dagster', from: '1.13.26', to: '1.13.27' },
          { name: 'humanize', from: null, to: '4.17.0' },
        ],
    lock: environment.lockfileFresh === false ? { made: false, changes: [] } : null,
    failure: null,
  };
}

/** What the syncs that are asked for would change. */
export function syncPreview(snapshot: Snapshot, request: SyncRequest): SyncPreview {
  const open = snapshot.workspace;
  if (open === null) return { environments: [], basis: '' };
  const all = request.locations.length === 0 && !request.deployment;
  const needs = ({ state }: EnvironmentView) => ['outOfSync', 'missing', 'broken'].includes(state);
  const environments = open.locations
    .filter((one) => (all ? needs(one.environment) : request.locations.includes(one.id)))
    .map((one) => ({ ...plan(one.name, one.environment, one.sync), locations: [one.id] }));
  const { deployment } = open;
  const named = deployment !== null && (all ? needs(deployment.environment) : request.deployment);
  if (named) {
    environments.push({
      ...plan(deployment.path, deployment.environment, deployment.sync),
      deployment: true,
      locations: [],
    });
  }
  return { environments, basis: `sync of ${environments.map((one) => one.path).join(', ')}` };
}
