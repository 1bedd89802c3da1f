// Which actions keys reach now: those of what is on screen, and those of everywhere. The help lists the same.

import type { App } from '../app.svelte';
import type { Action } from './action';
import {
  keysAction,
  newProjectAction,
  newWorkspaceAction,
  openAction,
  searchAction,
  sideBarAction,
} from './dagdeck';
import { meant } from './keys';
import { NEXT_REGION } from './moves';
import type { Offer } from './offers';
import { settingsPlace, viewPlaces } from './place';
import { dagsterUiAction } from './service';
import { checkAgainAction, closeAction, launchAction, runHereAction, stopAllAction } from './workspace';

/** What keys do wherever the person is. */
export function everywhere(app: App): Offer {
  return { title: 'Everywhere', actions: () => anywhere(app), moves: [NEXT_REGION] };
}

function anywhere(app: App): Action[] {
  const { workspace } = app;
  const make = newProjectAction(app) ?? newWorkspaceAction(app);
  const own = [settingsPlace(app), keysAction(app)];
  if (app.asksTrust) return [openAction(app), closeAction(app), ...own];
  if (workspace === null) return [openAction(app), make, ...own];
  return [
    searchAction(app),
    ...viewPlaces(app),
    openAction(app),
    make,
    runHereAction(app) ?? launchAction(app, workspace),
    stopAllAction(app, workspace),
    checkAgainAction(app),
    dagsterUiAction(app),
    sideBarAction(app),
    ...own,
  ];
}

/** Everything that keys reach now, what is nearest first. */
export function reachable(app: App): Offer[] {
  return [...app.offers.all, everywhere(app)];
}

/** The action that a pressed key means now. */
export function heard(app: App, event: KeyboardEvent): Action | null {
  for (const { actions, hears } of reachable(app)) {
    if (hears?.(event) === false) continue;
    const action = meant(app, actions(), event);
    if (action !== null) return action;
  }
  return null;
}

/** The keys that do an action on this screen: elsewhere they may be another's, or nobody's. */
export function shownKeys(app: App, { id, keys }: Action): string | undefined {
  const reached = reachable(app).some((one) =>
    one.actions().some((each) => each.id === id && each.keys === keys),
  );
  return reached ? keys : undefined;
}
