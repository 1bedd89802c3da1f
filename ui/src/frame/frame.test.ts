import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../screens/testing';

describe('the palette', () => {
  it('finds and runs a command, and copies its line', async () => {
    const { screen, app, last } = await show('overview');
    app.selected = 'data_engineering';
    await press('k', { ctrlKey: true });
    const field = screen.getByTestId('palette-input');
    await fireEvent.input(field, { target: { value: 'restart data' } });
    await fireEvent.keyDown(field, { key: 'c', ctrlKey: true });
    await settle();
    expect(last('copy')).toContain('-m data_engineering.definitions');
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(last('location_restart')).toEqual({ location: 'data_engineering' });
    expect(app.dialog).toBeNull();
  });

  it('goes to a location', async () => {
    const { screen, app } = await show('overview');
    await press('p', { ctrlKey: true });
    const field = screen.getByTestId('palette-input');
    await fireEvent.input(field, { target: { value: 'finan' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(app.route).toMatchObject({ view: 'location', id: 'finance' });
  });
});

describe('closing while something runs', () => {
  it('asks, and sends the answer', async () => {
    const { screen, backend, last } = await show('overview');
    backend.askClose(4);
    await settle();
    expect(screen.getByTestId('close-dialog').textContent).toContain('4 processes are running');
    await fireEvent.click(screen.getByLabelText('Remember this choice'));
    await fireEvent.click(screen.getByTestId('close-keep'));
    expect(last('decideClose')).toEqual({ decision: 'keep', remember: true });
    backend.askClose(1);
    await settle();
    expect(screen.getByTestId('close-dialog').textContent).toContain('1 process is running');
    await fireEvent.click(screen.getByTestId('close-cancel'));
    expect(last('decideClose')).toEqual({ decision: 'cancel', remember: false });
  });
});

describe('failure states', () => {
  it('shows the line of a dg.toml that can’t be read', async () => {
    const { screen, last } = await show('toml');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('dg.toml can’t be read');
    expect(screen.getByText(/^Open at line 15$/)).toBeTruthy();
    await fireEvent.click(screen.getByTestId('open-config'));
    expect(last('openPath')).toEqual({ path: '/home/ada/work/acme-data/dg.toml', line: 15 });
  });

  it('lists projects near a folder that is no workspace', async () => {
    const { screen, last } = await show('nowhere');
    expect(screen.getByTestId('not-a-workspace')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('nearby-etl'));
    expect(last('workspace_open')).toEqual({ path: '/home/ada/work/etl' });
  });

  it('says that no project is listed yet', async () => {
    const { screen } = await show('empty');
    expect(screen.getByTestId('no-projects').textContent).toContain('dg.toml is fine');
  });

  it('says that watching has reached a limit, until it is put away', async () => {
    const { screen } = await show('limit');
    await fireEvent.click(screen.getByLabelText('Hide until next start'));
    expect(screen.queryByText(/File watching has reached/)).toBeNull();
  });
});

describe('settings', () => {
  it('are kept, and a port that is none is not', async () => {
    const { screen, app, last } = await show('overview');
    await press(',', { ctrlKey: true });
    await fireEvent.click(screen.getByTestId('settings-theme-light'));
    expect(last('settings_set')).toMatchObject({ theme: 'light' });
    expect(document.documentElement.dataset.theme).toBe('light');
    await fireEvent.change(screen.getByTestId('settings-port'), { target: { value: '80' } });
    expect(app.settings?.port).toBe(3000);
    expect(screen.getByText('A port is a number from 1024 to 65535')).toBeTruthy();
    await fireEvent.change(screen.getByTestId('settings-port'), { target: { value: '3100' } });
    expect(last('settings_set')).toMatchObject({ port: 3100 });
  });
});
