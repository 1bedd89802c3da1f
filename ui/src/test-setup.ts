// What jsdom lacks and the screens use, and patience: what is waited for comes late on a busy machine.

import { afterEach } from 'vitest';
import { cleanup, configure } from '@testing-library/svelte';

import { lazy } from './screens/lazy.svelte';

configure({ asyncUtilTimeout: 30_000 });

window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
  }) as unknown as MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as unknown as typeof ResizeObserver;
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.scrollTo ??= () => {};
Element.prototype.animate ??= () => ({ cancel() {}, finished: Promise.resolve() }) as unknown as Animation;

// axe measures icon fonts on a canvas; there are none.
HTMLCanvasElement.prototype.getContext = () => null;

// Rows in sight depend on a height, which jsdom does not lay out.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 });

afterEach(() => {
  cleanup();
  lazy.screens = null;
});
