import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** What only some may import, and why the others may not. */
const SHELL = { group: ['@tauri-apps/*'], message: 'Only src/backend speaks to the shell.' };
const GENERATED = {
  group: ['**/backend/generated/*'],
  message: 'Import types from backend/generated, not from one of its files.',
};
const FAKE = { group: ['**/fake/*'], message: 'The fake backend is for tests: a release must not hold it.' };

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/backend/generated'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    // A .svelte file may hold 300 lines, whatever else it is.
    files: ['**/*.svelte'],
    rules: { 'max-lines': ['error', 300] },
  },
  {
    rules: {
      // Sets and maps are replaced, never changed, and held in $state.raw.
      'svelte/prefer-svelte-reactivity': 'off',
      // {' '} is how a space between two elements survives.
      'svelte/no-useless-mustaches': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [FAKE] }] },
  },
  {
    files: ['src/**'],
    ignores: ['src/backend/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [FAKE, SHELL, GENERATED] }] },
  },
  {
    // What may have the fake: tests, itself, and what fetches it for the development server.
    files: ['src/**/*.test.ts', 'src/screens/testing.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [SHELL, GENERATED] }] },
  },
  {
    files: ['src/backend/fake/**', 'src/backend/index.ts', 'src/backend/*.test.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
