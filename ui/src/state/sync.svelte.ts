// Syncing as the person meets it: one click where nothing is lost by it, else a dialog that says first what would change.

import { toApiError } from '../backend';
import type { LocationView, Operation, SyncPreview, SyncRequest, WorkspaceView } from '../backend/generated';
import type { App } from './app.svelte';
import type { DialogOf } from './dialog';
import { progressWords } from './format';
import { startShown } from './shown';

/** Asks before what could be lost. */
export class Sync {
  readonly #app: App;
  /** The locations of which uv is being asked, before it is known whether to ask the person. */
  looking = $state.raw<ReadonlySet<string>>(new Set());
  /** Whether what the dialog shows is being started. */
  starting = $state(false);

  constructor(app: App) {
    this.#app = app;
  }

  /** Syncs a location at once where that removes nothing, else shows what it would change. */
  async begin(location: LocationView): Promise<void> {
    const { id, environment } = location;
    const request = { locations: [id], deployment: false };
    if (environment.state === 'missing' || environment.state === 'broken') {
      // There is nothing to lose, so nobody looks first.
      await this.#app.run('sync_start', { request, basis: null });
      return;
    }
    if (this.looking.has(id)) return;
    this.looking = new Set([...this.looking, id]);
    const preview = await this.#app.run('sync_preview', request);
    this.looking = new Set([...this.looking].filter((one) => one !== id));
    if (preview === null) return;
    if (losesNothing(preview)) await this.#start(request, preview.basis);
    else this.#app.ask({ kind: 'sync', request, preview, failure: null, moved: null });
  }

  /** Shows what a sync would change. An empty request means everything that needs one. */
  async ask(request: SyncRequest): Promise<void> {
    const asked = { kind: 'sync', request, preview: null, failure: null, moved: null } as const;
    this.#app.ask(asked);
    const answer = await this.#app.backend.call('sync_preview', request).then(
      (preview) => ({ ...asked, preview }),
      (thrown: unknown) => ({ ...asked, failure: toApiError(thrown) }),
    );
    // It may have been closed, or another asked for, meanwhile.
    if (this.asked?.request === request) this.#app.ask(answer);
  }

  /** Forgets of which locations uv is being asked: they are no longer shown. */
  forget(): void {
    this.looking = new Set();
  }

  /** Does what the dialog shows, and closes it once that has begun. */
  async start(): Promise<void> {
    const { asked } = this;
    const plans = asked?.preview?.environments ?? [];
    if (asked?.preview == null || plans.length === 0 || this.starting) return;
    const request = {
      locations: plans.flatMap((plan) => plan.locations),
      deployment: plans.some((plan) => plan.deployment),
    };
    this.starting = true;
    await this.#start(request, asked.preview.basis);
    this.starting = false;
    if (this.asked?.preview === asked.preview) this.close();
  }

  /** Begins what was shown. What moved since is told in the dialog, above what would change now. */
  async #start(request: SyncRequest, basis: string): Promise<void> {
    const { moved } = await startShown(this.#app, 'sync_start', { request, basis }, () => this.ask(request));
    if (moved !== null && this.asked?.request === request) this.#app.ask({ ...this.asked, moved });
  }

  close(): void {
    this.#app.putAway('sync');
  }

  /** What the dialog is about; null while it is closed. */
  get asked(): DialogOf<'sync'> | null {
    return this.#app.shown('sync');
  }

  /** Takes a running sync back. */
  async cancel(operation: number): Promise<void> {
    await this.#app.run('operation_cancel', { operation });
  }

  /** The operation that syncs an environment now. */
  operation(id: number | null): Operation | null {
    if (id === null) return null;
    return this.#app.snapshot?.operations.find((one) => one.id === id) ?? null;
  }

  /** How far the sync of an environment is: "Fetching grpcio, 3 of 12". */
  words(id: number | null): string | null {
    const progress = this.operation(id)?.progress ?? null;
    return progress === null ? null : progressWords(progress);
  }
}

/** Whether a sync takes no package away and no environment's place. */
export function losesNothing(preview: SyncPreview): boolean {
  return preview.environments.every(
    (plan) => plan.failure === null && !plan.anew && plan.packages.every((one) => one.to !== null),
  );
}

const NEEDS = new Set(['outOfSync', 'missing', 'broken']);

/** How many environments need a sync, that of deployments/local included. */
export function syncNeeded(workspace: WorkspaceView): number {
  const own = workspace.locations.filter((one) => one.sync !== null).map((one) => one.environment);
  const { deployment } = workspace;
  const all = deployment !== null && deployment.sync !== null ? [...own, deployment.environment] : own;
  return new Set(all.filter((one) => NEEDS.has(one.state)).map((one) => one.path)).size;
}
