import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';

import { HOME, ROOT } from '../../backend/fake/fixture';
import { moved, press, settle, show } from '../testing';

type Shown = Awaited<ReturnType<typeof show>>;

/** Lets what is typed rest as long as the questions wait for. */
async function rest(): Promise<void> {
  await new Promise((done) => setTimeout(done, 220));
  await settle();
}

async function fill(shown: Shown, id: string, value: string): Promise<void> {
  await fireEvent.input(shown.screen.getByTestId(id), { target: { value } });
}

async function click(shown: Shown, id: string): Promise<void> {
  await fireEvent.click(shown.screen.getByTestId(id));
  await settle();
}

const input = ({ screen }: Shown, id: string) => screen.getByTestId(id) as HTMLInputElement;
const step = ({ screen }: Shown) => screen.getByTestId('create').dataset.step;
const asked = ({ backend }: Shown, name: string) => backend.asked.filter((one) => one.name === name).length;

describe('a new workspace', () => {
  it('comes from the defaults with four clicks', async () => {
    const shown = await show('welcome');
    await click(shown, 'new-workspace');
    expect(document.activeElement).toBe(shown.screen.getByTestId('create-name'));
    await click(shown, 'create-to-review');
    expect(step(shown)).toBe('review');
    expect(shown.screen.getByTestId('review-files').textContent).toContain('definitions.py');
    expect(asked(shown, 'create_start')).toBe(0);
    await click(shown, 'create-start');
    expect(shown.last('create_start')).toMatchObject({
      spec: {
        kind: 'workspace',
        parent: `${HOME}/Dagster`,
        name: 'my-workspace',
        firstProject: 'my-project',
        dagster: '1.13.27',
        git: true,
        sync: true,
      },
      basis: `creation of ${HOME}/Dagster/my-workspace`,
    });
    expect(step(shown)).toBe('running');
    for (let at = 0; at < 6; at += 1) shown.backend.create.advance();
    await settle();
    expect(step(shown)).toBe('succeeded');
    expect(document.activeElement).toBe(shown.screen.getByTestId('creation-launch'));
    await click(shown, 'creation-launch');
    expect(shown.last('workspace_open')).toEqual({ path: `${HOME}/Dagster/my-workspace` });
    expect(shown.last('create_dismiss')).toEqual({});
    expect(shown.app.route.view).toBe('overview');
  });

  it('says what moved since the review, and reviews what would be made now', async () => {
    const shown = await show('welcome');
    await click(shown, 'new-workspace');
    await click(shown, 'create-to-review');
    const before = asked(shown, 'create_plan');
    shown.backend.failing = { create_start: moved('The Dagster version') };
    await click(shown, 'create-start');
    expect(shown.screen.getByTestId('create-blocked').textContent).toContain('The Dagster version changed');
    expect(step(shown)).toBe('review');
    expect(asked(shown, 'create_plan')).toBe(before + 1);
    shown.backend.failing = {};
    await click(shown, 'create-start');
    expect(step(shown)).toBe('running');
  });

  it('goes by keyboard alone, and back', async () => {
    const shown = await show('welcome');
    await press('n', { ctrlKey: true });
    expect(step(shown)).toBe('where');
    await press('Enter', { ctrlKey: true });
    expect(step(shown)).toBe('versions');
    expect(document.activeElement).toBe(shown.screen.getByTestId('python-3.12.7'));
    await press('Enter', { ctrlKey: true });
    expect(step(shown)).toBe('review');
    expect(document.activeElement).toBe(shown.screen.getByTestId('create-start'));
    await press('ArrowLeft', { altKey: true });
    expect(step(shown)).toBe('versions');
    await press('[', { ctrlKey: true });
    expect(step(shown)).toBe('where');
    await press('Escape');
    expect(shown.screen.getByTestId('new-workspace')).toBeTruthy();
    expect(asked(shown, 'create_start')).toBe(0);
  });

  it('gives the keyboard back to what opened it, and keeps what was typed', async () => {
    const shown = await show('welcome');
    shown.screen.getByTestId('new-workspace').focus();
    await click(shown, 'new-workspace');
    await fill(shown, 'create-name', 'analytics');
    await press('Escape');
    expect(document.activeElement).toBe(shown.screen.getByTestId('new-workspace'));
    await click(shown, 'new-workspace');
    expect(input(shown, 'create-name').value).toBe('analytics');
  });

  it('says under the field why a name can’t be, and takes the one it offers', async () => {
    const shown = await show('welcome');
    await click(shown, 'new-workspace');
    await fill(shown, 'create-first-project', 'my project');
    await rest();
    expect(shown.screen.getByTestId('remarks-first-blocks').textContent).toContain('can’t be the name');
    const next = shown.screen.getByTestId('create-next');
    expect(next.getAttribute('aria-disabled')).toBe('true');
    expect(next.getAttribute('title')).toContain('can’t be the name');
    expect(shown.screen.getByTestId('create-reason').textContent).toBe('Put right what is marked above.');
    await press('Enter', { ctrlKey: true });
    expect(step(shown)).toBe('where');
    await click(shown, 'remarks-first-instead');
    await rest();
    expect(shown.screen.queryByTestId('remarks-first-blocks')).toBeNull();
    expect(input(shown, 'create-first-project').value).toBe('my_project');
  });

  it('lets a late answer to an older name go', async () => {
    const shown = await show('welcome');
    await click(shown, 'new-workspace');
    shown.backend.create.delays = { '9lives': 400 };
    await fill(shown, 'create-name', '9lives');
    await rest();
    await fill(shown, 'create-name', 'lives');
    await rest();
    await new Promise((done) => setTimeout(done, 420));
    await settle();
    expect(shown.screen.queryByTestId('remarks-name-blocks')).toBeNull();
    expect(shown.screen.getByTestId('create-makes').textContent).toContain('~/Dagster/lives');
  });

  it('waits for what is said of the last letter before it goes on', async () => {
    const shown = await show('welcome');
    await click(shown, 'new-workspace');
    shown.backend.create.delays = { '1st': 100 };
    await fill(shown, 'create-name', '1st');
    await press('Enter', { ctrlKey: true });
    await rest();
    expect(step(shown)).toBe('where');
    expect(document.activeElement).toBe(shown.screen.getByTestId('create-name'));
    expect(shown.screen.getByTestId('remarks-name-blocks')).toBeTruthy();
  });
});

