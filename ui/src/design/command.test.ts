import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { noBrowser } from '../backend/fake/fake';
import { settle, show } from '../screens/testing';

describe('a command', () => {
  it('is short to read, and whole in its tip and when it is copied', async () => {
    const { app, screen, last } = await show('ready');
    const { id, command } = app.locations[0]!;
    app.goLocation(id, 'environment');
    await settle();
    const start = [...screen.getByTestId('environment').querySelectorAll('.cmd')].at(-1)!;
    expect(start.querySelector('.whole')?.textContent).toBe(command?.short);
    expect(command?.short).not.toContain('/home');
    expect(start.querySelector('.cwd')?.textContent).toBe('in projects/data-engineering');
    expect(start.getAttribute('title')).toBe(command?.shell);
    await fireEvent.click(start.querySelector('button')!);
    expect(last('copy')).toBe(command?.shell);
  });

  it('is no command where it is an address to open by hand', async () => {
    const { backend, screen, last } = await show('overview');
    const address = 'http://127.0.0.1:3000';
    backend.deaf = noBrowser(address);
    await fireEvent.click(screen.getByTestId('open-dagster-ui'));
    await settle();
    const told = screen.getByTestId('failure');
    expect(told.textContent).toContain('The browser could not be opened.');
    expect(told.textContent).toContain(address);
    expect(told.textContent).not.toContain('$');
    await fireEvent.click(told.querySelector('.cmd button')!);
    expect(last('copy')).toBe(address);
  });
});
