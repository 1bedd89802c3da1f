// Made-up processes: locations and services that start, stop and reload, and environments that are synced.

import type {
  CommandName,
  EnvironmentView,
  LocationView,
  Nothing,
  OperationsBegun,
  ServiceName,
  ServiceView,
  SyncRequest,
} from '../generated';
import type { Answers } from './answers';
import type { FakeBackend } from './fake';

/** The commands that make something run, or end it. */
type Running =
  | Extract<CommandName, `service_${string}`>
  | 'launch'
  | 'launch_cancel'
  | 'stop_all'
  | 'location_start'
  | 'location_stop'
  | 'location_restart'
  | 'location_reload'
  | 'location_settle'
  | 'location_set_auto_reload'
  | 'location_choose_environment'
  | 'location_sync'
  | 'sync_start';

/** What runs, and what a sync changes. Steps take `pace` ms each; with 0 only the first is taken. */
export class FakeProcesses {
  readonly #host: FakeBackend;
  readonly #pace: number;

  constructor(host: FakeBackend, pace: number) {
    this.#host = host;
    this.#pace = pace;
  }

  readonly answers: Pick<Answers, Running> = {
    launch: () => {
      for (const one of this.#locations) if (one.blocked === null) this.#start(one.id);
      return {};
    },
    launch_cancel: () => {
      for (const one of this.#locations) if (one.lifecycle.state === 'starting') this.#stop(one.id);
      return {};
    },
    stop_all: () => this.stopAll(),
    location_start: ({ location }) => this.#start(location),
    location_restart: ({ location }) => this.#start(location),
    location_stop: ({ location }) => this.#stop(location),
    location_settle: ({ location }) => {
      const shown = this.#host.snapshot.workspace?.locations.find((one) => one.id === location);
      return {
        location,
        name: shown?.name ?? location,
        lifecycle: shown?.lifecycle ?? { state: 'stopped', at: null, by: null },
        readiness: shown?.readiness ?? { state: 'unknown' },
        blocked: shown?.blocked ?? null,
        definitions: shown?.definitions?.counts ?? null,
        unloaded: [],
        otherCommand: false,
      };
    },
    location_reload: ({ location }) => {
      this.#host.change(location, { reloading: true });
      this.#later(3, () => this.#host.change(location, { reloading: false }));
      return {};
    },
    location_set_auto_reload: ({ location, on }) => {
      this.#host.change(location, { autoReload: on });
      return {};
    },
    location_choose_environment: ({ location, path }) => {
      this.#changeEnvironment(location, ({ choices }) => ({
        choices: choices.map((one) => ({ ...one, chosen: one.path === path })),
      }));
      return {};
    },
    location_sync: ({ location }) => this.#sync({ locations: [location], deployment: false }),
    sync_start: ({ request }) => this.#sync(request),
    service_start: ({ service }) => this.#startService(service),
    service_restart: ({ service }) => this.#startService(service),
    service_stop: ({ service }) => this.#stopService(service),
  };

  /** Stops every location. */
  stopAll(): Nothing {
    for (const one of this.#locations) this.#stop(one.id);
    return {};
  }

  get #locations(): LocationView[] {
    return this.#host.snapshot.workspace?.locations ?? [];
  }

  #later(steps: number, act: () => void): void {
    if (this.#pace > 0) setTimeout(act, this.#pace * steps);
  }

  #start(id: string): Nothing {
    const since = Date.now();
    const process = { pid: 40_000 + this.#host.asked.length, address: null, startedAt: since };
    const starting = { state: 'starting', since, phaseSince: since, usual: 2_600 } as const;
    this.#host.change(id, {
      lifecycle: { ...starting, phase: 'importing' },
      readiness: { state: 'loading' },
      process,
    });
    this.#later(2, () =>
      this.#host.change(id, { lifecycle: { ...starting, phaseSince: Date.now(), phase: 'loading' } }),
    );
    this.#later(4, () => {
      const counts = { assets: 12, checks: 0, jobs: 2, schedules: 1, sensors: 0, resources: 1 };
      const at = Date.now();
      this.#host.change(id, {
        lifecycle: { state: 'running', since },
        readiness: { state: 'ready', at, took: at - since },
        definitions: { counts, readAt: at, live: true },
      });
    });
    return {};
  }

  #stop(id: string): Nothing {
    this.#host.change(id, { lifecycle: { state: 'stopping', since: Date.now() } });
    this.#later(1, () =>
      this.#host.change(id, {
        lifecycle: { state: 'stopped', at: Date.now(), by: 'person' },
        readiness: { state: 'unknown' },
        process: null,
      }),
    );
    return {};
  }

  #changeService(name: ServiceName, change: Partial<ServiceView>): void {
    const open = this.#host.snapshot.workspace;
    if (open === null) return;
    const service = { ...open[name], ...change };
    this.#host.snapshot = { ...this.#host.snapshot, workspace: { ...open, [name]: service } };
    this.#host.emit({ kind: 'serviceChanged', service });
  }

  #startService(name: ServiceName): Nothing {
    const since = Date.now();
    const process = { pid: 40_000 + this.#host.asked.length, address: null, startedAt: since };
    const starting = {
      state: 'starting',
      since,
      phaseSince: since,
      usual: null,
      phase: 'importing',
    } as const;
    this.#changeService(name, { lifecycle: starting, process });
    this.#later(2, () => this.#changeService(name, { lifecycle: { state: 'running', since: Date.now() } }));
    return {};
  }

  #stopService(name: ServiceName): Nothing {
    this.#changeService(name, { lifecycle: { state: 'stopping', since: Date.now() } });
    const stopped = { state: 'stopped', at: Date.now(), by: 'person' } as const;
    this.#later(1, () => this.#changeService(name, { lifecycle: stopped, process: null }));
    return {};
  }

  #changeEnvironment(id: string, change: (old: EnvironmentView) => Partial<EnvironmentView>): void {
    const old = this.#locations.find((one) => one.id === id)?.environment;
    if (old !== undefined) this.#host.change(id, { environment: { ...old, ...change(old) } });
  }

  /** Syncs the locations' environments; that of the deployment stays as it is. */
  #sync({ locations }: SyncRequest): OperationsBegun {
    for (const id of locations) {
      this.#changeEnvironment(id, () => ({ state: 'syncing', detail: 'uv sync' }));
      this.#later(4, () => this.#changeEnvironment(id, () => ({ state: 'ready', detail: 'synced' })));
    }
    // The environments change, and no operation is made up: tests say how one goes by `emit`.
    return { operations: [] };
  }
}
