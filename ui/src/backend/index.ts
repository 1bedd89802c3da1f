// Chooses what stands behind the door.

import type { Backend } from './backend';
import type { Asked } from './first';
import { tauriBackend } from './tauri';

export type { Backend, CloseDecision, Unsubscribe } from './backend';
export { toApiError } from './backend';

/** The shell's backend inside the app, where it was asked already; in a plain browser a fake one, fetched only then. */
export async function chooseBackend(asked: Asked | null): Promise<Backend> {
  if (asked !== null) return tauriBackend(asked);
  const { FakeBackend } = await import('./fake/fake');
  return FakeBackend.fromAddress(window.location.search);
}
