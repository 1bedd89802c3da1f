// Made-up owners: who runs the workspace of each scene, and what becomes of it when another takes over.

import type { OwnerView } from '../backend';
import type { LocationView, ServiceView, Snapshot } from '../generated';
import { HOME, ROOT } from './fixture';

/** Nobody runs anything, as on the welcome screen. */
export const NOBODY: OwnerView = {
  state: 'none',
  pid: null,
  version: null,
  terminals: 0,
  windows: 0,
  differs: [],
  running: 0,
  refused: null,
  root: null,
};

/** One of this version, with this window alone. */
export const ATTACHED: OwnerView = { ...NOBODY, state: 'attached', pid: 41600, version: '0.1.0' };

const SCENES: Record<string, Partial<OwnerView>> = {
  gone: { state: 'gone' },
  other: { state: 'other', pid: 40112, version: '0.2.0', running: 5, root: ROOT },
  terminals: { terminals: 1 },
  differs: {
    terminals: 1,
    differs: [
      { name: 'DAGSTER_HOME', owner: `${HOME}/.dagster`, own: null },
      {
        name: 'PATH',
        owner: `${HOME}/.local/bin:/usr/local/bin:/usr/bin:/bin`,
        own: `${HOME}/work/tools/bin:${HOME}/.cargo/bin:${HOME}/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/bin:/bin`,
      },
      { name: 'UV_INDEX_INTERNAL_PASSWORD', owner: null, own: null },
    ],
  },
};

/** Who runs a scene's workspace. */
export function ownerOf(scene: string, snapshot: Snapshot): OwnerView {
  return { ...(snapshot.workspace === null ? NOBODY : ATTACHED), ...SCENES[scene] };
}

/** A snapshot as a new owner tells it: it counts from the beginning, and runs nothing yet. */
export function begunAnew(snapshot: Snapshot): Snapshot {
  const open = snapshot.workspace;
  if (open === null) return { ...snapshot, revision: 1 };
  const stopped = { lifecycle: { state: 'stopped', at: null, by: null } as const, process: null };
  const location = (one: LocationView): LocationView => ({
    ...one,
    ...stopped,
    readiness: { state: 'unknown' },
  });
  const service = (one: ServiceView): ServiceView => ({ ...one, ...stopped });
  const workspace = {
    ...open,
    locations: open.locations.map(location),
    webserver: service(open.webserver),
    daemon: service(open.daemon),
  };
  const operations = snapshot.operations.filter((one) => one.state.state !== 'running');
  return { ...snapshot, workspace, operations, revision: 1 };
}
