// What can be done to a location, a service and the workspace; each names what it will do.

import type { DeploymentView, LocationView, ServiceView } from '../backend/generated';
import type { IconName } from '../design/drawings';
import type { App } from './app.svelte';
import { askMove, folderMissing, listsProjects } from './projects';
import { lifecycleKey, locationKey } from './words';

/** After this long, Stop becomes Force stop. */
export const FORCE_AFTER = 10_000;

/** One thing that can be done. */
export interface Verb {
  label: string;
  icon: IconName;
  /** What it does, or why it can't be done. */
  title: string;
  disabled: boolean;
  busy?: boolean;
  run: () => void;
}

/** Why nothing runs in a folder that isn’t trusted. */
export const UNTRUSTED = 'Trust this folder first; until then nothing in it runs';

/** Why nothing can be run in the workspace now; null where it can. */
export function refusal(app: App): string | null {
  return app.owner.halted ?? (app.workspace?.trusted === true ? null : UNTRUSTED);
}

/** Adding a definition to a location's project. */
export function addDefinitionVerb(app: App, location: LocationView): Verb {
  const { state } = location.environment;
  const lacking = state === 'missing' || state === 'broken' || state === 'syncing';
  const refused = refusal(app);
  return {
    label: 'Add definition…',
    icon: 'plus',
    title:
      refused ??
      (lacking
        ? 'It needs an environment first: dg writes definitions'
        : 'An asset, job, schedule, sensor or component, written by dg'),
    disabled: refused !== null || lacking,
    run: () => app.ask({ kind: 'definition', location: location.id }),
  };
}

/** Making a location's environment anew with another Python. */
export function pythonVerb(app: App, location: LocationView): Verb {
  const refused = refusal(app);
  const syncing = location.environment.state === 'syncing';
  const nothing = location.sync === null;
  return {
    label: 'Change Python…',
    icon: 'env',
    title:
      refused ??
      (nothing
        ? 'There is no pyproject.toml here for uv to go by'
        : syncing
          ? 'Its environment is being synced'
          : 'Shows the Pythons that fit, and what another one would change'),
    disabled: refused !== null || syncing || nothing,
    run: () => app.ask({ kind: 'python', location: location.id, name: location.name }),
  };
}

/** Making the environment of the webserver and the daemon anew with another Python. */
export function deploymentPythonVerb(app: App, deployment: DeploymentView): Verb | null {
  const { environment, sync, path } = deployment;
  if (sync === null || environment.state === 'syncing') return null;
  const refused = refusal(app);
  const title = refused ?? 'Shows the Pythons that fit, and what another one would change';
  const run = () => app.ask({ kind: 'python', location: null, name: path });
  return { label: 'Change Python…', icon: 'env', title, disabled: refused !== null, run };
}

/** The one thing that a location's row needs. */
export function rowVerb(app: App, location: LocationView): Verb {
  const key = locationKey(location);
  const { environment } = location;
  if (key === 'loadError') {
    const run = () => app.goLocation(location.id);
    return { label: 'Show fix', icon: 'wrench', title: 'Shows what the error means', disabled: false, run };
  }
  if (!location.managed) {
    return {
      label: 'Start',
      icon: 'play',
      title: 'Another program runs this location',
      disabled: true,
      run: () => {},
    };
  }
  if (key === 'starting') return cancelVerb(app, location);
  if (key === 'stopping') return stopVerb(app, location);
  if (key === 'running' || key === 'crashed') return restartVerb(app, location);
  if (folderMissing(location) && listsProjects(app)) return { ...findVerb(app, location), label: 'Find…' };
  if (environment.state === 'syncing') {
    return syncVerb(app, location);
  }
  if (environment.state === 'outOfSync') return syncVerb(app, location, 'Sync', 'reload');
  if (environment.state === 'missing') return syncVerb(app, location, 'Set up', 'env');
  if (environment.state === 'broken') {
    const run = () => app.goLocation(location.id, 'environment');
    return {
      label: 'Show',
      icon: 'env',
      title: 'Shows what is wrong with the environment',
      disabled: false,
      run,
    };
  }
  return startVerb(app, location);
}

/** Says where a project is now whose folder isn't where the workspace lists it. */
export function findVerb(app: App, location: LocationView): Verb {
  const title = 'Looks for it, and shows the change of its path first';
  const run = () => askMove(app, location.id);
  return { label: 'Find its new place…', icon: 'search', title, disabled: false, run };
}

/** Starts a location. */
export function startVerb(app: App, location: LocationView): Verb {
  const refused = refusal(app);
  const title = refused ?? location.blocked ?? location.command?.shell ?? 'Starts this location';
  const disabled = refused !== null || location.blocked !== null || !location.managed;
  const run = () => void app.run('location_start', { location: location.id });
  return { label: 'Start', icon: 'play', title, disabled, run };
}

/** Whether something can be ended: it needs somebody who runs it, but no trust. */
function ending(app: App, does: string): Pick<Verb, 'title' | 'disabled'> {
  const { halted } = app.owner;
  return { title: halted ?? does, disabled: halted !== null };
}

/** Ends a start that is under way. */
export function cancelVerb(app: App, location: LocationView): Verb {
  const run = () => void app.run('location_stop', { location: location.id, force: false });
  return { label: 'Cancel', icon: 'x', ...ending(app, 'Ends this start'), run };
}

