// Shows the window: the store, then the screens.

import { mount } from 'svelte';

import Root from './Root.svelte';
import { chooseBackend } from './backend';
import type { Asked } from './backend/first';
import { App } from './state/app.svelte';

/** The faces of the first screen. Without them every size and weight of text has its stand-in looked up among the system's
 * fonts, and all is laid out a second time. */
const FACES = ['13px "Inter Variable"', '600 13px "Inter Variable"', '12px "JetBrains Mono Variable"'];

/** Draws the first screen as soon as the shell has answered and the faces are there. */
export async function show(asked: Asked | null): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) return;
  const faces = Promise.allSettled(FACES.map((face) => document.fonts.load(face)));
  const app = new App(await chooseBackend(asked));
  mount(Root, { target, props: { app } });
  await app.start(faces);
}
