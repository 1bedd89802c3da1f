// Chooses what stands behind the door.

import type { Backend } from './backend';
import type { Asked } from './first';
import { tauriBackend } from './tauri';

export type { Backend, CloseDecision, Difference, Heard, OwnerView, Running, Wanted } from './backend';
export { toApiError } from './backend';

/**
 * The shell's backend inside the app, where it was asked already. In a plain browser a fake one, fetched only then and
 * only from the development server: a release has none (vite.config.ts sees to that).
 */
export async function chooseBackend(asked: Asked | null): Promise<Backend> {
  if (asked !== null) return tauriBackend(asked);
  if (!import.meta.env.DEV) throw new Error('Dagdeck’s window works inside the app only');
  const { FakeBackend } = await import('./fake/fake');
  return FakeBackend.fromAddress(window.location.search);
}
