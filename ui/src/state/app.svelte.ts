// The window's one store: the snapshot kept true by events, and where the person is. Holds no log line.

import { getContext, setContext } from 'svelte';

import { toApiError, type Backend, type CloseDecision, type Heard, type OwnerView } from '../backend';
import type {
  ApiError,
  CommandName,
  Commands,
  Creation,
  Envelope,
  HealthView,
  LocationView,
  Settings,
  Snapshot,
  WorkspaceView,
} from '../backend/generated';
import { Offers } from './actions/offers';
import { apply, measure, stepOf, type Measured } from './apply';
import { Clock } from './clock.svelte';
import { creationSentence, type CameFrom } from './creating';
import {
  opened,
  stack,
  without,
  type Dialog,
  type DialogKind,
  type DialogOf,
  type Plain,
  type Question,
} from './dialog';
import { checkHealth, countsSeconds, fixedSentence } from './health';
import { Owner } from './owner.svelte';
import type { LocationTab, Route } from './route';
import { samplePage } from './sample';
import { configError, launchPlan } from './summary';
import { Sync } from './sync.svelte';
import { locationKey, locationShown } from './words';

/** Tells a log view that it has more rows. */
export type GrowthListener = (event: Extract<Envelope['event'], { kind: 'logGrew' }>) => void;

const UNMEASURED: Measured = { metrics: {}, counts: {} };
const UNCHECKED: HealthView = { findings: [], groups: [], checkedAt: null, checking: false };
const ANNOUNCE_EVERY = 5_000;
const MEMORY_SAMPLES = 24;
/** How often memory is measured, in ms. */
const SAMPLE_EVERY = 2_000;
/** What the shell does by itself, also where nobody runs the workspace. */
const SHELLS_OWN: ReadonlySet<CommandName> = new Set(['workspace_open', 'workspace_close', 'settings_set']);

