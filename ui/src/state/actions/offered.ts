// Which actions a location is offered in its row, at the head of its view, in its menu and in the palette.

import type { LocationView } from '../../backend/generated';
import type { App } from '../app.svelte';
import { locationKey } from '../labels';
import type { Action } from './action';
import {
  packagesAction,
  previewAction,
  pythonAction,
  showEnvironmentAction,
  syncAction,
} from './environment';
import {
  lifeActions,
  reloadAction,
  restartAction,
  rests,
  showFixAction,
  startAction,
  stopAction,
} from './location';
import {
  addDefinitionAction,
  autoReloadAction,
  copyCommandAction,
  findAction,
  folderAction,
  listingActions,
  strayed,
  takeOutAction,
} from './project';

/** The one thing that a location's row needs. */
export function rowAction(app: App, location: LocationView): Action {
  const key = locationKey(location);
  if (key === 'loadError') return showFixAction(app, location);
  if (!location.managed) return startAction(app, location);
  if (key === 'starting' || key === 'stopping') return stopAction(app, location);
  if (key === 'running' || key === 'crashed') return restartAction(app, location);
  if (strayed(app, location)) return findAction(app, location);
  switch (location.environment.state) {
    case 'syncing':
    case 'outOfSync':
    case 'missing':
      return syncAction(app, location);
    case 'broken':
      return showEnvironmentAction(app, location);
    default:
      return startAction(app, location);
  }
}

/** What stands at the head of a location's view. */
export function headActions(app: App, location: LocationView): Action[] {
  if (strayed(app, location) && rests(location))
    return [findAction(app, location), takeOutAction(app, location)];
  if (rests(location)) return [startAction(app, location)];
  const { lifecycle } = location;
  const [stop, restart] = [stopAction(app, location), restartAction(app, location)];
  if (locationKey(location) === 'starting') return [stop];
  // There is something to stop only while it would be started again.
  if (lifecycle.state === 'crashed') return lifecycle.retryAt === null ? [restart] : [restart, stop];
  return [reloadAction(app, location), restart, stop];
}

/** A location's menu, in the groups that it is divided into. */
export function menuActions(app: App, location: LocationView): Action[][] {
  return [
    [
      ...lifeActions(app, location),
      previewAction(app, location),
      pythonAction(app, location),
      addDefinitionAction(app, location),
    ],
    [copyCommandAction(app, location), folderAction(app, location), autoReloadAction(app, location)],
    listingActions(app, location),
  ].filter((one) => one.length > 0);
}

/** All that can be done to a location; what can't be done now is among it. */
export function locationActions(app: App, location: LocationView): Action[] {
  const [first = [], ...others] = menuActions(app, location);
  const syncing = location.environment.state === 'syncing';
  // The menu has the one way to end a sync already.
  const sync = syncing ? [] : [syncAction(app, location)];
  return [...first, ...sync, packagesAction(app, location), ...others.flat()];
}
