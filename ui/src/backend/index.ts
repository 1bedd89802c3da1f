// Chooses what stands behind the door.

import type { Backend } from './backend';
import { tauriBackend } from './tauri';

export type { Backend, CloseDecision, CommandName, Unsubscribe } from './backend';
export { toApiError } from './backend';

/** The shell's backend inside the app; in a plain browser a fake one, fetched only then. */
export async function chooseBackend(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return tauriBackend();
  const { FakeBackend } = await import('./fake/fake');
  return FakeBackend.fromAddress(window.location.search);
}
