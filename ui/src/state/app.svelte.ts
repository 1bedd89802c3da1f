// The window's one store: joins its parts, and does what needs several of them. Holds no log line.

import { getContext, setContext } from 'svelte';

import type { Backend, CloseDecision, Wanted } from '../backend';
import type { CommandName, Commands, Settings } from '../backend/generated';
import { Clock } from './clock.svelte';
import { Feed } from './feed.svelte';
import { Front } from './front';
import { checkHealth } from './health';
import { Owner } from './owner.svelte';
import { paceOf } from './pace';
import type { LocationTab, Route } from './route';
import { samplePage } from './sample';
import { configError, launchPlan } from './summary';
import { Sync } from './sync.svelte';

/** What the shell does by itself, also where nobody runs the workspace. */
const SHELLS_OWN: ReadonlySet<CommandName> = new Set(['workspace_open', 'workspace_close', 'settings_set']);

/** The window's state. */
export class App extends Front {
  readonly clock = new Clock(() => this.#keepPace());
  protected readonly feed: Feed;
  /** Syncing environments. */
  readonly sync = new Sync(this);
  /** Who runs the workspace. */
  readonly owner = new Owner(this);

  /** The folder that is being opened. */
  opening = $state<string | null>(null);
  /** Whether files are being dragged over the window. */
  dragging = $state(false);
  /** What the window was to do before the first answer, which comes first; null from there on. */
  #early: Wanted[] | null = [];
  /** The root of the sample whose page opens once it is served. */
  sample: string | null = null;

  constructor(backend: Backend) {
    super(backend);
    this.feed = new Feed({
      fetch: () => backend.call('snapshot_get', {}),
      failed: (thrown) => this.fail(thrown),
      told: (before, event) => this.notices.tell(before, event, this.at.route.view),
      owner: (view) => {
        this.owner.hear(view);
        this.#keepPace();
      },
      wanted: (wanted) => this.#act(wanted),
      dragging: (over) => (this.dragging = over),
      turning: (elsewhere) => this.#putAwayAbout(elsewhere),
      adopted: () => this.#follow(),
      applied: () => {
        this.#follow();
        this.#openSample();
      },
    });
  }

  /** Fetches the snapshot and hears events from then on. Shows nothing before `faces`, the fonts, are there. */
  async start(faces: Promise<unknown> = Promise.resolve()): Promise<void> {
    // Asked before anything else: the first screen waits for it.
    const subscribed = this.backend.subscribe((told) => this.feed.hear(told));
    try {
      const { snapshot, looked, owner } = await subscribed;
      await faces;
      this.owner.hear(owner);
      if (looked) this.feed.look(snapshot);
      else this.feed.adopt(snapshot, true);
      this.feed.catchUp();
    } catch (thrown) {
      this.fail(thrown);
    }
    const early = this.#early ?? [];
    this.#early = null;
    for (const wanted of early) this.#act(wanted);
  }

  /** Whether the trust question is on screen. Where nothing can be started there is nothing to trust yet. */
  get asksTrust(): boolean {
    const { workspace } = this;
    if (this.owner.halted !== null) return false;
    if (workspace === null || workspace.trusted || workspace.locations.length === 0) return false;
    if (this.route.view === 'settings' || this.route.view === 'create') return false;
    return configError(workspace) === null && this.readOnly !== workspace.root;
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
    this.feed.turnAhead(snapshot, root);
  }

  /** Does what the shell has the window do. */
  #act(wanted: Wanted): void {
    if (this.#early !== null) {
      this.#early.push(wanted);
      return;
    }
    const { folders, close } = wanted;
    for (const folder of folders) void this.open(folder);
    if (close !== null) this.ask({ kind: 'close', ...close });
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
    this.at.go(route);
    this.#keepPace();
  }

  goLocation(id: string, tab: LocationTab = 'logs'): void {
    this.go({ view: 'location', id, tab });
  }

  /** Answers the close question. */
  async decideClose(decision: CloseDecision, remember: boolean): Promise<void> {
    this.putAway('close');
    await this.backend.decideClose(decision, remember).catch((thrown: unknown) => this.fail(thrown));
  }

  async setSettings(change: Partial<Settings>): Promise<void> {
    if (this.snapshot === null) return;
    const settings = { ...this.snapshot.settings, ...change };
    this.feed.snapshot = { ...this.snapshot, settings };
    await this.run('settings_set', settings);
  }

  /** Puts every dialog away. A window that asked whether to close stays. */
  putAwayAll(): void {
    if (this.shown('close') !== null) void this.decideClose('cancel', false);
    this.dialogs.clear();
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
    await this.run('launch', { locations: [], port: null, samePort: false, makeDeployment });
  }

  /** Checks again: everything on Health, else the folder and its environments. */
  async checkAgain(): Promise<void> {
    if (this.route.view === 'health') await checkHealth(this);
    else await this.run('workspace_check', {});
  }

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

  /** Lets go of what was about something that is shown no longer. */
  #putAwayAbout(elsewhere: boolean): void {
    this.failure = null;
    this.sync.forget();
    this.putAwayAll();
    this.at.leave(elsewhere);
  }

  /** Has the rest of the window follow what is shown. */
  #follow(): void {
    this.#putAwayGone();
    this.#keepPace();
  }

  /** Ticks as fast as what is shown needs. In what is shown as it was last, no time goes by. */
  #keepPace(): void {
    if (this.owner.halted !== null) this.clock.stop();
    else this.clock.pace(paceOf(this.snapshot, this.route.view));
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
