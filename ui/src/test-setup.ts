// What jsdom lacks and the screens use.

import { afterEach } from 'vitest';
import { cleanup } from '@testing-library/svelte';

import { later } from './screens/later.svelte';

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
  later.screens = null;
});
