// A backend with nothing behind it: answers as the real one would, with made-up processes that start and stop.

import type { Backend, Begun } from '../backend';
import type {
  ApiError,
  CommandName,
  Commands,
  Envelope,
  Event,
  HealthView,
  LocationView,
  OpenPathRequest,
  Snapshot,
  SyncPreview,
  SyncRequest,
} from '../generated';
import { FakeCreate } from './create';
import { FakeHealth } from './health';
import { FakeLogs } from './logs';
import { press } from './press';
import { found, planned } from './projects';
import { pythonOffers, pythonPlan } from './python';
import { scenes } from './scenes';
import { syncPreview } from './sync';

type Answers = { [N in CommandName]?: (request: Commands[N]['request']) => Commands[N]['response'] };

/** Something the window asked for, for tests to look at. */
export interface Asked {
  name: string;
  request: unknown;
}

/** The fake. `pace` is how long its made-up steps take, in ms; 0 takes none of them by itself. */
export class FakeBackend implements Backend {
  readonly fake = true;
  readonly asked: Asked[] = [];
  readonly logs: FakeLogs;
  readonly create: FakeCreate;
  readonly health: FakeHealth;
  snapshot: Snapshot;
  /** What syncs would change. */
  preview: (request: SyncRequest) => SyncPreview = (request) => syncPreview(this.snapshot, request);
  /** Rejects the named commands with these. */
  failing: Partial<Record<CommandName, ApiError>> = {};
  folder: string | null = null;
  readonly window = { minimise: () => {}, toggleMaximise: () => {}, close: () => this.askClose(4) };

  #hear: ((batch: Envelope[]) => void) | null = null;
  #closeAsked: ((processes: number) => void) | null = null;
  #dropped: ((event: { over: boolean; paths: string[] }) => void) | null = null;
  readonly #pace: number;

  constructor(snapshot: Snapshot, pace = 0) {
    this.snapshot = snapshot;
    this.#pace = pace;
    this.logs = new FakeLogs((event) => this.emit(event));
    this.create = new FakeCreate(this, pace);
    const showHealth = (health: HealthView) => {
      this.snapshot = { ...this.snapshot, health };
      this.emit({ kind: 'healthChanged', health });
    };
    this.health = new FakeHealth(() => this.snapshot.health, showHealth, pace);
  }

  /** The fake that an address such as `?scene=overview&theme=dark&lines=200000` asks for. */
  static fromAddress(search: string): FakeBackend {
    const query = new URLSearchParams(search);
    const scene = scenes[query.get('scene') ?? 'overview'] ?? scenes.overview;
    const snapshot = (scene as (now: number) => Snapshot)(Date.now());
    const theme = query.get('theme');
    if (theme === 'light' || theme === 'dark') snapshot.settings.theme = theme;
    const fake = new FakeBackend(snapshot, 700);
    fake.folder = '/home/ada/work/growth-sandbox';
    fake.logs.lines = Number(query.get('lines') ?? fake.logs.lines);
    if (query.has('stream')) fake.logs.stream(Number(query.get('stream')));
    if (query.has('closing')) setTimeout(() => fake.askClose(4), 300);
    if (query.has('index')) fake.create.index = query.get('index') as FakeCreate['index'];
    fake.create.failsAt = Number(query.get('fails') ?? -1);
    void press(query.get('press')?.split(',') ?? []);
    fake.measure();
    setInterval(() => fake.measure(), 2_000);
    return fake;
  }

  async call<N extends CommandName>(
    name: N,
    request: Commands[N]['request'],
  ): Promise<Commands[N]['response']> {
    this.asked.push({ name, request });
    const failure = this.failing[name];
    if (failure !== undefined) throw failure;
    const answer = this.#answers[name] as ((request: unknown) => unknown) | undefined;
    const value = answer
      ? answer(request)
      : name.startsWith('create_')
        ? await this.create.answer(name, request)
        : this.logs.answer(name, request);
    return (value ?? {}) as Commands[N]['response'];
  }

  async subscribe(hear: (batch: Envelope[]) => void): Promise<Begun> {
    this.#hear = hear;
    return { snapshot: this.snapshot, unopened: null };
  }

