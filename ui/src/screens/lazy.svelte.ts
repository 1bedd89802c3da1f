// Fetches the screens that are never the first one, once that is painted: until then they would only hold it up.

type LazyScreens = typeof import('./lazy-screens');

/** The other screens; null until they are here. */
export const lazy = $state<{ screens: LazyScreens | null }>({ screens: null });

/** Fetches them, once. */
export async function fetchLazy(): Promise<void> {
  lazy.screens ??= await import('./lazy-screens');
}
