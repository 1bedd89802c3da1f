import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../screens/testing';

const REASON = 'The Dagdeck process that ran this workspace has ended. Run it here first.';
const names = (shown: Awaited<ReturnType<typeof show>>) => shown.backend.asked.map((one) => one.name);

describe('a workspace whose owner is gone', () => {
  it('says so on every screen, and Enter runs it here', async () => {
    const shown = await show('gone');
    const { app, screen, last } = shown;
    for (const go of [() => app.go({ view: 'logs' }), () => app.goLocation('finance')]) {
      go();
      await settle();
      expect(screen.getByTestId('owner-gone').textContent).toContain(
        'has ended, and with it all that it ran.',
      );
    }
    expect(document.activeElement).toBe(screen.getByTestId('run-here'));
    expect(names(shown)).toEqual([]);
    screen.getByTestId('run-here').click();
    await settle();
    expect(last('takeOver')).toEqual({});
    expect(screen.queryByTestId('owner-gone')).toBeNull();
  });

  it('says why where none could be started', async () => {
    const { backend, screen } = await show('gone');
    backend.tellOwner({
      refused: {
        code: 'io',
        message: 'The process that runs /home/ada/work can’t be started.',
        causes: ['Too many open files'],
        hints: [{ text: 'Close some.', action: null }],
        subject: null,
      },
    });
    await settle();
    const said = screen.getByTestId('owner-gone').textContent;
    for (const words of ['can’t be started.', 'Too many open files', 'Close some.', 'until it runs.'])
      expect(said).toContain(words);
    expect(said).not.toContain('has ended');
  });

  it('disables what can’t work, with the reason', async () => {
    const { screen } = await show('gone');
    const buttons = [
      screen.getByTestId('launch'),
      screen.getByTestId('open-dagster-ui'),
      ...screen.getAllByRole('button', { name: /^(Restart|Start|Cancel|Sync|Set up|Stop)$/ }),
    ];
    expect(buttons.length).toBeGreaterThan(8);
    for (const one of buttons) expect(one.getAttribute('aria-disabled'), one.outerHTML).toBe('true');
    for (const one of buttons.filter((one) => one.dataset.testid !== 'open-dagster-ui'))
      expect(one.title).toBe(REASON);
    expect(screen.queryByTestId('stop-all')).toBeNull();
  });

  it('is run here by Ctrl+Enter and from the palette, which offers nothing that can’t work', async () => {
    const shown = await show('gone');
    await press('Enter', { ctrlKey: true });
    expect(names(shown)).toEqual(['takeOver']);
    shown.backend.loseOwner();
    await press('k', { ctrlKey: true });
    const field = shown.screen.getByTestId('palette-input');
    const palette = shown.screen.getByTestId('palette');
    expect(palette.textContent).not.toMatch(/Launch|Check again|New workspace/);
    await fireEvent.keyDown(field, { key: 'Enter' });
    await settle();
    expect(names(shown)).toEqual(['takeOver', 'takeOver']);
  });

  it('opens logs anew once it runs here', async () => {
    const shown = await show('overview');
    shown.app.goLocation('finance');
    await settle();
    shown.backend.loseOwner();
    await settle();
    shown.screen.getByTestId('run-here').click();
    await settle();
    expect(names(shown).filter((one) => one.startsWith('log_o') || one.startsWith('log_c'))).toEqual([
      'log_open',
      'log_open',
    ]);
  });
});

