import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { lazy } from '../lazy.svelte';
import { settle, show } from '../testing';

describe('the welcome screen', () => {
  it('opens a typed path', async () => {
    const { screen, last } = await show('welcome');
    const field = screen.getByTestId('open-path-input');
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: '~/work/acme' } });
    await fireEvent.click(screen.getByTestId('open-path-go'));
    await settle();
    expect(last('workspace_open')).toEqual({ path: '~/work/acme' });
    expect(screen.getByTestId('row-data_engineering')).toBeTruthy();
  });

  it('opens what the folder dialog answers, and nothing when it was dismissed', async () => {
    const { screen, last, backend } = await show('welcome');
    await fireEvent.click(screen.getByTestId('open-dialog'));
    await settle();
    expect(last('workspace_open')).toBeUndefined();
    backend.folder = '/home/ada/work/acme';
    await fireEvent.click(screen.getByTestId('open-dialog'));
    await settle();
    expect(last('workspace_open')).toEqual({ path: '/home/ada/work/acme' });
  });

  it('says why a folder can’t be opened', async () => {
    const { screen, app, backend } = await show('welcome');
    backend.failing.workspace_open = {
      code: 'notFound',
      message: 'There is no folder /nowhere',
      causes: ['No such file or directory'],
      hints: [],
      subject: null,
    };
    await app.open('/nowhere');
    await settle();
    expect(screen.getByTestId('failure').textContent).toContain('There is no folder /nowhere');
  });

  it('shows this machine’s tools and how to get the missing one', async () => {
    const { screen } = await show('welcome');
    expect(screen.getByText('Not found')).toBeTruthy();
    const lines = [...document.querySelectorAll('.cmd .whole')].map((one) => one.textContent);
    expect(lines).toContain('sudo apt-get install git');
  });

  it('brings uv where it is missing, or uses the one that is named', async () => {
    const { screen, last, backend } = await show('welcome');
    expect(screen.queryByTestId('get-uv')).toBeNull();
    await backend.call('uv_pick', { path: '' });
    await settle();
    await fireEvent.click(screen.getByTestId('get-uv'));
    await settle();
    expect(last('uv_bring')).toEqual({});
    expect(screen.queryByTestId('get-uv')).toBeNull();
    await fireEvent.click(screen.getByTestId('forget-uv'));
    await settle();
    expect(last('uv_pick')).toEqual({ path: '' });
    await fireEvent.input(screen.getByTestId('pick-uv'), { target: { value: '~/tools/uv' } });
    await fireEvent.submit(screen.getByTestId('pick-uv').closest('form')!);
    await settle();
    expect(last('uv_pick')).toEqual({ path: '~/tools/uv' });
  });

  it('offers to bring uv wherever it is said to be missing', async () => {
    const { screen, app, last } = await show('welcome');
    const hint = { text: 'Dagdeck can bring it.', action: { kind: 'bringUv' as const } };
    const message = 'uv isn’t installed.';
    app.failure = { code: 'toolMissing', message, causes: [], hints: [hint], subject: null };
    await settle();
    await fireEvent.click(screen.getByTestId('get-uv'));
    await settle();
    expect(last('uv_bring')).toEqual({});
    expect(app.failure).toBeNull();
  });

  it('fetches the code of another screen that is not here yet', async () => {
    const { screen } = await show('welcome');
    // The frames in which it is fetched by itself are over, and it failed.
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let turn = 0; turn < 3; turn += 1) await frame();
    lazy.screens = null;
    await fireEvent.click(screen.getByTestId('new-workspace'));
    expect(await screen.findByTestId('create')).toBeTruthy();
  });

  it('shows all of the sample before it is made, with nothing to answer', async () => {
    const { screen, last } = await show('welcome');
    await fireEvent.click(screen.getByTestId('try-sample'));
    expect((await screen.findByTestId('create-start')).textContent).toContain('Create sample');
    expect(last('create_form')).toEqual({ kind: 'sample', parent: null, name: null });
    expect(last('create_plan')).toMatchObject({ kind: 'sample' });
    expect(last('create_start')).toBeUndefined();
  });
});