/** Asks a location to end, or ends it at once when it takes long. */
export function stopVerb(app: App, location: LocationView): Verb {
  const { lifecycle } = location;
  if (lifecycle.state !== 'stopping') {
    const run = () => void app.run('location_stop', { location: location.id, force: false });
    return { label: 'Stop', icon: 'stop', ...ending(app, 'Asks it to end'), run };
  }
  const { halted } = app.owner;
  const force = halted === null && app.clock.now - lifecycle.since >= FORCE_AFTER;
  const run = () => void app.run('location_stop', { location: location.id, force: true });
  const title = halted ?? (force ? 'Ends the whole process tree at once' : 'It was asked to end');
  return {
    label: force ? 'Force stop' : 'Stopping',
    icon: 'stop',
    title,
    disabled: !force,
    busy: halted === null && !force,
    run,
  };
}

/** Stops and starts a location. */
export function restartVerb(app: App, location: LocationView): Verb {
  const run = () => void app.run('location_restart', { location: location.id });
  const refused = refusal(app);
  const title = refused ?? location.command?.shell ?? 'Stops and starts this location';
  const disabled = refused !== null || !location.managed;
  return { label: 'Restart', icon: 'restart', title, disabled, run };
}

/** Loads a location's code again without a gap. */
export function reloadVerb(app: App, location: LocationView): Verb {
  const key = locationKey(location);
  const running = location.lifecycle.state === 'running' && location.managed;
  const { halted } = app.owner;
  const title =
    halted ??
    (running ? 'Starts the new code beside the old and swaps once it has loaded' : 'It isn’t running');
  const run = () => void app.run('location_reload', { location: location.id });
  const disabled = halted !== null || !running || location.reloading || key === 'stopping';
  return {
    label: location.reloading ? 'Reloading' : 'Reload code',
    icon: 'reload',
    title,
    disabled,
    busy: halted === null && location.reloading,
    run,
  };
}

/** Takes a running sync back. */
export function cancelSyncVerb(app: App, operation: number | null): Verb {
  const run = () => operation !== null && void app.sync.cancel(operation);
  const { title, disabled } = ending(app, 'Ends uv sync; what it got so far stays');
  return { label: 'Cancel', icon: 'x', title, disabled: disabled || operation === null, run };
}

/** Shows what a sync would change. */
export function previewVerb(app: App, location: LocationView): Verb {
  const verb = syncVerb(app, location);
  if (location.environment.state === 'syncing') return { ...verb, label: 'Cancel sync' };
  const run = () => void app.sync.ask({ locations: [location.id], deployment: false });
  const title = verb.disabled ? verb.title : 'Shows what uv sync would change, and asks';
  return { ...verb, label: 'Sync environment…', title, run };
}

/** Syncs the environment of the webserver and the daemon. */
export function deploymentVerb(app: App, deployment: DeploymentView): Verb | null {
  const { environment, sync } = deployment;
  if (sync === null) return null;
  if (environment.state === 'syncing') return cancelSyncVerb(app, environment.operation);
  const refused = refusal(app);
  const run = () => void app.sync.ask({ locations: [], deployment: true });
  const label = environment.state === 'missing' ? 'Set up…' : 'Sync…';
  return { label, icon: 'reload', title: refused ?? sync.shell, disabled: refused !== null, run };
}

/** Runs uv for a location's environment; asks first where that would remove something. */
export function syncVerb(app: App, location: LocationView, label = 'Sync', icon: IconName = 'reload'): Verb {
  const refused = refusal(app);
  const { environment } = location;
  if (environment.state === 'syncing') return cancelSyncVerb(app, environment.operation);
  const looking = app.sync.looking.has(location.id);
  const nothing = location.sync === null;
  const title = refused ?? location.sync?.shell ?? 'There is no pyproject.toml here for uv to go by';
  const run = () => void app.sync.begin(location);
  const disabled = refused !== null || looking || nothing;
  return { label, icon, title, disabled, busy: looking, run };
}

/** What can be done to a service now. */
export function serviceVerbs(app: App, service: ServiceView): Verb[] {
  const refused = refusal(app);
  const request = { service: service.name };
  const key = lifecycleKey(service.lifecycle);
  const title = refused ?? service.blocked ?? service.command?.shell ?? '';
  if (key === 'stopped') {
    const run = () => void app.run('service_start', request);
    return [
      { label: 'Start', icon: 'play', title, disabled: refused !== null || service.blocked !== null, run },
    ];
  }
  const restart = () => void app.run('service_restart', request);
  const stop = () => void app.run('service_stop', request);
  const asked = ending(app, 'Asks it to end');
  return [
    {
      label: 'Restart',
      icon: 'restart',
      title,
      disabled: refused !== null || key === 'stopping',
      run: restart,
    },
    {
      label: 'Stop',
      icon: 'stop',
      title: asked.title,
      disabled: asked.disabled || key === 'stopping',
      run: stop,
    },
  ];
}

/** Opens the Dagster UI in the browser. */
export function openDagsterUi(app: App): void {
  const url = app.workspace?.webserver.url ?? null;
  if (url !== null) void app.openUrl(url);
}
