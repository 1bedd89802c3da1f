import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { entries } from '../palette/commands';
import { moved, settle, show } from '../testing';

const ID = 'data_science';

async function opened() {
  const shown = await show('overview');
  shown.app.ask({ kind: 'python', location: ID, name: 'data_science' });
  await settle();
  return shown;
}

const off = () => screen.getByTestId('python-run').getAttribute('aria-disabled');
const choose = async (version: string) => {
  await fireEvent.click(screen.getByTestId(`python-${version}`));
  await settle();
};

describe('changing a project’s Python', () => {
  it('shows the file, the commands and that the environment is made anew, then carries exactly that out', async () => {
    const { app, last } = await opened();
    expect(off(), 'nothing is chosen yet').toBe('true');
    await choose('3.13.0');
    expect(last('python_plan')).toEqual({ location: ID, python: '3.13.0' });
    const dialog = screen.getByTestId('python');
    expect(screen.getByTestId('python-diff').textContent).toContain('+3.13');
    expect(dialog.textContent).toContain('The environment is made anew with Python 3.13.0');
    expect(dialog.textContent).toContain('uv python pin 3.13');
    expect(off()).toBe('false');
    await fireEvent.click(screen.getByTestId('python-run'));
    await settle();
    expect(last('python_change')).toEqual({
      request: { location: ID, python: '3.13.0' },
      basis: 'python 3.13.0',
    });
    expect(app.dialog).toBeNull();
  });

  it('says what moved since it was shown, and shows what would change now', async () => {
    const { app, backend } = await opened();
    await choose('3.13.0');
    backend.failing = { python_change: moved('.python-version of data-science') };
    await fireEvent.click(screen.getByTestId('python-run'));
    await settle();
    expect(screen.getByTestId('moved').textContent).toContain('.python-version of data-science changed');
    expect(backend.asked.filter((one) => one.name === 'python_plan')).toHaveLength(2);
    expect(app.dialog).not.toBeNull();
    backend.failing = {};
    await fireEvent.click(screen.getByTestId('python-run'));
    await settle();
    expect(app.dialog).toBeNull();
  });

  it('shows what does not fit with its reason, and does not let it be chosen', async () => {
    await opened();
    const old = screen.getByTestId('python-3.9.18') as HTMLInputElement;
    expect(old.disabled).toBe(true);
    expect(old.closest('label')?.textContent).toContain('asks for Python >=3.10,<3.15');
  });

  it('says of a Python that is not here that uv downloads it first', async () => {
    await opened();
    const there = screen.getByTestId('python-3.14.2').closest('label');
    expect(there?.textContent).toContain('uv downloads it first');
    await choose('3.14.2');
    const dialog = screen.getByTestId('python');
    expect(dialog.textContent).toContain('uv downloads Python 3.14.2 first');
    expect(dialog.textContent).toContain('uv python install --no-bin 3.14.2');
    expect(off()).toBe('false');
  });

  it('does not begin what uv says would fail', async () => {
    const { backend, last } = await opened();
    const failure = {
      code: 'toolFailed' as const,
      message: 'No such version: dagster==9.9.9',
      causes: [],
      hints: [],
      subject: null,
    };
    const usual = backend.preview;
    backend.preview = (request) => ({
      ...usual(request),
      environments: usual(request).environments.map((plan) => ({ ...plan, failure })),
    });
    await choose('3.13.0');
    expect(screen.getByTestId('python').textContent).toContain('No such version: dagster==9.9.9');
    expect(off()).toBe('true');
    await fireEvent.click(screen.getByTestId('python-run'));
    await settle();
    expect(last('python_change')).toBeUndefined();
  });

  it('says why a Python can’t be changed here, with what to do', async () => {
    const { app, backend } = await show('overview');
    backend.failing.python_offers = {
      code: 'precondition',
      message: 'data-science is a member of a uv workspace.',
      causes: [],
      hints: [{ text: 'Run uv python pin in its root.', action: null }],
      subject: null,
    };
    app.ask({ kind: 'python', location: ID, name: 'data_science' });
    await settle();
    expect(screen.getByRole('alert').textContent).toContain('member of a uv workspace');
    expect(screen.getByTestId('python').textContent).toContain('Run uv python pin in its root.');
    expect(off()).toBe('true');
  });

  it('changes the environment of the webserver and the daemon, from the palette', async () => {
    const { app, last } = await show('overview');
    entries(app)
      .find(({ action }) => action.id === 'python-deployment')
      ?.action.run();
    await settle();
    expect(screen.getByTestId('python').textContent).toContain('Python of deployments/local');
    await choose('3.13.0');
    await fireEvent.click(screen.getByTestId('python-run'));
    await settle();
    expect(last('python_change')).toMatchObject({ request: { location: null, python: '3.13.0' } });
  });

  it('is reached from the environment of a location', async () => {
    const { app } = await show('overview');
    app.goLocation(ID, 'environment');
    await settle();
    await fireEvent.click(screen.getByTestId('python-open'));
    await settle();
    expect(app.shown('python')?.location).toBe(ID);
    expect(screen.getByTestId('python')).toBeTruthy();
  });
});
