// Starting what a person was shown: that, or nothing.

import { toApiError } from '../backend';
import type { ApiError, CommandName, Commands } from '../backend/generated';
import type { App } from './app.svelte';

/** How a start went. */
export interface Started {
  done: boolean;
  /** What moved since it was shown; by then what would happen now is on screen. */
  moved: ApiError | null;
}

/** Starts what was shown, by the basis in the request. Where that no longer holds, `anew` shows what would happen now. */
export async function startShown<N extends CommandName>(
  app: App,
  name: N,
  request: Commands[N]['request'],
  anew: () => Promise<void>,
): Promise<Started> {
  try {
    await app.backend.call(name, request);
    return { done: true, moved: null };
  } catch (thrown) {
    const failure = toApiError(thrown);
    if (failure.code !== 'precondition') {
      app.fail(thrown);
      return { done: false, moved: null };
    }
    await anew();
    return { done: false, moved: failure };
  }
}
