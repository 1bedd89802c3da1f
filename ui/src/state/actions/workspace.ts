// What can be done to the open workspace as a whole.

import type { WorkspaceView } from '../../backend/generated';
import type { App } from '../app.svelte';
import { askClose } from '../closing';
import { plural } from '../format';
import { differNames } from '../owner.svelte';
import { askAdd } from '../projects';
import { anythingRuns, launchPlan, launchSentence } from '../summary';
import { syncNeeded } from '../sync.svelte';
import { refusal, unless, type Action } from './action';

/** Starts everything that can start. In the questions of creating its keys mean the next step. */
export function launchAction(app: App, workspace: WorkspaceView): Action {
  const { launch, webserver } = workspace;
  const { halted } = app.owner;
  const plan = launchPlan(workspace);
  const active = launch.active && halted === null;
  const nothing = plan.locations.length === 0 && plan.services.length === 0;
  const keys = halted !== null || app.route.view === 'create' ? undefined : 'Mod+Enter';
  return {
    id: 'launch',
    label: active ? `Launching ${launch.settled} of ${launch.startable.length}` : 'Launch',
    icon: 'play',
    keys,
    ...unless(
      launchSentence(workspace, 'Starts'),
      refusal(app),
      active ? 'It is being launched' : null,
      nothing ? 'Nothing here can start now' : null,
    ),
    busy: active,
    command: plan.locations[0]?.command ?? webserver.command ?? undefined,
    run: () => app.requestLaunch(),
  };
}

/** Starts nothing more; what runs goes on. */
export function cancelLaunchAction(app: App, workspace: WorkspaceView): Action {
  const idle = workspace.launch.active ? null : 'Nothing is being launched';
  return {
    id: 'cancel-launch',
    label: 'Cancel launch',
    short: 'Cancel',
    icon: 'x',
    ...unless('', app.owner.halted, idle),
    run: () => void app.run('launch_cancel', {}),
  };
}

/** Stops all that the workspace runs. */
export function stopAllAction(app: App, workspace: WorkspaceView): Action {
  return {
    id: 'stop-all',
    label: 'Stop all',
    icon: 'stop',
    keys: 'Mod+.',
    ...unless('', app.owner.halted, anythingRuns(workspace) ? null : 'Nothing runs here'),
    run: () => void app.run('stop_all', {}),
  };
}

/** Syncs every environment that needs it, showing first what would change. */
export function syncAllAction(app: App, workspace: WorkspaceView): Action {
  const needed = syncNeeded(workspace);
  return {
    id: 'sync-all',
    label: `Sync all ${needed}…`,
    named: 'Sync all environments that need it…',
    icon: 'reload',
    ...unless(
      `Shows what uv sync would change in ${plural(needed, 'environment')}, and asks`,
      refusal(app),
      needed === 0 ? 'Every environment is in order' : null,
    ),
    run: () => void app.sync.ask({ locations: [], deployment: false }),
  };
}

/** Lists a folder that has a project. */
export function addProjectsAction(app: App): Action {
  return {
    id: 'add-projects',
    label: 'Add existing project…',
    icon: 'plus',
    title: 'Lists a folder that has one',
    disabled: false,
    run: () => askAdd(app),
  };
}

/** Checks again what the view is about. */
export function checkAgainAction(app: App): Action {
  return {
    id: 'check-again',
    label: 'Check again',
    icon: 'reload',
    keys: 'Mod+R',
    ...unless('Reads the folder and asks uv', app.owner.halted),
    run: () => void app.checkAgain(),
  };
}

/** Copies everything that was run. */
export function scriptAction(app: App): Action {
  return {
    id: 'script',
    label: 'Copy as shell script',
    named: 'Copy everything Dagdeck ran as a shell script',
    icon: 'copy',
    ...unless('', app.owner.halted),
    run: () => void copyScript(app),
  };
}

async function copyScript(app: App): Promise<void> {
  const script = await app.run('operations_script', {});
  if (script !== null) await app.copy(script.text, 'Shell script copied');
}

/** Shows the workspace's folder. */
export function rootAction(app: App, workspace: WorkspaceView): Action {
  return {
    id: 'root',
    label: 'Show folder',
    named: 'Show the workspace’s folder',
    icon: 'ext',
    title: workspace.root,
    disabled: false,
    run: () => void app.reveal(workspace.root),
  };
}

/** Copies the path of the workspace's folder. */
export function copyPathAction(app: App, workspace: WorkspaceView): Action {
  return {
    id: 'copy-path',
    label: 'Copy path',
    named: 'Copy the workspace’s path',
    icon: 'copy',
    title: workspace.root,
    disabled: false,
    run: () => void app.copy(workspace.root, 'Path copied'),
  };
}

/** Closes the workspace; asks first where that stops something. */
export function closeAction(app: App): Action {
  const keys = app.asksTrust ? 'Esc' : undefined;
  const run = () => askClose(app);
  return {
    id: 'close',
    label: 'Close workspace',
    short: 'Close',
    icon: 'x',
    keys,
    title: '',
    disabled: false,
    run,
  };
}

/** Runs the workspace here, where nothing or another version runs it; null where it runs. */
export function runHereAction(app: App): Action | null {
  const { owner } = app;
  if (owner.halted === null) return null;
  return {
    id: 'run-here',
    label: owner.gone ? 'Run it here' : 'Stop it and run it here…',
    icon: 'play',
    keys: 'Mod+Enter',
    ...unless(owner.other?.said ?? 'What ran this workspace has ended', owner.changing ? CHANGING : null),
    busy: owner.changing,
    run: () => owner.runHere(),
  };
}

const CHANGING = 'Another process is about to run it';

/** Starts again what runs, with this window's environment; null where that is the same. */
export function restartOwnerAction(app: App): Action | null {
  const { owner } = app;
  if (owner.differs.length === 0) return null;
  return {
    id: 'restart-owner',
    label: 'Restart with this window’s environment…',
    icon: 'restart',
    ...unless(differNames(owner.differs), owner.changing ? CHANGING : null),
    busy: owner.changing,
    run: () => app.ask({ kind: 'restartOwner' }),
  };
}
