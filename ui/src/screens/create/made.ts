// What can be done with what was made.

import type { Creation } from '../../backend/generated';
import type { App } from '../../state/app.svelte';

/** Whether what was made has something that can start at once. */
export function startsAtOnce(creation: Creation): boolean {
  const { spec } = creation;
  if (!spec.sync) return false;
  return spec.kind !== 'workspace' || (spec.firstProject ?? '') !== '';
}

/**
 * Shows what was made: its workspace, in a window of its own where one is open here, or its own row in the one that is
 * open. Answers whether it is this window that shows it.
 */
export async function openMade(app: App, creation: Creation): Promise<boolean> {
  if (app.workspace?.root !== creation.root) {
    await app.open(creation.root);
    if (app.failure !== null || app.workspace === null) return false;
  } else {
    const made = app.locations.find((one) => one.folder === creation.folder);
    if (made !== undefined) app.selected = made.id;
  }
  app.cameFrom = null;
  app.go({ view: 'overview' });
  await app.run('create_dismiss', {});
  return app.workspace?.root === creation.root;
}

/** Shows what was made and starts it. */
export async function startMade(app: App, creation: Creation): Promise<void> {
  const inside = app.workspace?.root === creation.root;
  if (!(await openMade(app, creation))) return;
  const made = app.locations.find((one) => one.folder === creation.folder);
  if (inside && made !== undefined) await app.run('location_start', { location: made.id });
  else {
    if (creation.spec.kind === 'sample') app.sample = creation.root;
    app.requestLaunch();
  }
}
