import axe from 'axe-core';
import { describe, expect, it } from 'vitest';

import type { App } from '../state/app.svelte';
import { askClose } from '../state/closing';
import { openCreate, showCreation } from '../state/creating';
import { settle, show } from './testing';

// Colours and layout need a real browser; contrast is checked with the design's own tokens.
const OPTIONS = {
  rules: { 'color-contrast': { enabled: false }, region: { enabled: true } },
  resultTypes: ['violations' as const],
};

const SCREENS: [string, string, (app: App) => unknown][] = [
  ['welcome', 'welcome', () => {}],
  ['trust', 'trust', () => {}],
  ['overview', 'states', () => {}],
  ['a location’s log with its explanation', 'overview', (app) => app.goLocation('data_science')],
  ['definitions', 'overview', (app) => app.goLocation('data_engineering', 'definitions')],
  ['environment', 'overview', (app) => app.goLocation('customer_support', 'environment')],
  ['files', 'overview', (app) => app.goLocation('data_science', 'files')],
  ['all logs', 'overview', (app) => app.go({ view: 'logs' })],
  ['health', 'overview', (app) => app.go({ view: 'health' })],
  ['health, after fixes', 'fixing', (app) => app.go({ view: 'health' })],
  ['health, all that passed', 'overview', (app) => onHealth(app, 'level-passed')],
  ['health, a fix before it runs', 'overview', (app) => onHealth(app, 'fix-lockfile-fresh:finance:0')],
  ['health, the report', 'overview', (app) => onHealth(app, 'health-report-open')],
  ['settings', 'overview', (app) => app.go({ view: 'settings' })],
  ['the webserver', 'overview', (app) => app.go({ view: 'service', name: 'webserver' })],
  ['a dg.toml that can’t be read', 'toml', () => {}],
  ['no projects', 'empty', () => {}],
  ['no workspace', 'nowhere', () => {}],
  ['the welcome with something being made', 'create-failed', () => {}],
  ['new workspace: where', 'welcome', (app) => openCreate(app, 'workspace')],
  ['new project: where', 'overview', (app) => openCreate(app, 'project')],
  ['new project: versions', 'overview', (app) => asked(app, 'create-next')],
  ['new project: review', 'overview', (app) => asked(app, 'create-to-review')],
  ['creating', 'creating', (app) => showCreation(app)],
  ['created', 'created', (app) => showCreation(app)],
  ['creating failed', 'create-failed', (app) => showCreation(app)],
  ['creating was stopped', 'create-stopped', (app) => showCreation(app)],
  ['the palette', 'overview', (app) => app.ask({ kind: 'palette' })],
  ['changing packages', 'overview', (app) => app.ask({ kind: 'packages', location: 'data_science' })],
  [
    'changing a Python',
    'overview',
    (app) => app.ask({ kind: 'python', location: 'data_science', name: 'data_science' }),
  ],
  ['adding a definition', 'overview', (app) => app.ask({ kind: 'definition', location: 'data_science' })],
  ['what a sync would change', 'states', (app) => void app.sync.ask({ locations: [], deployment: false })],
  ['an owner that is gone', 'gone', () => {}],
  ['a log whose owner is gone', 'gone', (app) => app.goLocation('finance')],
  ['an owner of another version', 'other', () => {}],
  ['stopping another version', 'other', (app) => app.owner.runHere()],
  ['another environment', 'differs', () => press('differs-values')],
  ['restarting with this environment', 'differs', (app) => app.ask({ kind: 'restartOwner' })],
  ['closing the workspace', 'terminals', (app) => askClose(app)],
  ['closing the window', 'terminals', (app) => app.ask({ kind: 'close', processes: 4, terminals: 1 })],
  ['the keys', 'overview', (app) => app.ask({ kind: 'keys' })],
];

async function press(button: string): Promise<void> {
  document.querySelector<HTMLElement>(`[data-testid="${button}"]`)?.click();
  await settle();
}

/** Presses a button of Health. */
async function onHealth(app: App, button: string): Promise<void> {
  app.go({ view: 'health' });
  await settle();
  document.querySelector<HTMLElement>(`[data-testid="${button}"]`)?.click();
  await settle();
}

/** Opens the questions of a project and presses a button there. */
async function asked(app: App, button: string): Promise<void> {
  openCreate(app, 'project');
  await settle();
  document.querySelector<HTMLElement>(`[data-testid="${button}"]`)?.click();
  await settle();
  expect(document.querySelector<HTMLElement>('[data-testid="create"]')?.dataset.step).not.toBe('where');
}

describe('accessibility', () => {
  it.each(SCREENS)('%s has no violation', async (_, scene, go) => {
    const { app } = await show(scene);
    await go(app);
    await settle();
    const { violations } = await axe.run(document.body, OPTIONS);
    expect(
      violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`),
    ).toEqual([]);
  });
});
