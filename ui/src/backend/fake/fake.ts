// A backend with nothing behind it: answers as the real one would, with made-up processes that start and stop.

import type { Backend, Begun, Heard, OwnerView, Wanted } from '../backend';
import type {
  ApiError,
  CommandName,
  Commands,
  Event,
  HealthView,
  LocationView,
  Nothing,
  OpenPathRequest,
  Snapshot,
  SyncPreview,
  SyncRequest,
} from '../generated';
import type { Answers } from './answers';
import { FakeCreate } from './create';
import { FakeHealth } from './health';
import { FakeLogs } from './logs';
import { ATTACHED, begunAnew, NOBODY, ownerOf } from './owner';
import { press } from './press';
import { FakeProcesses } from './processes';
import { PROJECT_ANSWERS } from './project';
import { found, planned } from './projects';
import { pythonOffers, pythonPlan } from './python';
import { scenes } from './scenes';
import { syncPreview } from './sync';

/** What the shell says where no browser can be opened. */
export function noBrowser(address: string): ApiError {
  return {
    code: 'toolFailed',
    message: 'The browser could not be opened.',
    causes: [],
    hints: [
      { text: 'Open this address in a browser yourself.', action: { kind: 'copyText', text: address } },
    ],
    subject: null,
  };
}

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
  /** Who runs it. */
  owner: OwnerView;
  /** Whether what is subscribed to begins with what the app read itself. */
  looks = false;
  /** What syncs would change. */
  preview: (request: SyncRequest) => SyncPreview = (request) => syncPreview(this.snapshot, request);
  /** Rejects the named commands with these. */
  failing: Partial<Record<CommandName, ApiError>> = {};
  folder: string | null = null;
  /** What the window is to do from the start. */
  wanted: Wanted | null = null;
  /** Why the desktop opens nothing: neither browser, editor nor file manager. */
  deaf: ApiError | null = null;
  /** Why it can't be said how everything stands. */
  mute: ApiError | null = null;
  readonly window = { minimise: () => {}, toggleMaximise: () => {}, close: () => this.askClose(4) };

  #hear: ((told: Heard) => void) | null = null;
  readonly #processes: FakeProcesses;
  readonly #answers: Answers;

  constructor(snapshot: Snapshot, pace = 0, owner = ownerOf('', snapshot)) {
    this.snapshot = snapshot;
    this.owner = owner;
    this.logs = new FakeLogs((event) => this.emit(event));
    this.create = new FakeCreate(this, pace);
    const showHealth = (health: HealthView) => {
      this.snapshot = { ...this.snapshot, health };
      this.emit({ kind: 'healthChanged', health });
    };
    this.health = new FakeHealth(() => this.snapshot.health, showHealth, pace);
    this.#processes = new FakeProcesses(this, pace);
    this.#answers = {
      ...this.#own,
      ...PROJECT_ANSWERS,
      ...this.#processes.answers,
      ...this.create.answers,
      ...this.logs.answers,
    };
  }

  /** The fake of a scene. */
  static ofScene(name: string, pace = 0): FakeBackend {
    const scene = scenes[name];
    if (scene === undefined) throw new Error(`no scene ${name}`);
    const snapshot = scene(Date.now());
    return new FakeBackend(snapshot, pace, ownerOf(name, snapshot));
  }

  /** The fake that an address such as `?scene=overview&theme=dark&lines=200000` asks for. */
  static fromAddress(search: string): FakeBackend {
    const query = new URLSearchParams(search);
    const scene = query.get('scene') ?? 'overview';
    const fake = FakeBackend.ofScene(scene in scenes ? scene : 'overview', 700);
    const theme = query.get('theme');
    if (theme === 'light' || theme === 'dark') fake.snapshot.settings.theme = theme;
    fake.folder = '/home/ada/work/growth-sandbox';
    fake.logs.lines = Number(query.get('lines') ?? fake.logs.lines);
    if (query.has('stream')) fake.logs.stream(Number(query.get('stream')));
    if (query.has('closing')) setTimeout(() => fake.askClose(4, fake.owner.terminals), 300);
    if (query.has('deaf')) fake.deaf = noBrowser('http://127.0.0.1:3000');
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
    const answers: Partial<Answers> = this.#answers;
    const answer = answers[name];
    if (answer === undefined) throw new Error(`the fake backend knows no command ${name}`);
    return await answer(request);
  }

  async subscribe(hear: (told: Heard) => void): Promise<Begun> {
    this.#hear = hear;
    if (this.wanted !== null) hear({ wanted: this.wanted });
    if (this.mute !== null) throw this.mute;
    return { snapshot: this.snapshot, looked: this.looks, owner: this.owner };
  }

  /** Has the window show something else. */
  replace(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.#hear?.({ snapshot });
  }

  /** Another start of the app names folders, or they are dropped. */
  nameFolders(folders: string[]): void {
    this.#hear?.({ wanted: { folders, close: null } });
  }

  /** Tells who runs the workspace now. */
  tellOwner(change: Partial<OwnerView>): void {
    this.owner = { ...this.owner, ...change };
    this.#hear?.({ owner: this.owner });
  }

  /** What ran the workspace ends without being asked, and all that it ran. */
  loseOwner(): void {
    this.tellOwner({ state: 'gone', terminals: 0, windows: 0, differs: [] });
  }

  async takeOver(): Promise<void> {
    this.asked.push({ name: 'takeOver', request: {} });
    this.#begin();
  }

  async restartOwner(): Promise<void> {
    this.asked.push({ name: 'restartOwner', request: {} });
    this.#begin();
    await this.call('launch', { locations: [], port: null, samePort: false, makeDeployment: false });
  }

  /** A new owner, to which this window is the only host. */
  #begin(): void {
    // What another version runs can't be looked at before.
    const other = this.owner.state === 'other';
    this.replace(
      begunAnew(other ? (scenes.overview as (now: number) => Snapshot)(Date.now()) : this.snapshot),
    );
    this.tellOwner({ ...ATTACHED, pid: (this.owner.pid ?? ATTACHED.pid ?? 0) + 1 });
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

  askClose(processes: number, terminals = 0): void {
    this.#hear?.({ wanted: { folders: [], close: { processes, terminals } } });
  }

  /** Files begin or cease to be dragged over the window. */
  drag(over: boolean): void {
    this.#hear?.({ dragging: over });
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
    if (this.deaf !== null) throw this.deaf;
  }
  async openPath(request: OpenPathRequest): Promise<void> {
    this.asked.push({ name: 'openPath', request });
  }
  async openOwnLog(): Promise<void> {
    this.asked.push({ name: 'openOwnLog', request: {} });
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

  readonly #own = {
    snapshot_get: () => this.snapshot,
    workspace_open: ({ path }) => {
      // Another folder gets a window of its own.
      if (this.snapshot.workspace !== null) return this.snapshot;
      const next = scenes[path.includes('acme') ? 'ready' : 'trust'] ?? scenes.trust;
      const opened = (next as (now: number) => Snapshot)(Date.now());
      this.replace({ ...opened, settings: this.snapshot.settings, revision: 1 });
      this.tellOwner(ATTACHED);
      return this.snapshot;
    },
    workspace_close: () => {
      this.replace({ ...this.snapshot, workspace: null, operations: [], revision: 1 });
      this.tellOwner(NOBODY);
      return {};
    },
    workspace_trust: () => this.#trust(true),
    workspace_distrust: () => {
      this.#processes.stopAll();
      return this.#trust(false);
    },
    // The made-up folder and machine are always as they were read last.
    workspace_read: () => ({}),
    workspace_check: () => ({}),
    machine_check: () => {
      this.emit({ kind: 'machineChecked', machine: this.snapshot.machine });
      return {};
    },
    recent_forget: ({ path }) => {
      const recent = this.snapshot.recent.filter((one) => one.path !== path);
      this.snapshot = { ...this.snapshot, recent };
      this.emit({ kind: 'recentChanged', recent });
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
    python_offers: ({ location }) => pythonOffers(this.snapshot, location),
    python_plan: (request) => pythonPlan(request, this.preview),
    // What these begin is an operation, and no operation is made up: tests say how one goes by `emit`.
    python_change: () => ({ operations: [] }),
    packages_change: () => ({ operations: [] }),
    scaffold_run: () => ({}),
    settings_set: (settings) => {
      this.snapshot = { ...this.snapshot, settings };
      this.emit({ kind: 'settingsChanged', settings });
      return {};
    },
  } satisfies Partial<Answers>;

  #trust(trusted: boolean): Nothing {
    const open = this.snapshot.workspace;
    if (open !== null) this.snapshot = { ...this.snapshot, workspace: { ...open, trusted } };
    this.emit({ kind: 'workspaceRead', workspace: this.snapshot.workspace });
    return {};
  }

  /** The machine with a uv, or without any when none is named. */
  #uv(path: string): Nothing {
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
}
