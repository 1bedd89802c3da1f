// Looking for projects in a folder: where, and what is there.

import { toApiError } from '../../backend';
import type { FoundProject, ProjectsFound } from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { tilde } from '../../state/format';
import { Latest } from '../../state/latest';
import type { Planner } from './planner.svelte';

/** A folder that is looked in. What was picked in an older answer does not count. */
export class Finder {
  folder = $state('');
  found = $state.raw<ProjectsFound | null>(null);
  looking = $state(false);
  readonly #app: App;
  readonly #planner: Planner;
  readonly #onFound: (free: FoundProject[]) => void;
  readonly #latest = new Latest();

  /** `onFound` hears which projects could be picked, each time it was looked. */
  constructor(app: App, planner: Planner, onFound: (free: FoundProject[]) => void) {
    this.#app = app;
    this.#planner = planner;
    this.#onFound = onFound;
  }

  get #home(): string {
    return this.#app.snapshot?.home ?? '';
  }

  /** The projects that the workspace does not list yet. */
  get shown(): FoundProject[] {
    return (this.found?.projects ?? []).filter((one) => !one.listed);
  }

  /** How many it lists already. */
  get listed(): number {
    return (this.found?.projects.length ?? 0) - this.shown.length;
  }

  /** Begins anew in a folder. */
  begin(folder: string): void {
    this.folder = tilde(folder, this.#home);
    this.found = null;
    void this.look();
  }

  /** Looks in the folder that is named. */
  async look(): Promise<void> {
    const path = this.folder.trim();
    if (path === '') return;
    this.looking = true;
    this.#planner.clear();
    this.#onFound([]);
    const answered = await this.#latest.ask(() => this.#app.backend.call('projects_find', { path }));
    if (answered === null) return;
    this.looking = false;
    this.found = answered.answer;
    if (answered.failure === null) this.#onFound(this.shown.filter((one) => one.refused === null));
    else this.#planner.failure = answered.failure;
  }

  /** Has the person choose the folder. */
  async choose(): Promise<void> {
    const path = await this.#app.backend
      .pickFolder(this.#app.workspace?.root ?? '')
      .catch((thrown: unknown) => {
        this.#planner.failure = toApiError(thrown);
        return null;
      });
    if (path === null) return;
    this.folder = tilde(path, this.#home);
    await this.look();
  }
}
