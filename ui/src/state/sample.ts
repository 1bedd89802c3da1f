// The sample's end: the Dagster UI opens on the asset that one project makes of what the other made.

import type { WorkspaceView } from '../backend/generated';
import { lifecycleKey } from './labels';

/** The page of that asset in the Dagster UI. */
const PAGE = 'assets/revenue_forecast';

/** The address to open once everything in a workspace is served; null until then. */
export function samplePage(workspace: WorkspaceView | null, root: string): string | null {
  if (workspace === null || workspace.root !== root || workspace.locations.length === 0) return null;
  const { url, lifecycle } = workspace.webserver;
  const ready = workspace.locations.every((one) => one.readiness.state === 'ready');
  if (url === null || lifecycleKey(lifecycle) !== 'running' || !ready) return null;
  return `${url.replace(/\/$/, '')}/${PAGE}`;
}
