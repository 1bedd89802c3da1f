import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { moved, settle, show } from '../testing';
import { packageOf } from './changing.svelte';

async function opened() {
  const shown = await show('overview');
  shown.app.ask({ kind: 'packages', location: 'data_science' });
  await settle();
  return shown;
}

const off = () => screen.getByTestId('packages-run').getAttribute('aria-disabled');

describe('changing packages', () => {
  it('shows the change and what is locked, then carries exactly that out', async () => {
    const { app, last } = await opened();
    expect(off()).toBe('true');
    await fireEvent.input(screen.getByLabelText('Package'), { target: { value: 'humanize' } });
    await expect.poll(off).toBe('false');
    expect(screen.getByTestId('packages-diff').textContent).toContain('+    "humanize"');
    await fireEvent.click(screen.getByTestId('packages-run'));
    await settle();
    const request = {
      locations: ['data_science'],
      change: { kind: 'add', requirement: 'humanize', dev: false },
    };
    const basis = `packages of ${JSON.stringify(request)}`;
    expect(last('packages_change')).toEqual({ request, basis });
    expect(app.dialog).toBeNull();
  });

  it('says what moved since it was shown, and shows what would change now', async () => {
    const { app, backend } = await opened();
    await fireEvent.input(screen.getByLabelText('Package'), { target: { value: 'humanize' } });
    await expect.poll(off).toBe('false');
    backend.failing = { packages_change: moved('pyproject.toml of data-science') };
    await fireEvent.click(screen.getByTestId('packages-run'));
    await settle();
    expect(screen.getByTestId('moved').textContent).toContain('pyproject.toml of data-science changed');
    expect(backend.asked.filter((one) => one.name === 'packages_plan')).toHaveLength(2);
    backend.failing = {};
    await fireEvent.click(screen.getByTestId('packages-run'));
    await settle();
    expect(app.dialog).toBeNull();
  });

  it('says why a package is refused and carries nothing out', async () => {
    const { last } = await opened();
    await fireEvent.input(screen.getByLabelText('Package'), { target: { value: 'no such' } });
    await expect.poll(() => screen.queryByRole('alert')?.textContent).toContain('no such is no package');
    await fireEvent.click(screen.getByTestId('packages-run'));
    await settle();
    expect(last('packages_change')).toBeUndefined();
  });

  it('takes out one of those that are asked for, from its own group', async () => {
    const { last } = await opened();
    await fireEvent.click(screen.getByTestId('packages-mode-remove'));
    await fireEvent.click(await screen.findByTestId('remove-dagster-webserver'));
    await expect.poll(off).toBe('false');
    expect(last('packages_plan')).toEqual({
      locations: ['data_science'],
      change: { kind: 'remove', package: 'dagster-webserver', dev: true },
    });
  });

  it('changes Dagster in every location when asked', async () => {
    const { app, last } = await opened();
    await fireEvent.click(screen.getByTestId('packages-mode-dagster'));
    await fireEvent.input(screen.getByLabelText('Dagster version'), { target: { value: '1.13.26' } });
    await fireEvent.click(screen.getByLabelText('In every location'));
    await expect.poll(off).toBe('false');
    const { locations } = last('packages_plan') as { locations: string[] };
    expect(locations).toEqual(app.locations.filter((one) => one.sync !== null).map((one) => one.id));
    expect(locations.length).toBeGreaterThan(1);
  });

  it('finds the package in a requirement', () => {
    expect(packageOf('pandas[excel]>=2')).toBe('pandas');
    expect(packageOf('dagster==1.13.27')).toBe('dagster');
  });
});
