// What can be done without a workspace: to Dagdeck, its window, and what it could open or make.

import type { App } from '../app.svelte';
import { openCreate, takesProjects } from '../creating';
import type { Action } from './action';
import { unless } from './action';

/** Makes a project where one can be made, else a workspace. */
const MAKE = 'Mod+N';

/** Opens a folder. */
export function openAction(app: App): Action {
  return {
    id: 'open',
    label: 'Open workspace…',
    icon: 'folder',
    keys: 'Mod+O',
    title: 'A folder with a dg.toml, a workspace.yaml or a Dagster project',
    disabled: false,
    run: () => void app.openByDialog(),
  };
}

/** Makes a project in the open workspace; null where none can be made. */
export function newProjectAction(app: App): Action | null {
  if (!takesProjects(app)) return null;
  return {
    id: 'new-project',
    label: 'New project…',
    icon: 'plus',
    keys: MAKE,
    title: 'A Python package with its own environment',
    disabled: false,
    run: () => openCreate(app, 'project'),
  };
}

/** Makes a workspace. */
export function newWorkspaceAction(app: App): Action {
  return {
    id: 'new-workspace',
    label: 'New workspace…',
    icon: 'plus',
    keys: takesProjects(app) ? undefined : MAKE,
    ...unless('Two questions, then a working project with its own Python', app.owner.halted),
    run: () => openCreate(app, 'workspace'),
  };
}

/** Makes the sample. */
export function sampleAction(app: App): Action {
  return {
    id: 'sample',
    label: 'Try the sample…',
    icon: 'flask',
    ...unless('Two small projects, made and launched', app.owner.halted),
    run: () => openCreate(app, 'sample'),
  };
}

/** Turns the light theme dark, or the other way round. */
export function themeAction(app: App): Action {
  const theme = app.settings?.theme === 'light' ? 'dark' : 'light';
  return {
    id: 'theme',
    label: `Use the ${theme} theme`,
    icon: 'eye',
    title: '',
    disabled: false,
    run: () => void app.setSettings({ theme }),
  };
}

/** Lists the keys of the view. */
export function keysAction(app: App): Action {
  const run = () => app.ask({ kind: 'keys' });
  return { id: 'keys', label: 'Show keys', icon: 'keys', keys: '?', title: '', disabled: false, run };
}

/** Looks for the machine's tools anew. */
export function machineAction(app: App): Action {
  return {
    id: 'machine',
    label: 'Look at this machine’s tools again',
    icon: 'wrench',
    ...unless('', app.owner.halted),
    run: () => void app.run('machine_check', {}),
  };
}

/** Opens what Dagdeck's own processes wrote of themselves. */
export function ownLogAction(app: App): Action {
  return {
    id: 'own-log',
    label: 'Open Dagdeck’s own log',
    icon: 'logs',
    title: 'What Dagdeck did and what failed in it, for a bug report',
    disabled: false,
    run: () => void app.backend.openOwnLog().catch((thrown: unknown) => app.fail(thrown)),
  };
}

/** Opens the palette. */
export function searchAction(app: App): Action {
  const run = () => app.ask({ kind: 'palette' });
  return {
    id: 'search',
    label: 'Search or run a command',
    icon: 'search',
    keys: 'Mod+K',
    also: ['Mod+P'],
    title: '',
    disabled: false,
    run,
  };
}

/** Shows or hides the side bar. */
export function sideBarAction(app: App): Action {
  const run = () => {
    app.sideHidden = !app.sideHidden;
  };
  const label = app.sideHidden ? 'Show the sidebar' : 'Hide the sidebar';
  return { id: 'sidebar', label, icon: 'split', keys: 'Mod+\\', title: '', disabled: false, run };
}
