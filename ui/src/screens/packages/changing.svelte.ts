// Changing what a project asks for: the change, and what it would do, asked anew as the person types.

import type { PackagesChange, PackagesPlan, Requirements } from '../../backend/generated';
import type { ApiError } from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';
import { startShown } from '../../state/shown';

/** How long after the last key it is asked what would happen: uv takes seconds to choose versions. */
const PAUSE = 600;

/** What the dialog changes. */
export type Mode = PackagesChange['kind'];

/** What the dialog holds. */
export class Changing {
  readonly #app: App;
  readonly location: string;

  asked = $state.raw<Requirements | null>(null);
  mode = $state<Mode>('add');
  word = $state('');
  dev = $state(false);
  /** Whether another Dagster is for every location. */
  everywhere = $state(false);
  plan = $state.raw<PackagesPlan | null>(null);
  /** Why nothing could be planned at all. */
  failure = $state.raw<ApiError | null>(null);
  /** What moved since a plan was shown, where carrying it out was refused. */
  moved = $state.raw<ApiError | null>(null);
  planning = $state(false);
  working = $state(false);

  readonly #latest = new Latest();

  constructor(app: App, location: string) {
    this.#app = app;
    this.location = location;
  }

  /** Whether it would work as planned. */
  ready = $derived.by(
    () =>
      this.plan !== null &&
      !this.planning &&
      !this.working &&
      this.plan.projects.every((one) => one.fault === null),
  );

  /** Fetches what the project asks for now. */
  async start(): Promise<void> {
    this.asked = await this.#app.run('location_requirements', { location: this.location });
  }

  /** Changes something else. */
  choose(mode: Mode): void {
    this.mode = mode;
    this.dev = false;
    this.word = '';
    this.changed();
  }

  /** Names a package to take out. */
  remove(package_: string, dev: boolean): void {
    this.word = package_;
    this.dev = dev;
    this.changed(0);
  }

  /** Something was typed: what it would do is asked for once the person pauses. */
  changed(pause = PAUSE): void {
    this.#latest.drop();
    this.plan = null;
    this.failure = null;
    this.moved = null;
    this.planning = this.#request() !== null;
    if (this.planning) void this.#ask(pause);
  }

  /** Carries it out. Answers whether that worked. */
  async carryOut(): Promise<boolean> {
    const request = this.#request();
    if (!this.ready || request === null || this.plan === null) return false;
    this.working = true;
    const shown = { request, basis: this.plan.basis };
    const { done, moved } = await startShown(this.#app, 'packages_change', shown, () => this.#ask(0));
    this.working = false;
    // Where something else was typed meanwhile, what moved is of no interest.
    if (!this.planning) this.moved = moved;
    return done;
  }

  /** Forgets what is still to be asked. */
  end(): void {
    this.#latest.drop();
  }

  async #ask(pause: number): Promise<void> {
    const answered = await this.#latest.ask(async () => {
      const request = this.#request();
      return request === null ? null : await this.#app.backend.call('packages_plan', request);
    }, pause);
    if (answered === null) return;
    this.plan = answered.answer;
    this.failure = answered.failure;
    this.planning = false;
  }

  #request() {
    const word = this.word.trim();
    if (word === '') return null;
    const all = this.#app.locations.filter((one) => one.sync !== null).map((one) => one.id);
    const change: PackagesChange =
      this.mode === 'dagster'
        ? { kind: 'dagster', version: word }
        : this.mode === 'remove'
          ? { kind: 'remove', package: word, dev: this.dev }
          : { kind: 'add', requirement: word, dev: this.dev };
    const everywhere = this.mode === 'dagster' && this.everywhere;
    return { locations: everywhere ? all : [this.location], change };
  }
}

/** The package that a requirement names: "pandas[excel]>=2" → "pandas". */
export function packageOf(requirement: string): string {
  return /^[A-Za-z0-9._-]+/.exec(requirement.trim())?.[0] ?? requirement;
}
