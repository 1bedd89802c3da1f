// Starts the window: theme first, so that nothing flashes, then the store, then the screens.

import './design/app.css';

import { mount } from 'svelte';

import Root from './Root.svelte';
import { chooseBackend } from './backend';
import { App } from './state/app.svelte';
import { applyTheme } from './state/theme';

applyTheme('system');
document.documentElement.dataset.platform = /Linux/.test(navigator.platform) ? 'linux' : 'other';
// Fetched while the shell is asked, so that the first screen is drawn once.
for (const face of ['13px "Inter Variable"', '600 13px "Inter Variable"', '12px "JetBrains Mono Variable"'])
  void document.fonts.load(face);

const target = document.getElementById('app');
if (target !== null) {
  const app = new App(await chooseBackend());
  mount(Root, { target, props: { app } });
  void app.start();
}
