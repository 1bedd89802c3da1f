// What can be done to the project of a location: its folder, its definitions, its place in the workspace.

import type { LocationView } from '../../backend/generated';
import type { App } from '../app.svelte';
import { askMove, askRemove, folderMissing, listsProjects } from '../projects';
import { refusal, unless, type Action } from './action';

/** Adds a definition to a location's project. */
export function addDefinitionAction(app: App, location: LocationView): Action {
  const { id, name, environment } = location;
  const lacking = ['missing', 'broken', 'syncing'].includes(environment.state)
    ? 'It needs an environment first: dg writes definitions'
    : null;
  return {
    id: 'add-definition',
    label: 'Add definition…',
    named: `Add a definition to ${name}…`,
    icon: 'plus',
    ...unless('An asset, job, schedule, sensor or component, written by dg', refusal(app), lacking),
    run: () => app.ask({ kind: 'definition', location: id }),
  };
}

/** Copies the line that starts a location. */
export function copyCommandAction(app: App, location: LocationView): Action {
  const { command, name } = location;
  return {
    id: 'copy-command',
    label: 'Copy start command',
    named: `Copy start command of ${name}`,
    icon: 'copy',
    ...unless('', command === null ? 'It can’t be started, so there is no command' : null),
    command: command ?? undefined,
    run: () => command !== null && void app.copy(command.shell, 'Command copied'),
  };
}

/** Shows a project's folder among its neighbours. */
export function folderAction(app: App, location: LocationView): Action {
  const { name, folder } = location;
  const run = () => void app.reveal(folder);
  const named = `Show folder of ${name}`;
  return { id: 'folder', label: 'Show folder', named, icon: 'folder', title: folder, disabled: false, run };
}

/** Turns reloading on every change of a file on or off. */
export function autoReloadAction(app: App, location: LocationView): Action {
  const { id, name, autoReload } = location;
  return {
    id: 'auto-reload',
    label: autoReload ? 'Stop reloading on change' : 'Reload when files change',
    named: autoReload ? `Stop reloading ${name} on change` : `Reload ${name} when files change`,
    icon: 'eye',
    ...unless('', app.owner.halted),
    run: () => void app.run('location_set_auto_reload', { location: id, on: !autoReload }),
  };
}

/** Says where a project is now whose folder isn't where the workspace lists it. */
export function findAction(app: App, location: LocationView): Action {
  return {
    id: 'find',
    label: 'Find its new place…',
    short: 'Find…',
    named: `Find the new place of ${location.name}…`,
    icon: 'search',
    title: 'Looks for it, and shows the change of its path first',
    disabled: false,
    run: () => askMove(app, location.id),
  };
}

/** Takes a project off the workspace's list. */
export function takeOutAction(app: App, location: LocationView): Action {
  const { id, name } = location;
  const gone = folderMissing(location);
  return {
    id: 'take-out',
    label: gone ? 'Remove from workspace…' : 'Take out of the workspace…',
    named: gone ? `Remove ${name} from workspace…` : `Take ${name} out of the workspace…`,
    icon: 'minus',
    title: gone ? 'Its folder isn’t there any more' : 'Its files stay',
    disabled: false,
    run: () => askRemove(app, id, false),
  };
}

/** Takes a project off the workspace's list, and its folder to the trash. */
export function removeAction(app: App, location: LocationView): Action {
  return {
    id: 'remove',
    label: 'Remove…',
    named: `Remove ${location.name}…`,
    icon: 'trash',
    title: 'Its folder goes to the trash',
    disabled: false,
    run: () => askRemove(app, location.id, true),
  };
}

/** Whether a location's folder is missing where that can be put right here. */
export function strayed(app: App, location: LocationView): boolean {
  return folderMissing(location) && listsProjects(app);
}

/** What changes the workspace's list of projects; nothing where it has none that can be changed. */
export function listingActions(app: App, location: LocationView): Action[] {
  if (!listsProjects(app)) return [];
  const takeOut = takeOutAction(app, location);
  return strayed(app, location)
    ? [findAction(app, location), takeOut]
    : [takeOut, removeAction(app, location)];
}
