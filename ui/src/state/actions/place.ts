// The places of the window that can be gone to.

import type { ServiceName } from '../../backend/generated';
import type { IconName } from '../../design/drawings';
import type { App } from '../app.svelte';
import { plural } from '../format';
import { LOCATION_TABS, type LocationTab, type Route } from '../route';
import type { Action } from './action';

function place(app: App, label: string, icon: IconName, route: Route, title: string, keys?: string): Action {
  const id = route.view === 'service' ? `go-${route.name}` : `go-${route.view}`;
  return { id, label, icon, keys, title, disabled: false, run: () => app.go(route) };
}

/** The three views of a workspace, in the order of their keys. */
export function viewPlaces(app: App): (Action & { view: Route['view'] })[] {
  const all = plural(app.locations.length, 'location');
  return [
    { view: 'overview', ...place(app, 'Overview', 'overview', { view: 'overview' }, all, 'Mod+1') },
    { view: 'logs', ...place(app, 'Logs', 'logs', { view: 'logs' }, 'All processes', 'Mod+2') },
    {
      view: 'health',
      ...place(
        app,
        'Health',
        'health',
        { view: 'health' },
        'What is wrong here, and what puts it right',
        'Mod+3',
      ),
    },
  ];
}

/** A service's own view. */
export function servicePlace(app: App, name: ServiceName): Action {
  const route = { view: 'service', name } as const;
  return name === 'webserver'
    ? place(app, 'Webserver', 'globe', route, 'Serves the Dagster UI')
    : place(app, 'Daemon', 'daemon', route, 'Runs schedules, sensors and queued runs');
}

/** The settings. */
export function settingsPlace(app: App): Action {
  return place(app, 'Settings', 'gear', { view: 'settings' }, '', 'Mod+,');
}

const TABS: Record<LocationTab, string> = {
  logs: 'Logs',
  definitions: 'Definitions',
  environment: 'Environment',
  files: 'Files',
};

/** The parts of a location's view, in the order of their keys. */
export function tabPlaces(app: App, location: string): (Action & { tab: LocationTab })[] {
  return LOCATION_TABS.map((tab, at) => ({
    id: `tab-${tab}`,
    tab,
    label: TABS[tab],
    icon: 'right',
    keys: `Alt+Mod+${at + 1}`,
    title: '',
    disabled: false,
    run: () => app.goLocation(location, tab),
  }));
}