/** The window's state. */
export class App {
  readonly backend: Backend;
  readonly clock = new Clock(() => this.#keepPace());

  snapshot = $state.raw<Snapshot | null>(null);
  /** Grows when the window shows something else: what belongs to the former is put away, and its answers are dropped. */
  source = $state(0);
  measured = $state.raw<Measured>(UNMEASURED);
  /** The last memory readings by log id, for the sparkline. */
  memory = $state.raw<Record<string, number[]>>({});
  #sampledAt = 0;
  route = $state.raw<Route>({ view: 'overview' });
  /** The selected row's location. */
  selected = $state<string | null>(null);
  /** The root that the person browses without trusting it. */
  readOnly = $state<string | null>(null);
  /** The folder that is being opened. */
  opening = $state<string | null>(null);
  /** What went wrong last, until it is put away. */
  failure = $state.raw<ApiError | null>(null);
  toast = $state.raw<{ text: string; at: number } | null>(null);
  /** What the polite live region says. */
  announcement = $state('');
  /** The dialog that has the keyboard. Changed by {@link ask} and {@link putAway} only. */
  dialog = $state.raw<Dialog | null>(null);
  /** Whether files are being dragged over the window. */
  dragging = $state(false);
  sideHidden = $state(false);
  /** Where closing the questions of creating leads back to. */
  cameFrom: CameFrom | null = null;
  /** Banners put away until the next start. */
  hidden = $state.raw<ReadonlySet<string>>(new Set());

  /** Syncing environments. */
  readonly sync = new Sync(this);
  /** What the parts of the window on screen offer to keys. */
  readonly offers = new Offers();
  /** Who runs the workspace. */
  readonly owner = new Owner(this);

  #fetching = false;
  #waiting: Heard[] = [];
  /** The root that the answer to opening it brought on screen before the channel has. */
  #ahead: string | null = null;
  #growth = new Map<number, GrowthListener>();
  #lastAnnounced = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Fetches the snapshot and hears events from then on. Shows nothing before `faces`, the fonts, are there. */
  async start(faces: Promise<unknown> = Promise.resolve()): Promise<void> {
    // Asked before anything else: the first screen waits for it.
    const subscribed = this.backend.subscribe((told) => this.hear(told));
    this.backend.onCloseAsked((running) => this.ask({ kind: 'close', ...running }));
    this.backend.onFolderOpened((path) => void this.open(path));
    this.backend.onDrop(({ over, paths }) => {
      this.dragging = over;
      const first = paths[0];
      if (first !== undefined) void this.open(first);
    });
    try {
      const { snapshot, unopened, owner } = await subscribed;
      await faces;
      this.owner.hear(owner);
      this.adopt(snapshot, true);
      this.#catchUp();
      if (unopened !== null) void this.open(unopened);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** The open workspace. */
  get workspace(): WorkspaceView | null {
    return this.snapshot?.workspace ?? null;
  }

  get settings(): Settings | null {
    return this.snapshot?.settings ?? null;
  }

  /** What the checks answered last. */
  get health(): HealthView {
    return this.snapshot?.health ?? UNCHECKED;
  }

  /** What is being made, or was and is not put away yet. */
  get creation(): Creation | null {
    return this.snapshot?.creation ?? null;
  }

  get locations(): LocationView[] {
    return this.workspace?.locations ?? [];
  }

  /** Whether the trust question is on screen. Where nothing can be started there is nothing to trust yet. */
  get asksTrust(): boolean {
    const { workspace } = this;
    if (this.owner.halted !== null) return false;
    if (workspace === null || workspace.trusted || workspace.locations.length === 0) return false;
    if (this.route.view === 'settings' || this.route.view === 'create') return false;
    return configError(workspace) === null && this.readOnly !== workspace.root;
  }

  /** The location with an id. */
  location(id: string | null): LocationView | null {
    return this.locations.find((one) => one.id === id) ?? null;
  }

  /** The location that single letters and the palette act on. */
  get current(): LocationView | null {
    return this.location(this.route.view === 'location' ? this.route.id : this.selected);
  }

  /** Takes what the channel tells, in its order. */
  hear(told: Heard): void {
    if (this.snapshot === null) this.#waiting.push(told);
    else if ('snapshot' in told) this.#hearSnapshot(told.snapshot);
    else if ('owner' in told) this.#hearOwner(told.owner);
    else this.#hearEvents(told, this.snapshot);
  }

  /** Takes a batch of events in order; a gap in their numbers fetches everything anew. */
  #hearEvents(batch: Envelope[], shown: Snapshot): void {
    // Until the channel too has come to what was opened, it tells of what was shown before.
    if (this.#ahead !== null) return;
    if (this.#fetching) {
      this.#waiting.push(batch);
      return;
    }
    let snapshot = shown;
    let measured = this.measured;
    for (const [index, envelope] of batch.entries()) {
      const step = stepOf(snapshot, envelope);
      if (step === 'old') continue;
      if (step === 'gap') {
        this.#waiting.push(batch.slice(index));
        void this.refetch();
        break;
      }
      const { event } = envelope;
      if (event.kind === 'logGrew') this.#growth.get(event.view)?.(event);
      if (event.kind === 'locationChanged') this.#tell(snapshot, event.location);
      if (event.kind === 'creationChanged') this.#tellCreation(snapshot.creation, event.creation);
      if (event.kind === 'healthChanged') this.#tellHealth(fixedSentence(snapshot.health, event.health));
      if (event.kind === 'metricsMeasured') this.#sample(event.metrics);
      snapshot = apply(snapshot, envelope);
      measured = measure(measured, event);
    }
    this.snapshot = snapshot;
    this.measured = measured;
    this.#putAwayGone();
    this.#openSample();
    this.#keepPace();
  }

  /** The window shows something else from here on, unless the answer to opening it did so already. */
  #hearSnapshot(snapshot: Snapshot): void {
    const known = this.#ahead !== null && this.#ahead === snapshot.workspace?.root;
    this.#ahead = null;
    if (known) this.adopt(snapshot, true);
    else this.#turnTo(snapshot);
  }

  #hearOwner(owner: OwnerView): void {
    this.owner.hear(owner);
    this.#keepPace();
  }

  /** Shows something else, whatever its revision. Of the former nothing stays that could act on the new. */
  #turnTo(snapshot: Snapshot): void {
    const elsewhere = snapshot.workspace?.root !== this.workspace?.root;
    this.source += 1;
    this.#waiting = [];
    this.#fetching = false;
    this.#growth = new Map();
    this.measured = UNMEASURED;
    this.memory = {};
    this.selected = null;
    this.failure = null;
    this.sync.forget();
    this.putAwayAll();
    if (elsewhere) {
      this.route = { view: 'overview' };
      this.cameFrom = null;
      this.readOnly = null;
    }
    this.adopt(snapshot, true);
  }

