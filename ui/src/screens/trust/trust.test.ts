import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../testing';

describe('the trust screen', () => {
  it('says what would run, whole in its tip, and names but no values of .env', async () => {
    const { screen } = await show('trust');
    const steps = screen.getByTestId('trust-steps').textContent ?? '';
    expect(steps).toContain('uv sync --check in deployments/local');
    const [check] = screen.getByTestId('trust-steps').querySelectorAll('.cmd');
    expect(check?.getAttribute('title')).toContain('uv sync --check --output-format json');
    expect(steps).toContain('python -m dagster api grpc');
    expect(steps).toContain('and 2 more like it');
    expect(screen.getByTestId('trust-concerns').textContent).toContain('AWS_ACCESS_KEY_ID');
  });

  it('shows the first commands and names the others', async () => {
    const { screen } = await show('trust');
    const steps = [...screen.getByTestId('trust-steps').querySelectorAll('details')];
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.map((one) => one.open)).toEqual(steps.map((_, at) => at < 2));
  });

  it('has the harmless choice in focus, and it runs nothing', async () => {
    const { screen, backend } = await show('trust');
    expect(document.activeElement).toBe(screen.getByTestId('trust-browse'));
    await fireEvent.click(screen.getByTestId('trust-browse'));
    await settle();
    expect(screen.queryByTestId('trust')).toBeNull();
    expect(screen.getByTestId('untrusted')).toBeTruthy();
    expect(backend.asked.map((one) => one.name)).toEqual([]);
  });

  it('trusts when asked to', async () => {
    const { screen, last } = await show('trust');
    await fireEvent.click(screen.getByTestId('trust-accept'));
    await settle();
    expect(last('workspace_trust')).toEqual({});
    expect(screen.getByTestId('launch').getAttribute('aria-disabled')).toBe('false');
  });

  it('lists what is worth a look, and opens it for reading', async () => {
    const { screen, last } = await show('trust');
    const list = screen.getByTestId('trust-concerns').textContent ?? '';
    expect(list).toContain('projects/etl/pyproject.toml:14');
    expect(list).toContain('straight from a git address');
    await fireEvent.click(screen.getByLabelText('View projects/etl/pyproject.toml:14'));
    await settle();
    expect(last('openPath')).toEqual({ path: expect.stringContaining('etl/pyproject.toml'), line: 14 });
  });

  it('closes with Escape', async () => {
    const { last, screen } = await show('trust');
    await press('Escape');
    expect(last('workspace_close')).toEqual({});
    expect(screen.getByTestId('open-path-input')).toBeTruthy();
  });
});
