// The answers given so far, what Dagdeck says of them, and which step is on screen. Writes nothing: that is `create_start`.

import { toApiError } from '../../backend';
import type {
  ApiError,
  CreateField,
  CreateForm,
  CreateKind,
  CreatePlan,
  CreateRemark,
  CreateSpec,
  DagsterVersions,
} from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { tilde } from '../../state/format';
import { Latest } from '../../state/latest';
import { startShown } from '../../state/shown';

/** A step with questions. */
export type StepName = 'where' | 'versions' | 'review';

/** The steps with questions, in order. */
export const STEPS: StepName[] = ['where', 'versions', 'review'];

/** Which step asks for an answer. */
const ASKED: Record<CreateField, StepName> = {
  parent: 'where',
  name: 'where',
  firstProject: 'where',
  git: 'where',
  dagster: 'versions',
  python: 'versions',
};

/** Stands for a version while the index is asked: names are judged at once, whatever the network does. */
const UNASKED = '?';

/** How long typing must rest before the answers are looked at, in ms. */
const REST = 180;

/** What the person answers, as they see it: a project's folder inside its workspace stands apart from its name. */
export interface Answers {
  name: string;
  /** The folder around it; in a workspace relative to its root. */
  around: string;
  firstProject: string;
  /** Empty means the newest whole one. */
  dagster: string;
  /** Null means the best. */
  python: string | null;
  git: boolean;
  sync: boolean;
}

const NOTHING: Answers = {
  name: '',
  around: '',
  firstProject: '',
  dagster: '',
  python: null,
  git: true,
  sync: true,
};

/** One thing being asked for. */
export class Wizard {
  readonly kind: CreateKind;
  readonly parent: string | null;

  form = $state.raw<CreateForm | null>(null);
  answers = $state.raw<Answers>(NOTHING);
  step = $state<StepName>('where');
  /** What would happen, as last answered; of older answers while {@link checking}. */
  plan = $state.raw<CreatePlan | null>(null);
  /** Whether an answer to the present answers is awaited. */
  checking = $state(false);
  /** Whether the person waits for it, to go on. */
  waiting = $state(false);
  failure = $state.raw<ApiError | null>(null);
  /** What moved since the review was shown, where making it was refused; the review is the one of now. */
  moved = $state.raw<ApiError | null>(null);
  versions = $state.raw<DagsterVersions | null>(null);
  asking = $state(false);
  askedAt = $state(0);
  /** Whether the person changed anything. */
  touched = false;

  readonly #app: App;
  readonly #latest = new Latest();
  #versionsAsked: Promise<void> = Promise.resolve();
  #underway: Promise<void> = Promise.resolve();

  constructor(app: App, kind: CreateKind, parent: string | null) {
    this.#app = app;
    this.kind = kind;
    this.parent = parent;
  }

