// Fetches the screens that are never the first one, once that is painted: until then they would only hold it up.

type Others = typeof import('./others');

/** The other screens; null until they are here. */
export const later = $state<{ screens: Others | null }>({ screens: null });

/** Fetches them, once. */
export async function fetchLater(): Promise<void> {
  later.screens ??= await import('./others');
}
