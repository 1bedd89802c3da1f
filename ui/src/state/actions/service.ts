// What can be done to the webserver and the daemon, and to the environment that they run from.

import type { DeploymentView, ServiceView } from '../../backend/generated';
import type { App } from '../app.svelte';
import { lifecycleKey } from '../labels';
import { refusal, unless, type Action } from './action';
import { cancelSyncAction } from './environment';

/** Starts a service. */
function startService(app: App, service: ServiceView): Action {
  const { name, blocked, command } = service;
  return {
    id: `start-${name}`,
    label: 'Start',
    named: `Start ${name}`,
    icon: 'play',
    ...unless(`Starts the ${name}`, refusal(app), blocked),
    command: command ?? undefined,
    run: () => void app.run('service_start', { service: name }),
  };
}

/** Stops and starts a service. */
function restartService(app: App, service: ServiceView): Action {
  const { name, blocked, command, lifecycle } = service;
  const stopping = lifecycleKey(lifecycle) === 'stopping' ? 'It is being stopped' : null;
  return {
    id: `restart-${name}`,
    label: 'Restart',
    named: `Restart ${name}`,
    icon: 'restart',
    ...unless(blocked ?? `Stops and starts the ${name}`, refusal(app), stopping),
    command: (blocked === null ? command : null) ?? undefined,
    run: () => void app.run('service_restart', { service: name }),
  };
}

/** Asks a service to end. */
function stopService(app: App, service: ServiceView): Action {
  const { name, lifecycle } = service;
  const stopping = lifecycleKey(lifecycle) === 'stopping' ? 'It was asked to end' : null;
  return {
    id: `stop-${name}`,
    label: 'Stop',
    named: `Stop ${name}`,
    icon: 'stop',
    ...unless('Asks it to end', app.owner.halted, stopping),
    run: () => void app.run('service_stop', { service: name }),
  };
}

/** What applies to a service now. */
export function serviceActions(app: App, service: ServiceView): Action[] {
  if (lifecycleKey(service.lifecycle) === 'stopped') return [startService(app, service)];
  return [restartService(app, service), stopService(app, service)];
}

/** Opens the Dagster UI in the browser. */
export function dagsterUiAction(app: App): Action {
  const { webserver } = app.workspace ?? {};
  const url = webserver?.url ?? null;
  const runs =
    app.owner.halted === null && webserver !== undefined && lifecycleKey(webserver.lifecycle) === 'running';
  return {
    id: 'dagster-ui',
    label: 'Open Dagster UI',
    icon: 'globe',
    keys: 'Mod+U',
    ...unless(url ?? '', runs && url !== null ? null : 'The webserver isn’t running'),
    run: () => url !== null && void app.openUrl(url),
  };
}

/** Syncs the environment of the webserver and the daemon; null where uv has nothing to go by. */
export function deploymentSyncAction(app: App, deployment: DeploymentView): Action | null {
  const { environment, sync, path } = deployment;
  if (sync === null) return null;
  if (environment.state === 'syncing')
    return { ...cancelSyncAction(app, environment.operation, path), id: 'cancel-sync-deployment' };
  const verb = environment.state === 'missing' ? 'Set up' : 'Sync';
  return {
    id: 'sync-deployment',
    label: `${verb}…`,
    named: `${verb} ${path}…`,
    icon: 'reload',
    ...unless('The environment of the webserver and the daemon', refusal(app)),
    command: sync,
    run: () => void app.sync.ask({ locations: [], deployment: true }),
  };
}

/** Makes that environment anew with another Python; null where that can't be. */
export function deploymentPythonAction(app: App, deployment: DeploymentView): Action | null {
  const { environment, sync, path } = deployment;
  if (sync === null || environment.state === 'syncing') return null;
  return {
    id: 'python-deployment',
    label: 'Change Python…',
    named: `Change Python of ${path}…`,
    icon: 'env',
    ...unless('Shows the Pythons that fit, and what another one would change', refusal(app)),
    run: () => app.ask({ kind: 'python', location: null, name: path }),
  };
}