  /** Asks what the form starts from, then what would happen; the versions come when the index answers. */
  async begin(): Promise<void> {
    void this.askVersions();
    try {
      const form = await this.#app.backend.call('create_form', {
        kind: this.kind,
        parent: this.parent,
        name: null,
      });
      this.form = form;
      this.answers = answersOf(form, this.#app.snapshot?.home ?? '');
      this.#takeUsed();
      if (form.blocked === null) await this.check();
      // Nothing of the sample needs an answer; its name and place can still be changed a step back.
      if (this.kind === 'sample') await this.go('review');
    } catch (thrown) {
      this.failure = toApiError(thrown);
    }
  }

  /** Asks the index for Dagster's versions. */
  askVersions(): Promise<void> {
    if (!this.asking) this.#versionsAsked = this.#askVersions();
    return this.#versionsAsked;
  }

  async #askVersions(): Promise<void> {
    this.asking = true;
    this.askedAt = Date.now();
    try {
      const versions = await this.#app.backend.call('create_versions', {});
      this.versions = versions;
      this.#takeUsed();
    } catch (thrown) {
      this.versions = { newest: null, skipped: null, used: [], unreachable: toApiError(thrown) };
    } finally {
      this.asking = false;
      if (this.form !== null && this.answers.dagster === '') void this.check();
    }
  }

  /** Without the index, what the workspace's projects have is what can be installed. Form and versions come in any order. */
  #takeUsed(): void {
    if (this.form === null || this.versions === null || this.versions.newest !== null) return;
    const [used] = this.versions.used;
    if (used !== undefined && this.answers.dagster === '') this.change({ dagster: used });
  }

  /** What is asked of Dagdeck. */
  get spec(): CreateSpec {
    const { name, around, firstProject, dagster, python, git, sync } = this.answers;
    const root = this.form?.workspace ?? null;
    const trimmed = name.trim();
    const folders = around.trim().replace(/^(\.?[\\/])+|[\\/]+$/g, '');
    return {
      kind: this.kind,
      parent: root ?? around.trim(),
      name: root === null || folders === '' || trimmed === '' ? trimmed : `${folders}/${trimmed}`,
      dagster: dagster.trim() || (this.asking ? UNASKED : ''),
      python,
      firstProject: firstProject.trim() === '' ? null : firstProject.trim(),
      git,
      sync,
      // A window trusts on a page of its own.
      trust: false,
    };
  }

  /** Takes an answer, and looks at it once typing rests. */
  change(change: Partial<Answers>): void {
    this.answers = { ...this.answers, ...change };
    this.touched = true;
    void this.check(REST);
  }

  /** Takes the answer that a remark offers in place of the one given. */
  take(remark: CreateRemark): void {
    const { instead } = remark;
    if (instead === null) return;
    switch (remark.field) {
      case 'name':
        return this.change(this.form?.workspace ? split(instead, this.answers.around) : { name: instead });
      case 'parent':
        return this.change({ around: instead });
      case 'firstProject':
        return this.change({ firstProject: instead });
      case 'dagster':
        return this.change({ dagster: instead });
      case 'python':
        return this.change({ python: instead });
      case 'git':
        return;
    }
  }

  /** Asks what would happen now, after a pause in ms. An answer to older answers is let go, whenever it comes. */
  check(pause = 0): Promise<void> {
    this.#underway = this.#ask(pause);
    return this.#underway;
  }

  async #ask(pause: number): Promise<void> {
    this.checking = true;
    const answered = await this.#latest.ask(() => this.#app.backend.call('create_plan', this.spec), pause);
    if (answered === null) return;
    this.checking = false;
    this.failure = answered.failure;
    if (answered.answer === null) return;
    this.plan = answered.answer;
    this.moved = null;
  }

  /** Waits for what is said of the present answers. */
  async settled(): Promise<void> {
    let seen;
    do {
      this.#latest.hurry();
      seen = this.#underway;
      await seen;
    } while (seen !== this.#underway);
  }

  /** What is said of an answer. */
  remarks(...fields: CreateField[]): CreateRemark[] {
    return this.#said.filter((one) => fields.includes(one.field));
  }

  /** What is said, less what is said of a version that nobody gave. */
  get #said(): CreateRemark[] {
    const { plan } = this;
    if (plan === null) return [];
    return plan.spec.dagster === UNASKED
      ? plan.remarks.filter((one) => one.field !== 'dagster')
      : plan.remarks;
  }

  /** Why a step can't be left forwards; null when it can. */
  blocked(step: StepName): string | null {
    if (this.form?.blocked) return this.form.blocked.message;
    const upTo = STEPS.indexOf(step);
    const said = this.#said.find((one) => one.blocks && STEPS.indexOf(ASKED[one.field]) <= upTo);
    return said?.message ?? null;
  }

  /** Whether a step shows an answer that can't be used, with what is said of it. */
  marked(step: StepName): boolean {
    return this.#said.some((one) => one.blocks && (step === 'review' || ASKED[one.field] === step));
  }

  /** Goes to a step, or to the first before it that lacks a usable answer. Says whether it got there. */
  async go(step: StepName): Promise<boolean> {
    const to = STEPS.indexOf(step);
    if (to > STEPS.indexOf(this.step)) {
      this.waiting = true;
      if (step === 'review' && this.answers.dagster === '') await this.#versionsAsked;
      await this.settled();
      this.waiting = false;
      if (this.plan === null || this.failure !== null || this.form?.blocked) return false;
      const lacking = STEPS.slice(0, to).find((one) => this.blocked(one) !== null);
      if (lacking !== undefined) {
        this.step = lacking;
        return false;
      }
    }
    this.step = step;
    return true;
  }

  /** Begins to make it. */
  async start(): Promise<void> {
    if (this.waiting || this.plan === null || this.blocked('review') !== null) return;
    this.waiting = true;
    // What is made is what the review showed, or nothing.
    const { spec, basis } = this.plan;
    const { moved } = await startShown(this.#app, 'create_start', { spec, basis }, () => this.check());
    this.moved = moved;
    this.waiting = false;
  }
}

/** The answers as a form gives them. */
function answersOf(form: CreateForm, home: string): Answers {
  const { spec, workspace } = form;
  const rest = {
    firstProject: spec.firstProject ?? '',
    dagster: spec.dagster,
    python: spec.python,
    git: spec.git,
    sync: spec.sync,
  };
  if (workspace === null) return { name: spec.name, around: tilde(spec.parent, home), ...rest };
  const inside = spec.parent.startsWith(`${workspace}/`) ? `${spec.parent.slice(workspace.length + 1)}/` : '';
  return { ...split(`${inside}${spec.name}`, ''), ...rest };
}

/** `projects/inventory` as a name in a folder. */
function split(path: string, around: string): { name: string; around: string } {
  const at = path.lastIndexOf('/');
  return at < 0 ? { name: path, around } : { name: path.slice(at + 1), around: path.slice(0, at) };
}