describe('versions', () => {
  async function versions(index: Shown['backend']['create']['index'], scene = 'overview') {
    const shown = await show(scene);
    shown.backend.create.index = index;
    await press('n', { ctrlKey: true });
    await click(shown, 'create-next');
    return shown;
  }

  it('says why a newer release is passed over', async () => {
    const shown = await versions('partial');
    expect(shown.screen.getByTestId('create-skipped').textContent?.trim()).toBe(
      '1.13.29 is only half published: dagster-dg-cli and dagster-webserver are missing. 1.13.27 is used.',
    );
  });

  it('refuses a half-published one typed by hand, with the whole one a click away', async () => {
    const shown = await versions('partial');
    await click(shown, 'dagster-another');
    await fill(shown, 'create-dagster', '1.13.28');
    await rest();
    const said = shown.screen.getByTestId('remarks-dagster-blocks').textContent;
    expect(said).toContain('dagster-dg-cli and dagster-webserver are not published at 1.13.28');
    expect(shown.screen.getByTestId('create-next').getAttribute('aria-disabled')).toBe('true');
    await click(shown, 'remarks-dagster-instead');
    await rest();
    expect(input(shown, 'dagster-1.13.27').checked).toBe(true);
    await click(shown, 'create-next');
    expect(step(shown)).toBe('review');
  });

  it('takes a version of the workspace where the index can’t be reached', async () => {
    const shown = await versions('away');
    expect(shown.screen.getByTestId('create-unreachable').textContent).toContain('ask again');
    expect(input(shown, 'dagster-1.13.27').checked).toBe(true);
    shown.backend.create.index = 'whole';
    await click(shown, 'create-ask-again');
    expect(shown.screen.queryByTestId('create-unreachable')).toBeNull();
  });

  it('goes on being asked while the person reads', async () => {
    const shown = await versions('slow');
    expect(shown.screen.getByText('Asking the package index for the newest version')).toBeTruthy();
  });
});

