// What a state is called: word, glyph, tone and second line. The two axes are never folded into one light.

import type {
  CreationState,
  EnvironmentView,
  Lifecycle,
  LocationView,
  ServiceView,
  StartPhase,
  StepState,
} from '../backend/generated';
import type { GlyphName } from '../design/drawings';
import { clock, took, when } from './format';
import { folderMissing } from './projects';

/** Colour of a state; never the only thing that tells it. */
export type Tone = 'ok' | 'busy' | 'warn' | 'err' | 'off';

/** What a location or service is doing, in one word for code and tests. */
export type StateKey = 'stopped' | 'starting' | 'running' | 'loadError' | 'crashed' | 'stopping' | 'external';

/** A state as shown. */
export interface Shown {
  word: string;
  glyph: GlyphName;
  tone: Tone;
}

const LIFE: Record<StateKey, Shown> = {
  running: { word: 'Running', glyph: 'running', tone: 'ok' },
  starting: { word: 'Starting', glyph: 'starting', tone: 'busy' },
  stopping: { word: 'Stopping', glyph: 'stopping', tone: 'busy' },
  stopped: { word: 'Stopped', glyph: 'stopped', tone: 'off' },
  loadError: { word: 'Load error', glyph: 'error', tone: 'err' },
  crashed: { word: 'Crashed', glyph: 'crashed', tone: 'err' },
  external: { word: 'External', glyph: 'ghost', tone: 'off' },
};

const ENVIRONMENT: Record<EnvironmentView['state'], Shown> = {
  ready: { word: 'Ready', glyph: 'ready', tone: 'ok' },
  syncing: { word: 'Syncing', glyph: 'starting', tone: 'busy' },
  outOfSync: { word: 'Out of sync', glyph: 'warn', tone: 'warn' },
  missing: { word: 'No environment', glyph: 'none', tone: 'off' },
  broken: { word: 'Broken', glyph: 'crashed', tone: 'err' },
  unknown: { word: 'Not checked', glyph: 'ghost', tone: 'off' },
};

const PHASE: Record<StartPhase, string> = {
  waiting: 'waiting',
  spawned: 'starting',
  importing: 'importing',
  loading: 'loading definitions',
};

/** What a lifecycle alone says. */
export function lifecycleKey(lifecycle: Lifecycle): StateKey {
  return lifecycle.state === 'exited' ? 'stopped' : lifecycle.state;
}

/** What a location is doing: its lifecycle, told with what its code says. */
export function locationKey(location: LocationView): StateKey {
  const { lifecycle, readiness } = location;
  if (!location.managed) {
    if (readiness.state === 'ready') return 'running';
    return readiness.state === 'loadError' ? 'loadError' : 'external';
  }
  if (lifecycle.state !== 'running') return lifecycleKey(lifecycle);
  if (readiness.state === 'loadError') return 'loadError';
  // An open port is not a loaded location.
  return readiness.state === 'ready' || location.reloading ? 'running' : 'starting';
}

/** A location's state as shown. */
export function locationShown(location: LocationView): Shown {
  return LIFE[locationKey(location)];
}

/** A service's state as shown. */
export function serviceShown(service: ServiceView): Shown {
  return LIFE[lifecycleKey(service.lifecycle)];
}

/** An environment's state as shown. */
export function environmentShown(environment: Pick<EnvironmentView, 'state'>): Shown {
  return ENVIRONMENT[environment.state];
}

/** A location's environment as shown. Where its folder isn't there, that is what there is to say of it. */
export function locationEnvironment(location: LocationView): Shown {
  if (folderMissing(location)) return { word: 'Folder missing', glyph: 'error', tone: 'err' };
  return environmentShown(location.environment);
}

/** The second line of a location's environment, while nothing works on it. */
export function environmentLine(location: LocationView): string {
  return folderMissing(location) ? 'moved or deleted' : location.environment.detail;
}

/** The second line of a lifecycle. */
export function lifecycleLine(lifecycle: Lifecycle, now: number, never = 'never started here'): string {
  switch (lifecycle.state) {
    case 'stopped':
      return stoppedLine(lifecycle, now, never);
    case 'starting': {
      const so = `${PHASE[lifecycle.phase]} ${took(now - lifecycle.phaseSince)}`;
      const slow = lifecycle.usual !== null && now - lifecycle.since > lifecycle.usual * 2;
      return slow && lifecycle.usual !== null ? `${so}, usually ${took(lifecycle.usual)}` : so;
    }
    case 'running':
      return '';
    case 'stopping':
      return `asked to end ${took(now - lifecycle.since)} ago`;
    case 'exited':
      return `ended by itself with code ${lifecycle.code}, ${when(lifecycle.at, now)}`;
    case 'crashed':
      if (lifecycle.retryAt === null) return `${lifecycle.reason}, ${when(lifecycle.at, now)}`;
      return lifecycle.retryAt > now
        ? `${lifecycle.reason}, tries again in ${Math.ceil((lifecycle.retryAt - now) / 1000)} s`
        : `${lifecycle.reason}, trying again`;
  }
}

