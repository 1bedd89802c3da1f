// Adding a definition: the types, the chosen one's form, and what it would write, asked anew as the person types.

import type {
  ApiError,
  DefinitionForm,
  DefinitionType,
  DefinitionTypes,
  ScaffoldPlan,
} from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';
import { startShown } from '../../state/shown';

/** How long after the last key what would be written is asked for: `dg` takes a second and a half. */
const PAUSE = 350;

/** What the dialog holds. */
export class Adding {
  readonly #app: App;
  readonly location: string;

  listed = $state.raw<DefinitionTypes | null>(null);
  chosen = $state.raw<DefinitionType | null>(null);
  form = $state.raw<DefinitionForm | null>(null);
  path = $state('');
  params = $state<Record<string, string>>({});
  plan = $state.raw<ScaffoldPlan | null>(null);
  /** Whether the plan shown is older than what was typed. */
  planning = $state(false);
  adding = $state(false);
  /** What moved since a plan was shown, where adding was refused. */
  moved = $state.raw<ApiError | null>(null);

  readonly #latest = new Latest();

  constructor(app: App, location: string) {
    this.#app = app;
    this.location = location;
  }

  /** Whether Add would work now. */
  ready = $derived.by(() => this.plan !== null && this.plan.fault === null && !this.planning && !this.adding);

  /** Fetches the types and chooses the first. Answers whether it could. */
  async start(): Promise<boolean> {
    this.listed = await this.#app.run('definition_types', { location: this.location });
    const first = this.listed?.types[0];
    if (first !== undefined) void this.choose(first);
    return this.listed !== null;
  }

  /** Chooses a type: its form, its suggested path. */
  async choose(type: DefinitionType): Promise<void> {
    this.chosen = type;
    this.path = type.path;
    this.params = {};
    this.form = null;
    this.plan = null;
    const form = await this.#app.run('definition_form', { location: this.location, key: type.key });
    if (this.chosen !== type) return;
    this.form = form;
    this.params = Object.fromEntries((form?.params ?? []).map((one) => [one.name, one.default ?? '']));
    this.changed(0);
  }

  /** Something was typed: what it would write is asked for once the person pauses. */
  changed(pause = PAUSE): void {
    this.planning = true;
    this.moved = null;
    void this.#ask(pause);
  }

  /** Adds it. Answers whether that worked. */
  async add(): Promise<boolean> {
    const request = this.#request();
    if (!this.ready || request === null || this.plan === null) return false;
    this.adding = true;
    const shown = { request, basis: this.plan.basis };
    const { done, moved } = await startShown(this.#app, 'scaffold_run', shown, () => this.#ask(0));
    this.adding = false;
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
      return request === null ? null : await this.#app.run('scaffold_plan', request);
    }, pause);
    if (answered === null) return;
    this.plan = answered.answer;
    this.planning = false;
  }

  #request() {
    if (this.chosen === null) return null;
    return { location: this.location, key: this.chosen.key, path: this.path, params: { ...this.params } };
  }
}
