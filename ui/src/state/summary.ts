// What the workspace as a whole says: the headline, what Launch would do, and what needs attention.

import type { LocationView, ProblemView, WorkspaceView } from '../backend/generated';
import { capital, count, listed, plural, spelled } from './format';
import { locationKey, type StateKey } from './labels';

/** How many locations are in each state. */
export function tally(locations: LocationView[]): Record<StateKey, number> {
  const counts = { stopped: 0, starting: 0, running: 0, loadError: 0, crashed: 0, stopping: 0, external: 0 };
  for (const location of locations) counts[locationKey(location)] += 1;
  return counts;
}

/** Whether a location has a load error, a crash or an environment that isn't ready. */
export function needsAttention(location: LocationView): boolean {
  const key = locationKey(location);
  if (key === 'loadError' || key === 'crashed') return true;
  return ['outOfSync', 'missing', 'broken'].includes(location.environment.state);
}

/** The overview's first line: what is up, or that nothing is, then what needs attention. */
export function headline(locations: LocationView[]): string {
  const counts = tally(locations);
  const own = locations.length - counts.external;
  const all = (word: string) => (own === 1 ? capital(word) : `All ${count(own)} ${word}`);
  if (own > 0 && counts.running === locations.length) return all('running');
  const attention = locations.filter(needsAttention).length;
  const parts = (['running', 'starting', 'stopping'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${count(counts[state])} ${state}`);
  // What crashed was not stopped, but nothing of it runs either.
  if (own > 0 && counts.stopped + counts.crashed === own)
    parts.push(counts.crashed === 0 ? all('stopped') : 'None running');
  if (counts.external > 0) parts.push(`${count(counts.external)} external`);
  if (attention > 0) parts.push(`${count(attention)} ${attention === 1 ? 'needs' : 'need'} attention`);
  return parts.length > 0 ? parts.join(', ') : plural(locations.length, 'location');
}

/** What of the workspace has a process, by name. */
export function whatRuns(workspace: WorkspaceView): string[] {
  const alive = (state: string) => state === 'running' || state === 'starting' || state === 'stopping';
  const { locations, webserver, daemon } = workspace;
  const running = (one: LocationView) => one.managed && (alive(one.lifecycle.state) || one.process !== null);
  return [
    ...locations.filter(running).map((one) => one.name),
    ...(alive(webserver.lifecycle.state) ? ['the webserver'] : []),
    ...(alive(daemon.lifecycle.state) ? ['the daemon'] : []),
  ];
}

/** Whether something of the workspace has a process. */
export function anythingRuns(workspace: WorkspaceView): boolean {
  return whatRuns(workspace).length > 0;
}

/** What pressing Launch would start. */
export interface LaunchPlan {
  locations: LocationView[];
  services: string[];
  blocked: LocationView[];
}

/** What Launch would start now, and what it can't. */
export function launchPlan(workspace: WorkspaceView): LaunchPlan {
  const idle = (state: string) => state === 'stopped' || state === 'exited' || state === 'crashed';
  const startable = new Set(workspace.launch.startable);
  const locations = workspace.locations.filter((one) => startable.has(one.id) && idle(one.lifecycle.state));
  const blocked = workspace.locations.filter((one) => workspace.launch.blocked.includes(one.id));
  const services = [workspace.webserver, workspace.daemon]
    .filter((one) => idle(one.lifecycle.state) && one.blocked === null)
    .map((one) => `the ${one.name}`);
  return { locations, services, blocked };
}

/** What Launch would do, in one sentence or two. */
export function launchSentence(workspace: WorkspaceView, begins = 'Launch starts'): string {
  const plan = launchPlan(workspace);
  const { locations, blocked } = plan;
  if (!workspace.trusted) return 'This folder isn’t trusted, so nothing in it runs.';
  if (workspace.launch.active) return 'Each location is served as soon as it has loaded.';
  const cannot = blockedSentence(blocked.length, locations.length);
  if (locations.length === 0 && plan.services.length === 0) {
    if (blocked.length > 0) return cannot;
    return workspace.locations.some((one) => locationKey(one) === 'loadError')
      ? 'A location with a load error comes in by itself once its code is fixed.'
      : 'Everything that can start is running.';
  }
  const names =
    locations.length <= 3 ? locations.map((one) => one.name) : [plural(locations.length, 'location')];
  return [`${begins} ${listed([...names, ...plan.services])}.`, cannot].filter(Boolean).join(' ');
}

function blockedSentence(blocked: number, startable: number): string {
  if (blocked === 0) return '';
  const who =
    startable > 0 ? `The other ${blocked === 1 ? 'one' : spelled(blocked)}` : plural(blocked, 'location');
  return `${who} can’t start until ${blocked === 1 ? 'its' : 'their'} problem is fixed.`;
}

/** Problem codes that mean: the file itself can't be read. */
const UNREADABLE = new Set(['invalid-toml', 'invalid-yaml', 'file-unreadable']);

/** The problem that keeps the workspace's own file from being read, if one does. */
export function configError(workspace: WorkspaceView): ProblemView | null {
  const found = workspace.problems.find(
    (one) => one.severity === 'blocker' && one.subject.path === workspace.config && UNREADABLE.has(one.code),
  );
  return found ?? null;
}