describe('a workspace that another version runs', () => {
  it('says what stops before it takes over, and can be left', async () => {
    const { app, screen, last } = await show('other');
    // It is no workspace that can be shown: the bar says which it is, over the welcome screen.
    expect(app.workspace).toBeNull();
    expect(screen.getByTestId('owner-other').textContent).toContain(
      '~/work/acme-data is run by a newer Dagdeck (0.2.0, process 40112)',
    );
    screen.getByTestId('run-here').click();
    await settle();
    expect(screen.getByTestId('take-over').textContent).toContain('5 processes run there');
    expect(document.activeElement).toBe(screen.getByTestId('take-over-cancel'));
    screen.getByTestId('take-over-cancel').click();
    await settle();
    expect([app.dialog, last('takeOver')]).toEqual([null, undefined]);
    screen.getByTestId('run-here').click();
    await settle();
    screen.getByTestId('take-over-run').click();
    await settle();
    expect(last('takeOver')).toEqual({});
    expect(screen.queryByTestId('owner-other')).toBeNull();
    expect(app.workspace).not.toBeNull();
  });
});

describe('an owner with another environment', () => {
  it('is told with its values, and restarted once that is confirmed', async () => {
    const { screen, last } = await show('differs');
    expect(screen.getByTestId('differs').textContent).toContain('DAGSTER_HOME, PATH');
    expect(screen.queryByTestId('differing')).toBeNull();
    await fireEvent.click(screen.getByTestId('differs-values'));
    expect(screen.getByTestId('differing').textContent).toContain('/home/ada/.dagster');
    expect(screen.getByTestId('differing').textContent).toContain('not set, or secret');
    await fireEvent.click(screen.getByTestId('differs-restart'));
    await settle();
    expect(screen.getByTestId('restart-owner').textContent).toContain('5 processes stop and start again');
    expect(last('restartOwner')).toBeUndefined();
    screen.getByTestId('restart-owner-run').click();
    await settle();
    expect(last('restartOwner')).toEqual({});
    expect(screen.queryByTestId('differs')).toBeNull();
  });

  it('is put away, and comes again with another difference only', async () => {
    const { screen, backend } = await show('differs');
    await fireEvent.click(screen.getByTestId('differs-hide'));
    backend.tellOwner({ terminals: 3 });
    await settle();
    expect(screen.queryByTestId('differs')).toBeNull();
    backend.tellOwner({ differs: [{ name: 'UV_OFFLINE', owner: '1', own: null }] });
    await settle();
    expect(screen.getByTestId('differs').textContent).toContain('UV_OFFLINE');
  });
});

describe('terminals that are attached', () => {
  it('are named in the status bar and where closing would end what they show', async () => {
    const { screen, backend } = await show('terminals');
    expect(screen.getByTestId('attached').textContent).toBe('1 terminal attached');
    backend.askClose(4, 1);
    await settle();
    expect(screen.getByTestId('close-dialog').textContent).toContain(
      '1 terminal is attached too; stopping ends what it shows.',
    );
    screen.getByTestId('close-cancel').click();
    backend.askClose(4, 0);
    await settle();
    expect(screen.getByTestId('close-dialog').textContent).not.toContain('attached');
  });
});

describe('closing the workspace', () => {
  it('names what stops, can be left, and leads to the welcome screen', async () => {
    const { app, screen, last } = await show('terminals');
    app.goLocation('finance');
    await press('k', { ctrlKey: true });
    const field = screen.getByTestId('palette-input');
    await fireEvent.input(field, { target: { value: 'close workspace' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await settle();
    const said = screen.getByTestId('close-workspace').textContent;
    for (const part of ['5 processes stop', 'marketing', 'the webserver', '1 terminal is attached too'])
      expect(said).toContain(part);
    expect(document.activeElement).toBe(screen.getByTestId('close-workspace-run'));
    expect(last('workspace_close')).toBeUndefined();
    screen.getByTestId('close-workspace-run').click();
    await settle();
    expect(last('workspace_close')).toEqual({});
    expect([app.workspace, app.route, app.dialog]).toEqual([null, { view: 'overview' }, null]);
  });

  it('asks nothing where nothing runs', async () => {
    const { screen, last, app } = await show('ready');
    await press('k', { ctrlKey: true });
    const field = screen.getByTestId('palette-input');
    await fireEvent.input(field, { target: { value: 'close workspace' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await settle();
    expect(last('workspace_close')).toEqual({});
    expect(app.workspace).toBeNull();
  });
});
