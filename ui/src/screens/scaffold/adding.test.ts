import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { moved, settle, show } from '../testing';

async function opened() {
  const shown = await show('overview');
  shown.app.ask({ kind: 'definition', location: 'data_science' });
  await settle();
  return shown;
}

const addButton = () => screen.getByTestId('add-definition-run');

describe('adding a definition', () => {
  it('shows what would be written, then adds exactly that', async () => {
    const { app, last } = await opened();
    await expect.poll(() => addButton().getAttribute('aria-disabled')).toBe('false');
    expect(screen.getByText(/def assets\(context/)).toBeTruthy();
    await fireEvent.click(addButton());
    await settle();
    expect(last('scaffold_run')).toEqual({
      request: { location: 'data_science', key: 'dagster.asset', path: 'assets.py', params: {} },
      basis: 'definition dagster.asset at assets.py',
    });
    expect(app.dialog).toBeNull();
  });

  it('says what moved since it was shown, and shows what would be written now', async () => {
    const { app, backend } = await opened();
    await expect.poll(() => addButton().getAttribute('aria-disabled')).toBe('false');
    const plans = () => backend.asked.filter((one) => one.name === 'scaffold_plan').length;
    const before = plans();
    backend.failing = { scaffold_run: moved('src/data_science/defs/assets.py') };
    await fireEvent.click(addButton());
    await settle();
    expect(screen.getByTestId('moved').textContent).toContain('defs/assets.py changed');
    expect(plans()).toBe(before + 1);
    expect(app.dialog).not.toBeNull();
    backend.failing = {};
    await fireEvent.click(addButton());
    await settle();
    expect(app.dialog).toBeNull();
  });

  it('says why a path is refused and adds nothing', async () => {
    const { last } = await opened();
    await expect.poll(() => addButton().getAttribute('aria-disabled')).toBe('false');
    const path = screen.getByLabelText('File');
    await fireEvent.input(path, { target: { value: 'assets/more.py' } });
    expect(addButton().getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => screen.queryByRole('alert')?.textContent).toContain('assets.py is there already');
    await fireEvent.keyDown(path, { key: 'Enter', ctrlKey: true });
    await settle();
    expect(last('scaffold_run')).toBeUndefined();
  });

  it('asks for what a type needs', async () => {
    await opened();
    await fireEvent.click(await screen.findByTestId('type-dagster.asset_check'));
    await settle();
    await expect.poll(() => screen.queryByRole('alert')?.textContent).toContain('Asset Key is needed');
    await fireEvent.input(screen.getByLabelText('Asset Key'), { target: { value: 'orders' } });
    await expect.poll(() => addButton().getAttribute('aria-disabled')).toBe('false');
  });
});