function stoppedLine(
  lifecycle: Extract<Lifecycle, { state: 'stopped' }>,
  now: number,
  never: string,
): string {
  if (lifecycle.at === null) return never;
  const at = when(lifecycle.at, now);
  if (lifecycle.by === 'sync') return `stopped for a sync, ${at}`;
  if (lifecycle.by === 'closing') return `stopped when Dagdeck closed, ${at}`;
  return `stopped ${at}`;
}

/** What a service did, which is not remembered when Dagdeck ends. */
export function serviceLine(lifecycle: Lifecycle, now: number): string {
  return lifecycleLine(lifecycle, now, 'Launch starts it');
}

/** Where a process listens, short: "port 4300" or "its own socket". */
export function addressWords(address: string | null): string {
  if (address === null) return '';
  const port = /:(\d+)$/.exec(address);
  return port ? `port ${port[1]}` : 'socket';
}

/** What an environment asks for before its location can start: short, since its own column says what it lacks. */
const TO_START: Partial<Record<EnvironmentView['state'], string>> = {
  missing: 'set it up to start',
  broken: 'repair it to start',
  syncing: 'can start after the sync',
};

/** The second line of a location's state. */
export function locationLine(location: LocationView, now: number): string {
  const { lifecycle, readiness, process } = location;
  const key = locationKey(location);
  if (!location.managed && key !== 'loadError') return 'run by another program';
  if (readiness.state === 'loadError' && key === 'loadError') {
    if (readiness.stillServing === null) return readiness.error.title;
    return `still serving the code of ${clock(readiness.stillServing)}`;
  }
  if (location.reloading) return 'loading the new code beside the old';
  if (lifecycle.state === 'running') {
    if (key === 'starting') return `loading definitions ${took(now - lifecycle.since)}`;
    return process === null
      ? ''
      : [addressWords(process.address), `process ${process.pid}`].filter(Boolean).join(', ');
  }
  if (key === 'stopped' && location.blocked !== null) {
    if (folderMissing(location)) return 'find its folder to start';
    return TO_START[location.environment.state] ?? location.blocked;
  }
  return lifecycleLine(lifecycle, now);
}

/** The end of a sidebar row: the shortest word that says it. */
export function locationShort(location: LocationView, now: number): string {
  const { lifecycle } = location;
  const key = locationKey(location);
  if (key === 'loadError' || key === 'crashed') return LIFE[key].word;
  if (lifecycle.state === 'starting' || lifecycle.state === 'stopping') return took(now - lifecycle.since);
  if (key === 'stopped') {
    if (folderMissing(location)) return 'No folder';
    const short: Partial<Record<EnvironmentView['state'], string>> = {
      outOfSync: 'Sync',
      missing: 'No env',
      broken: 'Broken',
      syncing: 'Syncing',
    };
    return short[location.environment.state] ?? '';
  }
  return '';
}

/** The glyph of a sidebar row: lifecycle first, else what the environment lacks. */
export function locationGlyph(location: LocationView): Shown {
  const key = locationKey(location);
  const state = location.environment.state;
  if (key === 'stopped' && state !== 'ready' && state !== 'unknown') return locationEnvironment(location);
  return LIFE[key];
}

const CREATION: Record<CreationState, Shown> = {
  running: { word: 'Running', glyph: 'starting', tone: 'busy' },
  succeeded: { word: 'Done', glyph: 'ready', tone: 'ok' },
  failed: { word: 'Failed', glyph: 'error', tone: 'err' },
  cancelled: { word: 'Stopped', glyph: 'stopped', tone: 'off' },
};

/** How a creation stands, as shown. */
export function creationShown(state: CreationState): Shown {
  return CREATION[state];
}

/** How a step of a creation stands, as shown. */
export function stepShown(state: StepState): Shown {
  return state === 'waiting' ? { word: 'To do', glyph: 'todo', tone: 'off' } : CREATION[state];
}
