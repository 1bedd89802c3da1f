// The palette's lines: every action that is possible now, for what is open and selected, and every place.

import type { GlyphName } from '../../design/drawings';
import type { Action } from '../../state/actions/action';
import {
  keysAction,
  machineAction,
  newProjectAction,
  newWorkspaceAction,
  openAction,
  ownLogAction,
  sampleAction,
  themeAction,
} from '../../state/actions/dagdeck';
import { locationPlace } from '../../state/actions/location';
import { locationActions } from '../../state/actions/offered';
import { servicePlace, settingsPlace, viewPlaces } from '../../state/actions/place';
import {
  dagsterUiAction,
  deploymentPythonAction,
  deploymentSyncAction,
  serviceActions,
} from '../../state/actions/service';
import {
  addProjectsAction,
  cancelLaunchAction,
  checkAgainAction,
  closeAction,
  copyPathAction,
  launchAction,
  restartOwnerAction,
  rootAction,
  runHereAction,
  scriptAction,
  stopAllAction,
  syncAllAction,
} from '../../state/actions/workspace';
import type { App } from '../../state/app.svelte';
import { listsProjects } from '../../state/projects';
import { locationGlyph, type Tone } from '../../state/labels';

/** What the lines of the palette are grouped by. */
export type Group = 'For the selected location' | 'Workspace' | 'Go to' | 'Dagdeck';

/** One line of the palette. */
export interface Entry {
  group: Group;
  action: Action;
  /** Stands in place of the icon. */
  glyph?: { name: GlyphName; tone: Tone };
}

/** Everything that can be done or gone to. What can't be done now is left out. */
export function entries(app: App): Entry[] {
  const { current } = app;
  const of = (group: Group, actions: (Action | null)[]): Entry[] =>
    actions.flatMap((action) => (action === null ? [] : [{ group, action }]));
  const all = [
    // Where nothing else can work, what changes that comes first.
    ...of('Workspace', [runHereAction(app)]),
    ...of('For the selected location', current === null ? [] : locationActions(app, current)),
    ...of('Workspace', forWorkspace(app)),
    ...places(app),
    ...of('Dagdeck', [
      openAction(app),
      newProjectAction(app),
      newWorkspaceAction(app),
      sampleAction(app),
      settingsPlace(app),
      themeAction(app),
      keysAction(app),
      machineAction(app),
      ownLogAction(app),
      app.workspace === null ? null : closeAction(app),
    ]),
  ];
  return all.filter(({ action }) => !action.disabled);
}

function forWorkspace(app: App): (Action | null)[] {
  const { workspace } = app;
  if (workspace === null || workspace.kind === 'notAWorkspace') return [];
  const { webserver, daemon, deployment } = workspace;
  return [
    launchAction(app, workspace),
    cancelLaunchAction(app, workspace),
    stopAllAction(app, workspace),
    dagsterUiAction(app),
    ...serviceActions(app, webserver),
    ...serviceActions(app, daemon),
    listsProjects(app) ? addProjectsAction(app) : null,
    syncAllAction(app, workspace),
    deployment && deploymentSyncAction(app, deployment),
    deployment && deploymentPythonAction(app, deployment),
    checkAgainAction(app),
    scriptAction(app),
    rootAction(app, workspace),
    copyPathAction(app, workspace),
    restartOwnerAction(app),
  ];
}

function places(app: App): Entry[] {
  const { workspace } = app;
  if (workspace === null || workspace.kind === 'notAWorkspace') return [];
  const group = 'Go to' as const;
  const located = workspace.locations.map((location): Entry => {
    const shown = locationGlyph(location);
    // What is known last may be over: no colour says that it is so now.
    const tone = app.owner.halted === null ? shown.tone : 'off';
    return { group, action: locationPlace(app, location), glyph: { name: shown.glyph, tone } };
  });
  const others = [...viewPlaces(app), servicePlace(app, 'webserver'), servicePlace(app, 'daemon')];
  return [...located, ...others.map((action): Entry => ({ group, action }))];
}
