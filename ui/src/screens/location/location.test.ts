import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../testing';

async function at(id: string, tab: 'logs' | 'definitions' | 'environment' | 'files' = 'logs') {
  const shown = await show('overview');
  shown.app.goLocation(id, tab);
  await settle();
  return shown;
}

describe('a location', () => {
  it('explains its load error and opens the place', async () => {
    const { screen, last } = await at('data_science');
    const explanation = screen.getByTestId('explanation');
    expect(explanation.textContent).toContain('Two Definitions objects in one module');
    expect(explanation.textContent).toContain('matched by name');
    await fireEvent.click(screen.getByText(/Open definitions\.py:4/));
    expect(last('openPath')).toMatchObject({ line: 4 });
  });

  it('shows and hides the explanation with X', async () => {
    const { screen } = await at('data_science');
    await press('x');
    expect(screen.queryByTestId('explanation')).toBeNull();
    await press('x');
    expect(screen.getByTestId('explanation')).toBeTruthy();
  });

  it('says so when older code is still served', async () => {
    const { screen, backend, app } = await at('data_science');
    const readiness = app.location('data_science')!.readiness;
    if (readiness.state !== 'loadError') throw new Error('the scene has changed');
    backend.change('data_science', { readiness: { ...readiness, stillServing: Date.now() } });
    await settle();
    expect(screen.getByTestId('explanation').textContent).toContain('Still serving the code of');
    expect(screen.getByText(/^still serving the code of/)).toBeTruthy();
  });

  it('says why it could not be started, what lay behind it, and what to do', async () => {
    const { screen, backend } = await at('data_engineering');
    backend.change('data_engineering', {
      lifecycle: {
        state: 'crashed',
        reason: 'python can’t be started: no such file',
        refusal: {
          code: 'toolFailed',
          message: 'python can’t be started: no such file',
          causes: ['no such file'],
          hints: [{ text: 'Sync its environment.', action: null }],
          subject: null,
        },
        at: Date.now(),
        retryAt: null,
        lastLines: [],
      },
    });
    await settle();
    const crash = screen.getByTestId('crashed').textContent;
    for (const said of ['data_engineering can’t start', 'no such file', 'Sync its environment.']) {
      expect(crash).toContain(said);
    }
  });

  it('reloads and restarts by letter', async () => {
    const { last } = await at('data_engineering');
    await press('r');
    expect(last('location_reload')).toEqual({ location: 'data_engineering' });
    await press('R', { shiftKey: true });
    expect(last('location_restart')).toEqual({ location: 'data_engineering' });
  });

  it('shows its log, only the rows in sight', async () => {
    const { screen, backend } = await at('data_engineering');
    const list = screen.getByTestId('log-list');
    expect(list.dataset.rows).toBe('400');
    const rows = list.querySelectorAll('[data-row]');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThan(40);
    backend.logs.grow(100_000);
    await settle();
    expect(list.querySelectorAll('[data-row]').length).toBeLessThan(40);
    expect(list.dataset.rows).toBe('100400');
  });

  it('closes the log’s view when it is left', async () => {
    const { app, backend } = await at('data_engineering');
    app.go({ view: 'overview' });
    await settle();
    expect(backend.asked.at(-1)?.name).toBe('log_close');
  });

  it('starts from its empty log, with the command in sight', async () => {
    const shown = await show('overview');
    shown.backend.logs.lines = 0;
    shown.app.goLocation('finance');
    await settle();
    expect(shown.screen.getByText('Nothing yet. finance writes here once it starts.')).toBeTruthy();
    const commands = shown.screen.getAllByRole('group', { name: 'Command' }).map((one) => one.textContent);
    expect(commands.join('\n')).toMatch(/-m dagster api grpc -m finance\.definitions in projects\/finance/);
    await fireEvent.click(shown.screen.getByText('Start finance'));
    expect(shown.last('location_start')).toEqual({ location: 'finance' });
  });

  it('lists definitions with a filter', async () => {
    const { screen } = await at('data_engineering', 'definitions');
    expect(screen.getByText('warehouse/fct_orders_0')).toBeTruthy();
    await fireEvent.input(screen.getByLabelText('Filter definitions'), { target: { value: 'retrain' } });
    expect(screen.queryByText('warehouse/fct_orders_0')).toBeNull();
    expect(screen.getByText('retrain_weekly')).toBeTruthy();
  });

  it('chooses and syncs an environment', async () => {
    const { screen, last } = await at('customer_support', 'environment');
    await fireEvent.click(screen.getByTestId('choice-uvWorkspace'));
    expect(last('location_choose_environment')).toEqual({
      location: 'customer_support',
      path: '/home/ada/work/acme-data/.venv',
    });
    await fireEvent.click(screen.getByTestId('sync'));
    await settle();
    expect(last('sync_start')).toMatchObject({
      request: { locations: ['customer_support'], deployment: false },
    });
  });

  it('opens a file of its project', async () => {
    const { screen, last } = await at('data_science', 'files');
    await fireEvent.click(screen.getByText('pyproject.toml'));
    expect(last('openPath')).toEqual({
      path: '/home/ada/work/acme-data/projects/data-science/pyproject.toml',
      line: null,
    });
  });
});
