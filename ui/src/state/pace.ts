// How often what is on screen needs to be told the time.

import type { Snapshot } from '../backend/generated';
import { countsSeconds } from './health';
import type { Route } from './route';
import { locationKey } from './labels';

/** Fast while a timer shows tenths, slowly while only uptimes grow; in ms. */
export function paceOf(snapshot: Snapshot | null, view: Route['view']): number {
  const workspace = snapshot?.workspace ?? null;
  const lives = workspace
    ? [...workspace.locations, workspace.webserver, workspace.daemon].map((one) => one.lifecycle)
    : [];
  const busy =
    lives.some((life) => life.state === 'starting' || life.state === 'stopping') ||
    (workspace?.locations.some((one) => locationKey(one) === 'starting') ?? false) ||
    snapshot?.creation?.state === 'running' ||
    (snapshot?.operations.some((one) => one.state.state === 'running') ?? false);
  const young = lives.some(
    (life) =>
      (life.state === 'running' && Date.now() - life.since < 60_000) ||
      (life.state === 'crashed' && life.retryAt !== null),
  );
  if (busy) return 100;
  // Whatever else is left to count shows minutes.
  return young || countsSeconds(snapshot, view) ? 1_000 : 30_000;
}
