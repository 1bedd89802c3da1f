// Changing which projects the workspace lists: where that can be asked, and the questions themselves.

import type { LocationView } from '../backend/generated';
import type { App } from './app.svelte';

/** Whether the open workspace has a list of projects that can be changed. */
export function listsProjects(app: App): boolean {
  const { workspace } = app;
  if (app.owner.halted !== null) return false;
  return workspace !== null && workspace.kind === 'dgWorkspace' && workspace.config !== null;
}

/** Asks which existing projects to add, looking in a folder; in the workspace's own where none is named. */
export function askAdd(app: App, folder?: string): void {
  const { workspace } = app;
  if (workspace !== null && listsProjects(app))
    app.ask({ kind: 'addProjects', folder: folder ?? workspace.root });
}

/** Asks whether a project leaves the workspace, with its folder or without. */
export function askRemove(app: App, location: string, trash: boolean): void {
  if (listsProjects(app)) app.ask({ kind: 'removeProject', location, trash });
}

/** Asks where a project is now whose folder isn't where the workspace lists it. */
export function askMove(app: App, location: string): void {
  if (listsProjects(app)) app.ask({ kind: 'moveProject', location });
}

/** What a problem's code says of a listed folder that isn't there. */
const FOLDER_MISSING = 'project-folder-missing';

/** Whether the folder that the workspace lists for a location isn't there. */
export function folderMissing(location: LocationView): boolean {
  return location.problems.some((one) => one.code === FOLDER_MISSING);
}
