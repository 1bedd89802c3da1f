// Starts the window: theme first, so that nothing flashes, then the store, then the screens.

import './design/app.css';

import { mount } from 'svelte';

import Root from './Root.svelte';
import { chooseBackend } from './backend';
import { App } from './state/app.svelte';
import { applyTheme } from './state/theme';

applyTheme('system');
document.documentElement.dataset.platform = /Linux/.test(navigator.platform) ? 'linux' : 'other';
// Asked for while the shell is, and there before the first text is laid out: without them every size and weight of text
// has its stand-in looked up among the system's fonts, and all is laid out a second time.
const faces = Promise.allSettled(
  ['13px "Inter Variable"', '600 13px "Inter Variable"', '12px "JetBrains Mono Variable"'].map((face) =>
    document.fonts.load(face),
  ),
);

const target = document.getElementById('app');
if (target !== null) {
  const app = new App(await chooseBackend());
  mount(Root, { target, props: { app } });
  void app.start(faces);
}