  /** Fetches the snapshot, then applies what was said meanwhile. */
  async refetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    const { source } = this;
    try {
      const snapshot = await this.backend.call('snapshot_get', {});
      if (source === this.source) this.adopt(snapshot, true);
    } catch (thrown) {
      if (source === this.source) this.fail(thrown);
    }
    if (source !== this.source) return;
    this.#fetching = false;
    this.#catchUp();
  }

  /** Takes what was told while there was no snapshot to apply it to. */
  #catchUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const told of waiting) this.hear(told);
  }

  /** Takes a whole snapshot, unless a newer one is already shown. */
  adopt(snapshot: Snapshot, force = false): void {
    if (force || this.snapshot === null || snapshot.revision >= this.snapshot.revision)
      this.snapshot = snapshot;
    this.#putAwayGone();
    this.#keepPace();
  }

  /**
   * Sends a command; what goes wrong is shown and answered with null. So is what comes of something that is no longer
   * shown, and what nobody could carry out: the bar above every screen says why.
   */
  async run<N extends CommandName>(
    name: N,
    request: Commands[N]['request'],
  ): Promise<Commands[N]['response'] | null> {
    if (this.owner.halted !== null && !SHELLS_OWN.has(name)) return null;
    const { source } = this;
    try {
      const answer = await this.backend.call(name, request);
      return source === this.source ? answer : null;
    } catch (thrown) {
      if (source === this.source) this.fail(thrown);
      return null;
    }
  }

  /** Shows what went wrong; something taken back is no alarm. */
  fail(thrown: unknown): void {
    const error = toApiError(thrown);
    if (error.code !== 'cancelled') this.failure = error;
  }

  /** Opens a folder: here where nothing is open, else the shell gives it a window of its own and nothing changes here. */
  async open(path: string): Promise<void> {
    const wanted = path.trim();
    if (wanted === '') return;
    this.opening = wanted;
    this.failure = null;
    const snapshot = await this.run('workspace_open', { path: wanted });
    this.opening = null;
    const root = snapshot?.workspace?.root;
    if (snapshot === null || root === undefined || root === this.workspace?.root) return;
    this.#turnTo(snapshot);
    this.#ahead = root;
  }

  /** Shows the folder dialog and opens what was picked. */
  async openByDialog(): Promise<void> {
    try {
      const path = await this.backend.pickFolder(this.workspace?.root ?? null);
      if (path !== null) await this.open(path);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  go(route: Route): void {
    this.route = route;
    this.#keepPace();
    if (route.view === 'location') this.selected = route.id;
  }

  goLocation(id: string, tab: LocationTab = 'logs'): void {
    this.go({ view: 'location', id, tab });
  }

  /** Puts text on the clipboard and says so. */
  async copy(text: string, said = 'Copied'): Promise<void> {
    try {
      await this.backend.copy(text);
      this.say(said);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Says the result of something done elsewhere. */
  say(text: string): void {
    this.toast = { text, at: Date.now() };
  }

  async openUrl(url: string): Promise<void> {
    await this.backend.openUrl(url).catch((thrown: unknown) => this.fail(thrown));
  }

  async openPath(path: string, line: number | null = null): Promise<void> {
    await this.backend.openPath({ path, line }).catch((thrown: unknown) => this.fail(thrown));
  }

  async reveal(path: string): Promise<void> {
    await this.backend.revealPath(path).catch((thrown: unknown) => this.fail(thrown));
  }

  /** Answers the close question. */
  async decideClose(decision: CloseDecision, remember: boolean): Promise<void> {
    this.putAway('close');
    await this.backend.decideClose(decision, remember).catch((thrown: unknown) => this.fail(thrown));
  }

  async setSettings(change: Partial<Settings>): Promise<void> {
    if (this.snapshot === null) return;
    const settings = { ...this.snapshot.settings, ...change };
    this.snapshot = { ...this.snapshot, settings };
    await this.run('settings_set', settings);
  }

  hide(banner: string): void {
    this.hidden = new Set([...this.hidden, banner]);
  }

  /** Hears of a log view's growth until the answer is called. */
  onGrowth(view: number, listener: GrowthListener): () => void {
    const growth = this.#growth;
    growth.set(view, listener);
    return () => growth.delete(view);
  }

  /** Opens a dialog. */
  ask(dialog: Plain | Question): void {
    this.dialog = opened(this.dialog, dialog);
  }

  /** Puts a kind of dialog away, also where another stands over it. */
  putAway(kind: DialogKind): void {
    this.dialog = without(this.dialog, kind);
  }

  /** Puts every dialog away. A window that asked whether to close stays. */
  putAwayAll(): void {
    if (this.shown('close') !== null) void this.decideClose('cancel', false);
    this.dialog = null;
  }

  /** The dialog of a kind, while it is on screen. */
  shown<Kind extends DialogKind>(kind: Kind): DialogOf<Kind> | null {
    return (stack(this.dialog).find((one) => one.kind === kind) as DialogOf<Kind> | undefined) ?? null;
  }

  /** Puts a dialog away whose location is gone: nothing shows it any more, and it would keep the keyboard. */
  #putAwayGone(): void {
    for (const open of [this.shown('packages'), this.shown('definition')])
      if (open !== null && this.location(open.location) === null) this.putAway(open.kind);
  }

  /** Syncs the environment of a location named in a hint. */
  syncLocation(id: string): void {
    const location = this.location(id);
    if (location !== null) void this.sync.begin(location);
  }

  /** Starts what can start; asks first where an environment must be made for the webserver. */
  requestLaunch(): void {
    const { workspace } = this;
    if (workspace === null || !workspace.trusted || workspace.launch.active) return;
    if (this.owner.halted !== null) return;
    const plan = launchPlan(workspace);
    if (plan.locations.length === 0 && plan.services.length === 0) return;
    if (workspace.deployment?.toBeMade === true) this.ask({ kind: 'deployment' });
    else void this.launch(false);
  }

  /** Starts everything that can start. */
  async launch(makeDeployment: boolean): Promise<void> {
    this.putAway('deployment');
    await this.run('launch', { locations: [], port: null, makeDeployment });
  }

  /** Checks again: everything on Health, else the folder and its environments. */
  async checkAgain(): Promise<void> {
    if (this.route.view === 'health') await checkHealth(this);
    else await this.run('workspace_check', {});
  }

  /** Has the polite live region say something, also where it said the same before. */
  announce(text: string): void {
    this.announcement = this.announcement === text ? `${text}\u00a0` : text;
  }

  /** Announces a change of state, but not every few seconds. */
  #tell(before: Snapshot, location: LocationView): void {
    const old = before.workspace?.locations.find((one) => one.id === location.id);
    if (old === undefined || locationKey(old) === locationKey(location)) return;
    const now = Date.now();
    const grave = locationKey(location) === 'loadError' || locationKey(location) === 'crashed';
    if (!grave && now - this.#lastAnnounced < ANNOUNCE_EVERY) return;
    this.#lastAnnounced = now;
    this.announcement = `${location.name}: ${locationShown(location).word.toLowerCase()}`;
  }

  /** The root of the sample whose page opens once it is served. */
  sample: string | null = null;

  #openSample(): void {
    if (this.sample === null) return;
    if (this.workspace?.root !== this.sample) {
      // The person went elsewhere.
      this.sample = null;
      return;
    }
    const page = samplePage(this.workspace, this.sample);
    if (page === null) return;
    this.sample = null;
    void this.openUrl(page);
  }

  /** Says how a creation ended; in a toast where its own screen is not there to show that it went well. */
  #tellCreation(before: Creation | null, now: Creation | null): void {
    if (now === null || before?.state !== 'running' || now.state === 'running') return;
    this.announcement = creationSentence(now);
    if (now.state === 'succeeded' && this.route.view !== 'create') this.say(creationSentence(now));
  }

  /** Says how fixes ended; in a toast where Health is not there to show it. */
  #tellHealth(sentence: string | null): void {
    if (sentence === null) return;
    this.announcement = sentence;
    if (this.route.view !== 'health') this.say(`Health: ${sentence}`);
  }

  /** Only changes are told: the while since the last one is filled with what was there. */
  #sample(metrics: Measured['metrics']): void {
    const now = Date.now();
    const missed = Math.round((now - this.#sampledAt) / SAMPLE_EVERY) - 1;
    const still = Math.min(Math.max(missed, 0), MEMORY_SAMPLES);
    this.#sampledAt = now;
    const memory: Record<string, number[]> = {};
    for (const [log, reading] of Object.entries(metrics)) {
      const before = this.memory[log] ?? [];
      const last = before.at(-1);
      const same = last === undefined ? [] : Array<number>(still).fill(last);
      memory[log] = [...before, ...same, reading.memory].slice(-MEMORY_SAMPLES);
    }
    this.memory = memory;
  }

  /** Ticks fast while a timer shows tenths, slowly while only uptimes grow. */
  #keepPace(): void {
    const { workspace } = this;
    // What is shown is as it was last: no time goes by in it.
    if (this.owner.halted !== null) return this.clock.stop();
    const lives = workspace
      ? [...workspace.locations, workspace.webserver, workspace.daemon].map((one) => one.lifecycle)
      : [];
    const busy =
      lives.some((life) => life.state === 'starting' || life.state === 'stopping') ||
      (workspace?.locations.some((one) => locationKey(one) === 'starting') ?? false) ||
      this.creation?.state === 'running' ||
      (this.snapshot?.operations.some((one) => one.state.state === 'running') ?? false);
    const seconds = countsSeconds(this.snapshot, this.route.view);
    const young = lives.some(
      (life) =>
        (life.state === 'running' && Date.now() - life.since < 60_000) ||
        (life.state === 'crashed' && life.retryAt !== null),
    );
    if (busy) this.clock.pace(100);
    else if (young || seconds) this.clock.pace(1_000);
    // Whatever is left to count shows minutes.
    else this.clock.pace(30_000);
  }
}

const KEY = Symbol('app');

/** Gives the store to a component's children. */
export function provideApp(app: App): App {
  return setContext(KEY, app);
}

/** The window's store. */
export function useApp(): App {
  return getContext<App>(KEY);
}
