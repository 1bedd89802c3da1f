import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Has the window's own code fetched beside the small first script, which asks the shell and then imports it. */
const besideTheFirst: Plugin = {
  name: 'beside-the-first',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const chunks = Object.values(bundle ?? {}).filter((one) => one.type === 'chunk');
      const shown = chunks.find((chunk) => chunk.name === 'show');
      if (shown === undefined) return [];
      const link = (rel: string, name: string) => ({
        tag: 'link',
        attrs: { rel, crossorigin: true, href: `/${name}` },
        injectTo: 'head' as const,
      });
      return [
        link('modulepreload', shown.fileName),
        ...[...(shown.viteMetadata?.importedCss ?? [])].map((name) => link('stylesheet', name)),
      ];
    },
  },
};

/** Fails a build that holds the fake backend: that is for tests and for `npm run dev`. */
const withoutTheFake: Plugin = {
  name: 'without-the-fake',
  generateBundle(_options, bundle) {
    for (const one of Object.values(bundle)) {
      if (one.type !== 'chunk') continue;
      const found = one.moduleIds.find((id) => id.includes('/src/backend/fake/'));
      if (found !== undefined)
        this.error(`the fake backend would be in the release: ${found} is in ${one.fileName}`);
    }
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), besideTheFirst, withoutTheFake],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  // Tests run the browser build of Svelte, not the server one.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: ['es2022', 'safari16'],
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    // Reading the whole app anew for every file took long; the one thing that a module keeps of a screen is put back
    // after each test.
    isolate: false,
    // Long for a machine that also compiles: axe looks at every element of a screen.
    testTimeout: 120_000,
  },
}));
