// A change of the list of projects while it is looked at: what it would do, and making it.

import { toApiError } from '../../backend';
import type { ApiError, ProjectsChange, ProjectsPlan } from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';

/** What a change says that it leaves alone. */
export const NO_CHANGE: ProjectsChange = { add: [], remove: [], moved: [], trash: false };

/** Works a change out and makes it. Only the newest answer counts. */
export class Planner {
  plan = $state.raw<ProjectsPlan | null>(null);
  failure = $state.raw<ApiError | null>(null);
  making = $state(false);
  readonly #app: App;
  #change: ProjectsChange = NO_CHANGE;
  readonly #latest = new Latest();

  constructor(app: App) {
    this.#app = app;
  }

  /** Whether the change could be made as it is shown. */
  get ready(): boolean {
    const { plan } = this;
    return plan !== null && plan.edits.length > 0 && !plan.remarks.some((one) => one.blocks) && !this.making;
  }

  /** Works a change out; nothing is written. */
  async look(change: ProjectsChange): Promise<void> {
    this.#change = change;
    const answered = await this.#latest.ask(() => this.#app.backend.call('projects_plan', change));
    if (answered === null) return;
    this.plan = answered.answer;
    this.failure = answered.failure;
  }

  /** Forgets what was worked out. */
  clear(): void {
    this.#latest.drop();
    this.plan = null;
    this.failure = null;
  }

  /** Makes the change that is shown; whether it was made. A file that changed meanwhile is worked out anew. */
  async make(): Promise<boolean> {
    if (this.plan === null || !this.ready) return false;
    const change = this.#change;
    this.making = true;
    try {
      await this.#app.backend.call('projects_apply', { change, basis: this.plan.basis });
      return true;
    } catch (thrown) {
      const failure = toApiError(thrown);
      if (failure.code === 'precondition') await this.look(change);
      this.failure = failure;
      return false;
    } finally {
      this.making = false;
    }
  }
}
