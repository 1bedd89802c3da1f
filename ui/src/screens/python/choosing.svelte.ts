// Another Python for an environment: which there are, and what the chosen one would change.

import type { ApiError, PythonOffers, PythonPlan } from '../../backend/generated';
import { toApiError } from '../../backend';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';
import { startShown } from '../../state/shown';

/** What the dialog holds. */
export class Choosing {
  readonly #app: App;
  readonly location: string | null;

  offers = $state.raw<PythonOffers | null>(null);
  chosen = $state<string | null>(null);
  plan = $state.raw<PythonPlan | null>(null);
  /** Why there is nothing to choose, or nothing could be planned. */
  failure = $state.raw<ApiError | null>(null);
  /** What moved since a plan was shown, where carrying it out was refused. */
  moved = $state.raw<ApiError | null>(null);
  planning = $state(false);
  working = $state(false);

  readonly #latest = new Latest();

  constructor(app: App, location: string | null) {
    this.#app = app;
    this.location = location;
  }

  /** Whether it would work, as far as uv can tell. */
  ready = $derived.by(
    () => this.plan !== null && this.plan.sync.failure === null && !this.planning && !this.working,
  );

  /** Fetches what there is to choose from. */
  async start(): Promise<void> {
    try {
      this.offers = await this.#app.backend.call('python_offers', { location: this.location });
      this.failure = this.offers.fault;
    } catch (thrown) {
      this.failure = toApiError(thrown);
    }
  }

  /** Chooses one, and asks what it would change. */
  async choose(version: string): Promise<void> {
    this.chosen = version;
    this.plan = null;
    this.failure = null;
    this.moved = null;
    this.planning = true;
    const request = { location: this.location, python: version };
    const answered = await this.#latest.ask(() => this.#app.backend.call('python_plan', request));
    if (answered === null) return;
    this.plan = answered.answer;
    this.failure = answered.failure;
    this.planning = false;
  }

  /** Carries it out. Answers whether it has begun. */
  async carryOut(): Promise<boolean> {
    if (!this.ready || this.plan === null) return false;
    this.working = true;
    const { python, basis } = this.plan;
    const request = { location: this.location, python };
    const anew = () => this.choose(python);
    const { done, moved } = await startShown(this.#app, 'python_change', { request, basis }, anew);
    this.working = false;
    if (this.chosen === python) this.moved = moved;
    return done;
  }

  /** Forgets what is still to be answered. */
  end(): void {
    this.#latest.drop();
  }
}
