import { fireEvent } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { FixRequest } from '../../backend/generated';
import { press, settle, show } from '../testing';

const SYNC = 'environment-in-sync:customer_support:0';
const SET_UP = 'environment-present:ml_platform:0';
const LOCK = 'lockfile-fresh:finance:0';
const WRITE = 'instance-settings::0';
const CODE = 'definitions-load:data_science:0';
const COPY = 'watch-limit::0';

/** The findings that a request asks to put right; each gives back the basis that it was shown with. */
function fixed(request: unknown): string[] {
  const { fixes } = request as FixRequest;
  for (const { finding, basis } of fixes) expect(basis).toBe(`${finding.split(':')[0]} as shown`);
  return fixes.map((one) => one.finding);
}

async function health(scene = 'overview') {
  const shown = await show(scene);
  await fireEvent.click(shown.screen.getByTestId('nav-health'));
  await settle();
  const by = (id: string) => shown.screen.getByTestId(id);
  const asked = (name: string) => shown.backend.asked.filter((one) => one.name === name).length;
  return { ...shown, by, asked };
}

afterEach(() => vi.unstubAllGlobals());

describe('the Health screen', () => {
  it('counts, groups the gravest first, and folds the groups where all passed', async () => {
    const { by, screen } = await health();
    expect(by('health-summary').textContent).toMatch(
      /^2 blockers, 2 warnings and 2 notes\. Checked \d+ s ago, at \d\d:\d\d:\d\d\.$/,
    );
    const groups = screen.getAllByTestId(/^group-/).map((one) => one.dataset.testid?.slice(6));
    expect(groups).toEqual([
      'machine',
      'workspace',
      'project:data_science',
      'project:ml_platform',
      'project:customer_support',
      'project:finance',
    ]);
    expect(by('health-clean').textContent).toContain('data_engineering, marketing');
    expect(by('health-clean').textContent).toContain('all 12 checks passed');
    expect(by('nav-health').textContent).toContain('4');
  });

  it('runs a safe fix at once, and shows it at work, done and taken back', async () => {
    const { app, by, backend, last } = await health();
    await fireEvent.click(by(`fix-${SYNC}`));
    expect(fixed(last('health_fix'))).toEqual([SYNC]);
    await settle();
    expect(by(`finding-${SYNC}`).dataset.state).toBe('fixing');
    expect(by(`fix-${SYNC}`).getAttribute('aria-disabled')).toBe('true');
    expect(by('fix-all-safe').textContent).toContain('Fixing1');
    backend.health.settle([SYNC], { kind: 'fixed', undo: true });
    await settle();
    expect(by(`finding-${SYNC}`).textContent).toContain('Fixed');
    expect(app.announcement).toBe('1 fixed');
    expect(by('health-pill').textContent).toContain('Health: 2 blockers');
    expect(by('health-summary').textContent).toContain('2 blockers, 1 warning and 2 notes');
    await fireEvent.click(by(`undo-${SYNC}`));
    expect(last('health_undo')).toEqual({ findings: [SYNC] });
    await settle();
    expect(by(`finding-${SYNC}`).dataset.state).toBe('open');
  });

  it('shows first what a fix would do that is not safe, with what uv would change', async () => {
    const { by, last, screen } = await health();
    await fireEvent.click(by(`fix-${LOCK}`));
    await settle();
    expect(last('sync_preview')).toEqual({ locations: ['finance'], deployment: false });
    expect(by('fix-review').textContent).toContain('uv sync');
    expect(by('fix-review').textContent).toContain('humanize');
    expect(last('health_fix')).toBeUndefined();
    await fireEvent.click(by('fix-review-run'));
    expect(fixed(last('health_fix'))).toEqual([LOCK]);
    await settle();
    expect(screen.queryByTestId('fix-review')).toBeNull();
  });

  it('leads to where the person puts it right', async () => {
    const { by, app, last } = await health();
    await fireEvent.click(by(`fix-${COPY}`));
    await settle();
    expect(last('copy')).toBe('sudo sysctl fs.inotify.max_user_watches=524288');
    await fireEvent.click(by(`finding-${CODE}`).querySelector('.place')!);
    expect(last('openPath')).toMatchObject({ line: 4 });
    await fireEvent.click(by(`fix-${CODE}`));
    await settle();
    expect(app.route).toEqual({ view: 'location', id: 'data_science', tab: 'logs' });
    expect(last('health_fix')).toBeUndefined();
  });

  it('fixes exactly what is safe and listed', async () => {
    const { by, last } = await health();
    const listed = by('safe-plan').textContent ?? '';
    for (const words of [
      'customer_support, about 12 s',
      'ml_platform, about 40 s',
      'dagster.yaml',
      'uv sync',
    ])
      expect(listed).toContain(words);
    expect(listed).not.toContain('finance');
    expect(by('left-to-you').textContent).toBe(
      'The other three need you: a command to run, a choice and a look at what changes in uv.lock.',
    );
    expect(by('fix-all-safe').textContent).toContain('Fix all safe3');
    await fireEvent.click(by('fix-all-safe'));
    expect([...fixed(last('health_fix'))].sort()).toEqual([SYNC, SET_UP, WRITE].sort());
  });

  it('shows the list first where there is no room for it beside the findings', async () => {
    vi.stubGlobal('matchMedia', (query: string) => ({
      matches: query.includes('1160'),
      addEventListener: () => {},
      removeEventListener: () => {},
    }));
    const { by, last } = await health();
    await fireEvent.click(by('fix-all-safe'));
    await settle();
    expect(last('health_fix')).toBeUndefined();
    expect(by('fix-plan').textContent).toContain('customer_support');
    await fireEvent.click(by('fix-plan-run'));
    expect(fixed(last('health_fix'))).toHaveLength(3);
  });

  it('runs nothing in a folder that isn’t trusted, and still leads to files', async () => {
    const { backend, app, by, last, asked } = await show('overview').then((shown) => ({
      ...shown,
      by: (id: string) => shown.screen.getByTestId(id),
      asked: (name: string) => shown.backend.asked.filter((one) => one.name === name).length,
    }));
    const open = backend.snapshot.workspace!;
    backend.emit({ kind: 'workspaceRead', workspace: { ...open, trusted: false } });
    app.readOnly = open.root;
    app.go({ view: 'health' });
    await settle();
    for (const id of ['fix-all-safe', `fix-${SYNC}`, `fix-${LOCK}`]) {
      expect(by(id).getAttribute('aria-disabled')).toBe('true');
      expect(by(id).title).toContain('Trust this folder first');
      await fireEvent.click(by(id));
    }
    expect(asked('health_fix') + asked('sync_preview')).toBe(0);
    await fireEvent.click(by(`fix-${CODE}`));
    expect(app.route.view).toBe('location');
    expect(last('health_fix')).toBeUndefined();
  });

  it('shows why a fix did not help, and offers it again', async () => {
    const { by, last } = await health('fixing');
    const failed = by(`finding-${SYNC}`).textContent ?? '';
    for (const words of ['the package index can’t be reached', 'error sending request', 'Cached packages'])
      expect(failed).toContain(words);
    await fireEvent.click(by(`fix-${SYNC}`));
    expect(fixed(last('health_fix'))).toEqual([SYNC]);
  });

  it('shows only the levels that are on', async () => {
    const { by, screen } = await health();
    const count = () => screen.getAllByTestId(/^finding-/).length;
    await fireEvent.click(by('level-blocker'));
    expect(count()).toBe(4);
    await fireEvent.click(by('level-warning'));
    await fireEvent.click(by('level-note'));
    expect(screen.queryAllByTestId(/^finding-/)).toHaveLength(0);
    await fireEvent.click(screen.getByText('Show every level'));
    expect(count()).toBe(6);
  });

  it('shows the checks that passed, only when asked, with when they were made', async () => {
    const { by, asked, screen } = await health();
    expect(asked('health_list')).toBe(0);
    await fireEvent.click(by('level-passed'));
    await settle();
    expect(screen.container.querySelectorAll('.passed > li')).toHaveLength(38);
    expect(by('group-project:marketing').textContent).toMatch(/\d+ s ago/);
    await fireEvent.click(by('level-passed'));
    await fireEvent.click(screen.getByText('5 passed'));
    await settle();
    expect(screen.container.querySelectorAll('.passed > li')).toHaveLength(5);
  });

  it('says calmly that all is well, and claims nothing before the first answer', async () => {
    const well = await health('ready');
    expect(well.by('all-green').textContent).toContain(
      '30 checks of this machine, the workspace and 3 locations',
    );
    expect(well.by('health-pill').textContent).toContain('Healthy');
    expect(well.by('fix-all-safe').getAttribute('aria-disabled')).toBe('true');
    well.screen.unmount();
    const first = await health('checking');
    expect(first.by('health-pill').textContent).toContain('Checking');
    expect(first.by('health-summary').textContent).toBe(
      'Checking this machine, the workspace and 6 locations',
    );
    expect(first.screen.queryByTestId('all-green')).toBeNull();
  });

  it('is worked by keyboard', async () => {
    const { by, last } = await health();
    (document.activeElement as HTMLElement).blur();
    await press('ArrowDown');
    expect(by(`finding-${COPY}`).contains(document.activeElement)).toBe(true);
    await press('ArrowDown');
    await press('f');
    expect(fixed(last('health_fix'))).toEqual([WRITE]);
    await press('ArrowUp');
    await press('ArrowUp');
    expect(by(`finding-${COPY}`).contains(document.activeElement)).toBe(true);
    await press('r', { ctrlKey: true });
    expect(last('health_check')).toEqual({ asked: true });
    expect(last('workspace_check')).toBeUndefined();
  });

  it('shows all that is known of a finding when asked', async () => {
    const { by, screen } = await health();
    expect(by(`finding-${SYNC}`).textContent).not.toContain('humanize');
    await fireEvent.click(screen.getByText('8 packages differ from uv.lock'));
    for (const words of ['humanize 4.17.0 is missing', 'environment-in-sync', 'Installs what uv.lock names'])
      expect(by(`finding-${SYNC}`).textContent).toContain(words);
    expect(screen.queryByTestId('fix-diff')).toBeNull();
    await fireEvent.click(screen.getByText('DAGSTER_HOME has no dagster.yaml'));
    expect(by('fix-diff').textContent).toContain('+{}');
  });

  it('shows the report before it is copied or saved', async () => {
    const { by, backend, last } = await health();
    await fireEvent.click(by('health-report-open'));
    await settle();
    expect(by('health-report').textContent).toContain('# Dagdeck 0.1.0 on linux');
    await fireEvent.click(by('report-copy'));
    await settle();
    expect(last('copy')).toBe('# Dagdeck 0.1.0 on linux\n');
    backend.folder = '/home/ada/Desktop';
    await fireEvent.click(by('report-save'));
    await settle();
    expect(last('health_report_save')).toEqual({ path: '/home/ada/Desktop' });
    expect(by('health-report').textContent).toContain('Saved as ~/Desktop/dagdeck-report.txt');
    backend.failing.health_report_save = {
      code: 'io',
      message: 'The report can’t be written to /root.',
      causes: [],
      hints: [{ text: 'Choose another folder.', action: null }],
      subject: null,
    };
    await fireEvent.click(by('report-save'));
    await settle();
    expect(by('health-report').textContent).toContain('Choose another folder.');
  });

  it('checks when the person comes back after a while, and not sooner', async () => {
    const { backend, asked, last } = await show('overview').then((shown) => ({
      ...shown,
      asked: () => shown.backend.asked.filter((one) => one.name === 'health_check').length,
    }));
    window.dispatchEvent(new Event('focus'));
    await settle();
    expect(asked()).toBe(0);
    const old = { ...backend.snapshot.health, checkedAt: Date.now() - 61_000 };
    backend.emit({ kind: 'healthChanged', health: old });
    await settle();
    window.dispatchEvent(new Event('focus'));
    await settle();
    expect(last('health_check')).toEqual({ asked: false });
  });

  it('stays light with findings in a hundred projects and more', async () => {
    const { screen, by } = await health('many');
    expect(by('health-pill').textContent).toContain('143 blockers');
    expect(by('health-clean').textContent).toContain('and 855 more');
    expect(screen.container.querySelectorAll('.hgrid *').length).toBeLessThan(9_000);
  });
});