describe('a new project', () => {
  it('goes into the open workspace, in a folder and with a name', async () => {
    const shown = await show('overview');
    await click(shown, 'side-new-project');
    await fill(shown, 'create-name', 'inventory');
    await fill(shown, 'create-parent', 'teams/supply/');
    await click(shown, 'create-to-review');
    expect(shown.last('create_plan')).toMatchObject({ parent: ROOT, name: 'teams/supply/inventory' });
    expect(shown.screen.getByTestId('review-diff').textContent).toContain('+path = "teams/supply/inventory"');
  });

  it('can stand alone in a folder that is no workspace', async () => {
    const shown = await show('nowhere');
    await click(shown, 'new-project-here');
    expect(shown.last('create_form')).toEqual({ kind: 'project', parent: `${HOME}/work`, name: null });
    expect(input(shown, 'create-parent').value).toBe('~/work');
  });

  it('is started from where it is ready', async () => {
    const shown = await show('created');
    await click(shown, 'creation');
    expect(shown.screen.getByRole('heading', { level: 1 }).textContent).toBe('inventory is ready');
    expect(shown.screen.getByTestId('creation-next').textContent).toContain('dg scaffold defs');
    await click(shown, 'creation-launch');
    expect(shown.app.route.view).toBe('overview');
    expect(shown.last('create_dismiss')).toEqual({});
  });
});

describe('what is being made', () => {
  it('goes on when its screen is closed, and the status bar brings it back', async () => {
    const shown = await show('creating');
    expect(shown.screen.getByTestId('creation').textContent?.trim()).toBe(
      'Creating inventory: installing packages, 87 of 118',
    );
    await click(shown, 'creation');
    expect(step(shown)).toBe('running');
    await press('Escape');
    expect(shown.app.route.view).toBe('overview');
    expect(asked(shown, 'create_cancel')).toBe(0);
    expect(document.activeElement).toBe(shown.screen.getByTestId('creation'));
    shown.backend.create.advance();
    await settle();
    expect(shown.app.toast?.text).toBe('inventory is ready');
    expect(shown.app.announcement).toBe('inventory is ready');
  });

  it('moves its bar while nobody can say how far it is, and claims no part of it', async () => {
    const shown = await show('compiling');
    await click(shown, 'creation');
    const bar = () => shown.screen.getByRole('progressbar');
    expect(bar().hasAttribute('aria-valuenow')).toBe(false);
    expect(bar().querySelector('.goes')).toBeTruthy();
    const creation = shown.backend.snapshot.creation!;
    const progress = { words: 'Compiling Python files', done: 3120, total: 9876 };
    const steps = creation.steps.map((one) => (one.progress === null ? one : { ...one, progress }));
    shown.backend.emit({ kind: 'creationChanged', creation: { ...creation, steps } });
    await settle();
    expect(bar().getAttribute('aria-valuenow')).toBe('32');
    expect(bar().querySelector('.goes')).toBeNull();
    expect(document.body.textContent).toContain('Compiling Python files, 3,120 of 9,876');
  });

  it('is stopped, and goes on from that step', async () => {
    const shown = await show('creating');
    await click(shown, 'creation');
    await click(shown, 'creation-cancel');
    expect(shown.screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Installing packages was stopped',
    );
    await press('Enter', { ctrlKey: true });
    expect(shown.last('create_retry')).toEqual({});
    expect(step(shown)).toBe('running');
  });

  it('says what failed with its last lines, and shows what goes before it goes', async () => {
    const shown = await show('create-failed');
    await click(shown, 'creation');
    expect(shown.screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'Installing packages didn’t finish',
    );
    expect(shown.screen.getByTestId('creation-failure').textContent).toContain('can’t be reached');
    expect(shown.screen.getByRole('log').textContent).toContain('Connection refused');
    await press('Escape');
    expect(shown.screen.getByTestId('leave-made').textContent).toBe('~/Dagster/analytics');
    expect(asked(shown, 'create_remove')).toBe(0);
    await click(shown, 'leave-remove');
    expect(shown.last('create_remove')).toEqual({});
    expect(shown.app.creation).toBeNull();
    expect(shown.screen.getByTestId('new-workspace')).toBeTruthy();
  });

  it('stays on disk when it is kept', async () => {
    const shown = await show('create-failed');
    await click(shown, 'creation');
    await click(shown, 'creation-keep');
    expect(asked(shown, 'create_remove')).toBe(0);
    expect(shown.last('create_dismiss')).toEqual({});
  });
});
