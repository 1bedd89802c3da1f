import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../testing';

describe('the overview', () => {
  it('shows each location’s two axes', async () => {
    const { screen } = await show('states');
    const state = (id: string) => screen.getByTestId(`state-${id}`);
    const wanted = {
      data_engineering: 'running',
      data_science: 'loadError',
      marketing: 'starting',
      finance: 'stopped',
      payments: 'stopping',
      ledger: 'crashed',
    };
    for (const [id, word] of Object.entries(wanted)) expect(state(id).dataset.state).toBe(word);
    expect(screen.getByTestId('env-customer_support').textContent).toContain('Out of sync');
    expect(screen.getByTestId('env-ml_platform').textContent).toContain('No environment');
    expect(screen.getByTestId('service-webserver').dataset.state).toBe('stopped');
  });

  it('gives each row the one verb it needs', async () => {
    const { screen, last } = await show('states');
    const verb = (id: string) => screen.getByTestId(`row-verb-${id}`);
    const wanted = {
      data_engineering: 'Restart',
      data_science: 'Show fix',
      marketing: 'Cancel',
      finance: 'Start',
      customer_support: 'Sync',
      ml_platform: 'Set up',
      payments: 'Force stop',
      ledger: 'Restart',
    };
    for (const [id, label] of Object.entries(wanted)) expect(verb(id).textContent?.trim()).toBe(label);
    await fireEvent.click(verb('finance'));
    expect(last('location_start')).toEqual({ location: 'finance' });
    await fireEvent.click(verb('payments'));
    expect(last('location_stop')).toEqual({ location: 'payments', force: true });
    await fireEvent.click(verb('customer_support'));
    await settle();
    expect(last('sync_start')).toMatchObject({
      request: { locations: ['customer_support'], deployment: false },
    });
  });

  it('launches, and then offers to stop all', async () => {
    const { screen, last, backend } = await show('ready');
    expect(screen.queryByTestId('stop-all')).toBeNull();
    await fireEvent.click(screen.getByTestId('launch'));
    await settle();
    expect(last('launch')).toEqual({ locations: [], port: null, samePort: false, makeDeployment: false });
    const open = backend.snapshot.workspace!;
    backend.emit({
      kind: 'workspaceChanged',
      workspace: { ...open, launch: { ...open.launch, active: true, settled: 2 } },
    });
    await settle();
    expect(screen.getByTestId('launch').textContent).toContain('Launching 2 of 3');
    await fireEvent.click(screen.getByTestId('stop-all'));
    expect(last('stop_all')).toEqual({});
  });

  it('starts nothing in a folder that isn’t trusted', async () => {
    const { screen, app, last } = await show('trust');
    app.readOnly = app.workspace!.root;
    await settle();
    const launch = screen.getByTestId('launch');
    expect(launch.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(launch);
    await fireEvent.click(screen.getByTestId('row-verb-data_engineering'));
    await press('Enter', { ctrlKey: true });
    expect(last('launch')).toBeUndefined();
    expect(last('location_start')).toBeUndefined();
  });

  it('is worked by keyboard', async () => {
    const { screen, app, last } = await show('ready');
    screen.getByRole('grid').focus();
    await press('j');
    await press('ArrowDown');
    expect(app.selected).toBe('data_science');
    await press('k');
    expect(app.selected).toBe('data_engineering');
    await press(' ');
    expect(last('location_start')).toEqual({ location: 'data_engineering' });
    await press('Enter');
    expect(app.route).toMatchObject({ view: 'location', id: 'data_engineering' });
    await press('1', { ctrlKey: true });
    expect(app.route.view).toBe('overview');
  });

  it.each(['a click', 'a key'])('makes a row’s menu when it is first asked for, by %s', async (by) => {
    const { screen } = await show('ready');
    const menu = () => screen.queryByRole('menu', { hidden: true });
    expect(menu()).toBeNull();
    if (by === 'a click') await fireEvent.click(screen.getByLabelText('More for data_engineering'));
    else {
      screen.getByRole('grid').focus();
      await press('j');
      await press('m');
    }
    await settle();
    expect(menu()?.textContent).toContain('Sync environment');
  });

  it('leaves single letters alone when they are switched off', async () => {
    const { screen, app } = await show('ready');
    await app.setSettings({ letterKeys: false });
    screen.getByRole('grid').focus();
    await press('j');
    expect(app.selected).toBeNull();
    await press('ArrowDown');
    expect(app.selected).toBe('data_engineering');
  });

  it('filters by name, path and state, and says when nothing matches', async () => {
    const { screen } = await show('states');
    const field = screen.getByLabelText('Filter locations');
    await fireEvent.input(field, { target: { value: 'crash' } });
    expect(screen.getAllByTestId(/^row-[a-z_]+$/).map((one) => one.dataset.testid)).toEqual(['row-ledger']);
    await fireEvent.input(field, { target: { value: 'etl9' } });
    expect(screen.getByText(/No location matches/).textContent).toContain("'etl9'");
  });

  it('draws only the rows in sight of a thousand, dense', async () => {
    const { screen } = await show('many');
    const grid = screen.container.querySelector('[role=grid]');
    const rows = [...screen.container.querySelectorAll('tr[data-testid]')];
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThan(60);
    expect(grid?.getAttribute('aria-rowcount')).toBe('1001');
    expect([...(grid?.classList ?? [])]).toContain('dense');
    expect(screen.container.querySelectorAll('.side .nav').length).toBeLessThan(80);
  });

  it('copies everything it ran as a shell script', async () => {
    const { screen, last } = await show('overview');
    await fireEvent.click(screen.getByTestId('operations-script'));
    await settle();
    expect(last('copy')).toBe('#!/bin/sh\n');
  });

  it('opens the Dagster UI only while the webserver runs', async () => {
    const stopped = await show('ready');
    await fireEvent.click(stopped.screen.getByTestId('open-dagster-ui'));
    expect(stopped.last('openUrl')).toBeUndefined();
    stopped.screen.unmount();
    const running = await show('overview');
    await fireEvent.click(running.screen.getByTestId('open-dagster-ui'));
    expect(running.last('openUrl')).toBe('http://127.0.0.1:3000');
  });
});
