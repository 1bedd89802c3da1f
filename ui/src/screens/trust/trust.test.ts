import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../testing';

describe('the trust screen', () => {
  it('says what would run, exactly, and names but no values of .env', async () => {
    const { screen } = await show('trust');
    const steps = screen.getByTestId('trust-steps').textContent ?? '';
    expect(steps).toContain('uv sync --check --output-format json');
    expect(steps).toContain('python -m dagster api grpc');
    expect(steps).toContain('and 2 more like it');
    expect(screen.getByTestId('trust-names').textContent).toContain('AWS_ACCESS_KEY_ID');
  });

  it('has the harmless choice in focus, and it runs nothing', async () => {
    const { screen, backend } = await show('trust');
    expect(document.activeElement).toBe(screen.getByTestId('trust-browse'));
    await fireEvent.click(screen.getByTestId('trust-browse'));
    await settle();
    expect(screen.queryByTestId('trust')).toBeNull();
    expect(screen.getByTestId('untrusted')).toBeTruthy();
    expect(backend.asked.map((one) => one.name)).toEqual(['snapshot_get']);
  });

  it('trusts when asked to', async () => {
    const { screen, last } = await show('trust');
    await fireEvent.click(screen.getByTestId('trust-accept'));
    await settle();
    expect(last('workspace_trust')).toEqual({});
    expect(screen.getByTestId('launch').getAttribute('aria-disabled')).toBe('false');
  });

  it('closes with Escape', async () => {
    const { last, screen } = await show('trust');
    await press('Escape');
    expect(last('workspace_close')).toEqual({});
    expect(screen.getByTestId('open-path-input')).toBeTruthy();
  });
});