  /** Tells the window something, in the next number. */
  emit(event: Event): void {
    this.snapshot = { ...this.snapshot, revision: this.snapshot.revision + 1 };
    this.#hear?.([{ revision: this.snapshot.revision, event }]);
  }

  /** Changes a location and tells the window. */
  change(id: string, change: Partial<LocationView>): void {
    const open = this.snapshot.workspace;
    const old = open?.locations.find((one) => one.id === id);
    if (!open || !old) return;
    const location = { ...old, ...change };
    const locations = open.locations.map((one) => (one.id === id ? location : one));
    this.snapshot = { ...this.snapshot, workspace: { ...open, locations } };
    this.emit({ kind: 'locationChanged', location });
  }

  askClose(processes: number): void {
    this.#closeAsked?.(processes);
  }

  drop(paths: string[]): void {
    this.#dropped?.({ over: false, paths });
  }

  /** Makes up a measurement of what runs. */
  measure(): void {
    const open = this.snapshot.workspace;
    if (open === null) return;
    const all = [...open.locations, open.webserver, open.daemon].filter((one) => one.process !== null);
    const metrics = Object.fromEntries(
      all.map((one, at) => {
        const memory = (150 + ((at * 83) % 260) + Math.random() * 12) * 1024 * 1024;
        return [one.log, { cpu: 0.01, memory, processes: 1 }];
      }),
    );
    this.emit({ kind: 'metricsMeasured', metrics });
  }

  async pickFolder(): Promise<string | null> {
    return this.folder;
  }
  async openUrl(url: string): Promise<void> {
    this.asked.push({ name: 'openUrl', request: url });
  }
  async openPath(request: OpenPathRequest): Promise<void> {
    this.asked.push({ name: 'openPath', request });
  }
  async revealPath(path: string): Promise<void> {
    this.asked.push({ name: 'revealPath', request: path });
  }
  async copy(text: string): Promise<void> {
    this.asked.push({ name: 'copy', request: text });
  }
  async painted(): Promise<void> {
    // Nobody measures here, and what is asked of the backend is not muddled with it.
  }

