// Shows a whole window over a fake backend, for component tests.

import { render } from '@testing-library/svelte';
import { tick } from 'svelte';

import Root from '../Root.svelte';
import { FakeBackend } from '../backend/fake/fake';
import type { ApiError } from '../backend/generated';
import { App } from '../state/app.svelte';
import { fetchLazy } from './lazy.svelte';

/** Shows a scene. */
export async function show(scene: string) {
  const backend = FakeBackend.ofScene(scene);
  await fetchLazy();
  const app = new App(backend);
  const screen = render(Root, { app });
  await app.start();
  await settle();
  const last = (name: string) => backend.asked.findLast((one) => one.name === name)?.request;
  return { app, backend, screen, last };
}

/** The refusal of a start whose plan no longer holds. */
export function moved(what: string): ApiError {
  return {
    code: 'precondition',
    message: `${what} changed since this was shown, so nothing was done.`,
    causes: [],
    hints: [{ text: 'Look at the plan again.', action: null }],
    subject: null,
  };
}

/** Lets promises and effects run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((done) => setTimeout(done));
    await tick();
  }
}

/** Presses a key where the focus is. */
export async function press(key: string, more: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  await settle();
}
