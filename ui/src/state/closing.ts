// Closing the workspace of this window, which stops what it runs and so asks first.

import type { App } from './app.svelte';
import { whatRuns } from './summary';

/** Closes the workspace; asks first where that stops something. */
export function askClose(app: App): void {
  if (runningHere(app).length > 0) app.ask({ kind: 'closeWorkspace' });
  else void closeWorkspace(app);
}

/** What closing the workspace would stop, by name. Where commands can't work, nothing of what is shown runs here. */
export function runningHere(app: App): string[] {
  return app.workspace === null || app.owner.halted !== null ? [] : whatRuns(app.workspace);
}

/** Closes the workspace. The window then shows what it is told next. */
export async function closeWorkspace(app: App): Promise<void> {
  app.putAway('closeWorkspace');
  await app.run('workspace_close', {});
}