  async decideClose(decision: string, remember: boolean): Promise<void> {
    this.asked.push({ name: 'decideClose', request: { decision, remember } });
  }
  onCloseAsked(hear: (processes: number) => void) {
    this.#closeAsked = hear;
    return () => (this.#closeAsked = null);
  }
  onFolderOpened() {
    return () => {};
  }
  onDrop(hear: (event: { over: boolean; paths: string[] }) => void) {
    this.#dropped = hear;
    return () => (this.#dropped = null);
  }

  readonly #answers: Answers = {
    snapshot_get: () => this.snapshot,
    workspace_open: ({ path }) => {
      const next = scenes[path.includes('acme') ? 'ready' : 'trust'] ?? scenes.trust;
      const opened = (next as (now: number) => Snapshot)(Date.now());
      this.snapshot = { ...opened, settings: this.snapshot.settings, revision: this.snapshot.revision + 1 };
      return this.snapshot;
    },
    workspace_close: () => {
      this.snapshot = { ...this.snapshot, workspace: null };
      this.emit({ kind: 'workspaceRead', workspace: null });
      return {};
    },
    workspace_trust: () => {
      const open = this.snapshot.workspace;
      if (open !== null) this.snapshot = { ...this.snapshot, workspace: { ...open, trusted: true } };
      this.emit({ kind: 'workspaceRead', workspace: this.snapshot.workspace });
      return {};
    },
    uv_bring: () => this.#uv(`${this.snapshot.home}/.local/state/dagdeck/tools/uv-0.13.8/uv`),
    uv_pick: ({ path }) => this.#uv(path),
    projects_find: ({ path }) => found(path.replace(/^~/, this.snapshot.home)),
    projects_plan: (change) => planned(this.snapshot.workspace, change),
    projects_apply: ({ change }) => {
      const open = this.snapshot.workspace;
      if (open === null) return {};
      const places = new Map(change.moved.map((one) => [one.location, one.path]));
      const locations = open.locations
        .filter((one) => !change.remove.includes(one.id))
        .map((one) => {
          const folder = places.get(one.id);
          if (folder === undefined) return one;
          return { ...one, folder, path: folder.replace(`${open.root}/`, ''), problems: [] };
        });
      this.snapshot = { ...this.snapshot, workspace: { ...open, locations } };
      this.emit({ kind: 'workspaceRead', workspace: this.snapshot.workspace });
      return {};
    },
    operation_cancel: () => ({}),
    sync_preview: (request) => this.preview(request),
    operations_script: () => ({ text: '#!/bin/sh\n' }),
    health_check: () => this.health.check(),
    health_list: () => this.health.list(),
    health_fix: (request) => this.health.fix(request),
    health_undo: (request) => this.health.undo(request),
    health_report: () => ({ text: '# Dagdeck 0.1.0 on linux\n' }),
    health_report_save: (request) => ({ text: `${request.path}/dagdeck-report.txt` }),
    launch: () => {
      for (const one of this.snapshot.workspace?.locations ?? [])
        if (one.blocked === null) this.#start(one.id);
      return {};
    },
    stop_all: () => {
      for (const one of this.snapshot.workspace?.locations ?? []) this.#stop(one.id);
      return {};
    },
    location_start: ({ location }) => this.#start(location),
    location_restart: ({ location }) => this.#start(location),
    location_stop: ({ location }) => this.#stop(location),
    location_definitions: () => ({
      assets: Array.from({ length: 84 }, (_, at) => `warehouse/${at % 3 ? 'stg' : 'fct'}_orders_${at}`),
      checks: ['fct_orders_0: not_null_id', 'fct_orders_0: fresh'],
      jobs: ['orders_hourly', 'retrain_weekly'],
      schedules: ['orders_hourly_schedule'],
      sensors: ['raw_orders_landed'],
      resources: ['warehouse', 's3'],
    }),
    location_requirements: () => ({
      packages: ['dagster==1.13.27', 'pandas[excel]>=2'],
      dev: ['dagster-dg-cli', 'dagster-webserver'],
    }),
    python_offers: ({ location }) => pythonOffers(this.snapshot, location),
    python_plan: (request) => pythonPlan(request, this.preview),
    packages_plan: ({ locations, change }) => ({
      projects: locations.map((location) => {
        const word =
          change.kind === 'add' ? change.requirement : change.kind === 'remove' ? change.package : 'dagster';
        const nonsense = word.includes(' ');
        const folder = `/Users/you/work/acme-data/projects/${location}`;
        const line = `uv ${change.kind === 'remove' ? 'remove' : 'add'} --no-sync -- ${word}`;
        return {
          location,
          fault: nonsense
            ? {
                code: 'toolFailed' as const,
                message: `${word} is no package`,
                causes: [],
                hints: [],
                subject: null,
              }
            : null,
          command: nonsense ? null : { line, folder, shell: `cd ${folder} && ${line}`, environment: [] },
          edits: nonsense
            ? []
            : [{ path: `${folder}/pyproject.toml`, diff: [' dependencies = [', `+    "${word}",`, ' ]'] }],
          locked: nonsense ? [] : [{ name: word, from: null, to: '4.16.0' }],
        };
      }),
    }),
    definition_types: () => ({
      folder: 'src/data_science/defs',
      types: [
        [
          'dagster.asset',
          'Asset',
          'A table, file or model that your code makes and keeps up to date.',
          'assets.py',
        ],
        ['dagster.asset_check', 'Asset check', 'A test of an asset’s content.', 'asset_checks.py'],
        [
          'dagster.PythonScriptComponent',
          'PythonScriptComponent',
          'A Python script and its assets.',
          'script',
        ],
      ].map(([key, title, summary, path]) => ({
        key: key as string,
        title: title as string,
        summary: summary as string,
        path: path as string,
        python: (path as string).endsWith('.py'),
      })),
    }),
    definition_form: ({ key }) => ({
      params: key.endsWith('check')
        ? [
            {
              name: 'asset_key',
              title: 'Asset Key',
              description: '',
              required: true,
              kind: 'text',
              choices: [],
              default: null,
            },
          ]
        : [],
    }),
    scaffold_plan: ({ key, path, params }) => {
      const missing = key.endsWith('check') && !params.asset_key;
      const fault = missing
        ? 'Asset Key is needed.'
        : path.startsWith('assets/')
          ? 'assets.py is there already. Python would find only one of assets.py and assets/.'
          : null;
      if (fault !== null) return { fault, command: null, files: [] };
      const name = path.replace(/\.py$/, '');
      const text = `import dagster as dg\n\n\n@dg.asset\ndef ${name}(context: dg.AssetExecutionContext) -> dg.MaterializeResult: ...\n`;
      const folder = '/Users/you/work/acme-data/projects/data-science';
      const line = `.venv/bin/python -m dagster_dg_cli.cli scaffold defs ${key} ${path}`;
      return {
        fault,
        command: { line, folder, shell: `cd ${folder} && ${line}`, environment: [] },
        files: [{ path: `src/data_science/defs/${path}`, text }],
      };
    },
    location_files: () => ({
      cut: false,
      files: [
        ['pyproject.toml', 'project settings', 1_240],
        ['src/data_science/__init__.py', null, 0],
        ['src/data_science/definitions.py', 'definitions', 412],
        ['src/data_science/forecasting/assets.py', null, 14_233],
        ['tests/test_assets.py', null, 2_210],
        ['uv.lock', 'lockfile', 412_000],
      ].map(([path, role, bytes]) => ({
        path: path as string,
        role: role as string | null,
        bytes: bytes as number,
        modifiedAt: Date.now() - 3_600_000,
      })),
    }),
    settings_set: (settings) => {
      this.snapshot = { ...this.snapshot, settings };
      this.emit({ kind: 'settingsChanged', settings });
      return {};
    },
  };

  #later(steps: number, act: () => void): void {
    if (this.#pace > 0) setTimeout(act, this.#pace * steps);
  }

  /** The machine with a uv, or without any when none is named. */
  #uv(path: string): Record<symbol, never> {
    const { machine, settings } = this.snapshot;
    const there = { state: 'ready', version: '0.13.8', path, install: null } as const;
    const gone = { state: 'notFound', version: null, path: null, install: 'pipx install uv' } as const;
    const tools = machine.tools.map((one) =>
      one.name === 'uv' ? { ...one, ...(path === '' ? gone : there) } : one,
    );
    this.snapshot = {
      ...this.snapshot,
      machine: { ...machine, tools },
      settings: { ...settings, uv: path },
    };
    this.emit({ kind: 'settingsChanged', settings: this.snapshot.settings });
    this.emit({ kind: 'machineChecked', machine: this.snapshot.machine });
    return {};
  }

  #start(id: string): Record<symbol, never> {
    const since = Date.now();
    const process = { pid: 40_000 + this.asked.length, address: null, startedAt: since };
    const starting = { state: 'starting', since, phaseSince: since, usual: 2_600 } as const;
    this.change(id, {
      lifecycle: { ...starting, phase: 'importing' },
      readiness: { state: 'loading' },
      process,
    });
    this.#later(2, () =>
      this.change(id, { lifecycle: { ...starting, phaseSince: Date.now(), phase: 'loading' } }),
    );
    this.#later(4, () => {
      const counts = { assets: 12, checks: 0, jobs: 2, schedules: 1, sensors: 0, resources: 1 };
      const at = Date.now();
      this.change(id, {
        lifecycle: { state: 'running', since },
        readiness: { state: 'ready', at, took: at - since },
        definitions: { counts, readAt: at, live: true },
      });
    });
    return {};
  }

  #stop(id: string): Record<symbol, never> {
    this.change(id, { lifecycle: { state: 'stopping', since: Date.now() } });
    this.#later(1, () =>
      this.change(id, {
        lifecycle: { state: 'stopped', at: Date.now(), by: 'person' },
        readiness: { state: 'unknown' },
        process: null,
      }),
    );
    return {};
  }
}
