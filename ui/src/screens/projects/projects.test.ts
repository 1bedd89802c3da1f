import { fireEvent, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { press, settle, show } from '../testing';

async function choose(screen: Shown, label: string) {
  const item = await screen.findByText(label);
  item.closest<HTMLElement>('[role=menuitem]')?.focus();
  await press('Enter');
  await screen.findByTestId('remove-project');
}

type Shown = Awaited<ReturnType<typeof show>>['screen'];

function box(screen: Shown, id: string): HTMLInputElement {
  return screen.getByTestId(id) as HTMLInputElement;
}

async function rowMenu(screen: Shown, name: string) {
  await fireEvent.click(screen.getByLabelText(`More for ${name}`));
  await settle();
}

describe('adding existing projects', () => {
  it('lists what is found, shows the change, and adds what was ticked', async () => {
    const { screen, app, last } = await show('empty');
    await fireEvent.click(screen.getByTestId('add-existing'));
    await settle();
    expect(last('projects_find')).toEqual({ path: '~/work/acme-data' });
    expect(screen.queryByTestId('pick-data_science')).toBeNull();
    expect(box(screen, 'pick-scripts').disabled).toBe(true);
    expect(screen.getByTestId('add-go').getAttribute('aria-disabled')).toBe('true');
    expect(screen.queryByTestId('projects-diff')).toBeNull();
    await fireEvent.click(screen.getByTestId('pick-old-pipeline'));
    await fireEvent.click(screen.getByTestId('pick-reporting'));
    await settle();
    expect(screen.getByTestId('projects-diff').textContent).toContain('+path = "projects/reporting"');
    expect(screen.getByTestId('add-go').textContent).toContain('Add 2 projects');
    expect(last('projects_apply')).toBeUndefined();
    await fireEvent.click(screen.getByTestId('add-go'));
    await settle();
    const root = app.workspace?.root;
    expect(last('projects_apply')).toEqual({
      change: {
        add: [`${root}/projects/old-pipeline`, `${root}/projects/reporting`],
        remove: [],
        moved: [],
        trash: false,
      },
      basis: 'b1',
    });
    await waitFor(() => expect(screen.queryByTestId('add-projects')).toBeNull());
    expect(app.toast?.text).toBe('Added 2 projects to dg.toml');
  });

  it('ticks the one that was meant', async () => {
    const { screen } = await show('empty');
    await fireEvent.click(screen.getByTestId('nearby-add-old-pipeline'));
    await settle();
    expect(box(screen, 'pick-old-pipeline').checked).toBe(true);
    expect(screen.getByTestId('projects-diff').textContent).toContain('old-pipeline');
  });

  it('keeps what was asked when the file changed meanwhile, and says so', async () => {
    const { screen, backend, app } = await show('empty');
    await fireEvent.click(screen.getByTestId('nearby-add-old-pipeline'));
    await settle();
    const message = 'dg.toml changed since this was shown, so nothing was written.';
    backend.failing = {
      projects_apply: { code: 'precondition', message, causes: [], hints: [], subject: null },
    };
    await fireEvent.click(screen.getByTestId('add-go'));
    await settle();
    expect(screen.getByTestId('projects-failure').textContent).toContain(message);
    expect(backend.asked.filter((one) => one.name === 'projects_plan')).toHaveLength(2);
    expect(app.dialog).not.toBeNull();
    backend.failing = {};
    await fireEvent.click(screen.getByTestId('add-go'));
    await settle();
    expect(app.dialog).toBeNull();
  });

  it('is offered only where there is a list', async () => {
    const { screen } = await show('nowhere');
    expect(screen.queryByTestId('nearby-add-etl')).toBeNull();
  });
});

describe('taking a project out', () => {
  it('shows what would go before anything is asked for', async () => {
    const { screen, app, last } = await show('overview');
    await rowMenu(screen, 'data_science');
    await choose(screen, 'Remove…');
    await screen.findByTestId('projects-diff');
    expect(last('projects_plan')).toMatchObject({ remove: ['data_science'], trash: true });
    expect(screen.getByTestId('remove-folder').textContent).toContain('12,408 files, 391.0 MB');
    expect(screen.getByTestId('projects-diff').textContent).toContain('-path = "projects/data-science"');
    expect(last('projects_apply')).toBeUndefined();
    await fireEvent.click(screen.getByTestId('remove-go'));
    await waitFor(() => expect(app.dialog).toBeNull());
    expect(last('projects_apply')).toMatchObject({ change: { remove: ['data_science'], trash: true } });
    expect(app.location('data_science')).toBeNull();
  });

  it('leaves the files where they are when it is only taken out', async () => {
    const { screen, last } = await show('overview');
    await rowMenu(screen, 'data_science');
    await choose(screen, 'Take out of the workspace…');
    await settle();
    expect(screen.queryByTestId('remove-folder')).toBeNull();
    expect(screen.getByTestId('remove-project').textContent).toContain('Its files stay where they are');
    await press('Escape');
    await waitFor(() => expect(screen.queryByTestId('remove-project')).toBeNull());
    expect(last('projects_apply')).toBeUndefined();
  });
});

describe('a project whose folder was moved', () => {
  it('says so in its row', async () => {
    const { screen } = await show('moved');
    const row = screen.getByTestId('row-old-pipeline');
    expect(row.textContent).toContain('Folder missing');
    expect(row.textContent).not.toContain('No environment');
  });

  it('is found again: its path changes and nothing else', async () => {
    const { screen, app, last } = await show('moved');
    await fireEvent.click(screen.getByTestId('row-verb-old-pipeline'));
    await screen.findByTestId('move-project');
    await settle();
    expect(last('projects_find')).toEqual({ path: '~/work/acme-data' });
    // Two could be it, and neither bears the old folder's name: nothing is picked for the person.
    expect(screen.getByTestId('move-go').getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(screen.getByTestId('pick-reporting'));
    await settle();
    expect(screen.getByTestId('projects-diff').textContent).toContain('+path = "projects/reporting"');
    expect(last('projects_apply')).toBeUndefined();
    await fireEvent.click(screen.getByTestId('move-go'));
    await waitFor(() => expect(app.dialog).toBeNull());
    expect(last('projects_apply')).toMatchObject({
      change: {
        add: [],
        remove: [],
        moved: [{ location: 'old-pipeline', path: `${app.workspace?.root}/projects/reporting` }],
      },
    });
    expect(app.toast?.text).toBe('dg.toml lists old-pipeline at its new place');
  });

  it('can be taken out, or found, from its menu', async () => {
    const { screen, last } = await show('moved');
    await rowMenu(screen, 'old-pipeline');
    expect(await screen.findByText('Find its new place…')).toBeTruthy();
    expect(screen.queryByText('Remove…')).toBeNull();
    await choose(screen, 'Remove from workspace…');
    await settle();
    expect(last('projects_plan')).toMatchObject({ remove: ['old-pipeline'], trash: false });
  });
});
