// The way into making something and back out of it, and what to say of it from elsewhere.

import { tick } from 'svelte';

import type { CreateKind, Creation, CreationStep } from '../backend/generated';
import type { App } from './app.svelte';
import { fileName } from './format';
import type { Route } from './route';
import { configError } from './summary';

/** Where the person was before: the screen, and what had the keyboard, by its test id. */
export interface CameFrom {
  route: Route;
  focus: string | null;
}

/** What Ctrl+N makes here: a project in the open workspace, else a workspace. */
export function creatableHere(app: App): CreateKind {
  return takesProjects(app) ? 'project' : 'workspace';
}

/** Whether a project can be made in what is open. */
export function takesProjects(app: App): boolean {
  if (app.owner.halted !== null) return false;
  return app.workspace?.kind === 'dgWorkspace' && configError(app.workspace) === null;
}

/** Shows the questions, or what is being made already: one thing is made at a time. */
export function openCreate(app: App, kind: CreateKind, parent: string | null = null): void {
  if (app.owner.halted !== null) return;
  const { creation } = app;
  if (creation?.state === 'succeeded') void app.run('create_dismiss', {});
  if (app.route.view !== 'create') {
    const focused = document.activeElement;
    const focus = focused instanceof HTMLElement ? (focused.dataset.testid ?? null) : null;
    app.cameFrom = { route: app.route, focus };
  }
  app.go({ view: 'create', kind, parent });
}

/** Shows what is being made. */
export function showCreation(app: App): void {
  if (app.creation !== null) openCreation(app, app.creation);
}

function openCreation(app: App, creation: Creation): void {
  if (app.route.view !== 'create') app.cameFrom = { route: app.route, focus: 'creation' };
  app.go({ view: 'create', kind: creation.spec.kind, parent: null });
}

/** Goes back to where the person came from, with the keyboard where it was. */
export async function leaveCreate(app: App): Promise<void> {
  const from = app.cameFrom;
  app.cameFrom = null;
  app.go(from?.route ?? { view: 'overview' });
  await tick();
  if (from?.focus) document.querySelector<HTMLElement>(`[data-testid="${from.focus}"]`)?.focus();
}

/** What a creation is called: the name of the folder it makes. */
export function creationName(creation: Creation): string {
  return fileName(creation.folder);
}

/** The step that is under way, or that it stopped at. */
export function currentStep(creation: Creation): CreationStep | null {
  return creation.steps.find((one) => one.state !== 'succeeded') ?? null;
}

/** "Install packages" → "Installing packages": a step while it is done. */
export function doing(title: string): string {
  const [verb = '', ...rest] = title.split(' ');
  const stem = /^[^aeiou][aeiou][^aeiouwxy]$/i.test(verb) ? `${verb}${verb.at(-1)}` : verb.replace(/e$/, '');
  return [`${stem}ing`, ...rest].join(' ');
}

function lowered(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** What a creation has come to, in a sentence. */
export function creationSentence(creation: Creation): string {
  const name = creationName(creation);
  const step = currentStep(creation);
  switch (creation.state) {
    case 'running':
      return step === null ? `Creating ${name}` : `Creating ${name}: ${lowered(doing(step.title))}`;
    case 'succeeded':
      return `${name} is ready`;
    case 'failed':
      return `${name} isn’t finished`;
    case 'cancelled':
      return `${name} was stopped`;
  }
}
