// Made-up findings and what fixing them does.

import type {
  ChecksView,
  CheckView,
  FindingState,
  FindingView,
  FixRequest,
  FixView,
  HealthGroup,
  HealthView,
  UndoRequest,
} from '../generated';
import { command, HOME, location, ROOT } from './fixture';

const STATE = `${HOME}/.local/share/dagdeck/acme-data`;

/** A fix before it is shown. */
type Fix = Omit<FixView, 'basis'>;

/** A finding of a check, open unless told otherwise. */
export function finding(
  check: string,
  of: string | null,
  title: string,
  why: string,
  fix: Fix | null,
  change: Partial<FindingView> = {},
): FindingView {
  return {
    id: `${check}:${of ?? ''}:0`,
    check,
    scope: of === null ? 'workspace' : 'project',
    location: of,
    severity: 'warning',
    title,
    why,
    evidence: [],
    subject: null,
    excerpt: null,
    fix: fix && { ...fix, basis: `${check} as shown` },
    state: { kind: 'open' },
    at: 0,
    ...change,
  };
}

/** Syncing a project, as a fix. */
function sync(name: string, verb: string, note: string | null, safe = true): Fix {
  const folder = `${ROOT}/projects/${name.replaceAll('_', '-')}`;
  const words = 'Installs what uv.lock names; what runs from it stops and starts again';
  const runs = location(name, 1).sync ?? command(folder, 'uv sync');
  return { verb, note, safe, does: { kind: 'steps', steps: [{ words, command: runs, edit: null }] } };
}

/** The six findings of the design, one for each kind of fix. */
function designFindings(now: number): FindingView[] {
  const module = `${ROOT}/projects/data-science/src/data_science/definitions.py`;
  const yaml = `${STATE}/instance/dagster.yaml`;
  const at = now - 6_000;
  return [
    finding(
      'watch-limit',
      null,
      'Only 8,192 files can be watched at once',
      'This workspace has 11,870. Past the limit, edits won’t reload a location and nothing tells you.',
      {
        verb: 'Copy',
        note: 'asks for a password',
        safe: false,
        does: { kind: 'copy', command: 'sudo sysctl fs.inotify.max_user_watches=524288' },
      },
      { scope: 'machine', evidence: ['fs.inotify.max_user_watches = 8192'], at },
    ),
    finding(
      'instance-settings',
      null,
      'DAGSTER_HOME has no dagster.yaml',
      'Dagster uses its defaults and prints a warning at every start. An empty file says the defaults are what you want.',
      {
        verb: 'Write it',
        note: null,
        safe: true,
        does: {
          kind: 'steps',
          steps: [{ words: 'Writes a new file', command: null, edit: { path: yaml, diff: ['+{}'] } }],
        },
      },
      { severity: 'note', at },
    ),
    finding(
      'definitions-load',
      'data_science',
      'Two Definitions objects in one module',
      'The location listens but serves nothing. This needs an edit to definitions.py, which is yours to make.',
      {
        verb: 'Show fix',
        note: 'your code',
        safe: false,
        does: { kind: 'show', screen: 'explanation', location: 'data_science' },
      },
      {
        severity: 'blocker',
        subject: { path: module, line: 4, column: 1 },
        excerpt: 'from data_science.legacy import legacy_defs',
        at,
      },
    ),
    finding(
      'lockfile-fresh',
      'finance',
      'uv.lock is older than pyproject.toml',
      'What pyproject.toml asks for since is not installed. You see what changes in the lockfile before it is written.',
      sync('finance', 'Review', 'changes uv.lock', false),
      { severity: 'note', at },
    ),
    finding(
      'environment-in-sync',
      'customer_support',
      '8 packages differ from uv.lock',
      'It would start with Dagster 1.13.24 while the others run 1.13.27. Errors from that are hard to read.',
      sync('customer_support', 'Sync', 'about 12 s'),
      {
        evidence: [
          'dagster is 1.13.24, locked is 1.13.27',
          'dagster-shared is 1.13.24, locked is 1.13.27',
          'dagster-pipes is 1.13.24, locked is 1.13.27',
          'humanize 4.17.0 is missing',
          'and 4 more',
        ],
        at,
      },
    ),
    finding(
      'environment-present',
      'ml_platform',
      'No Python environment yet',
      'The packages this project needs aren’t installed on this machine. Normal after a fresh clone.',
      sync('ml_platform', 'Set up', 'about 40 s'),
      {
        severity: 'blocker',
        subject: { path: `${ROOT}/projects/ml-platform/.venv`, line: null, column: null },
        at,
      },
    ),
  ];
}

const PASSED: [string, number][] = [
  ['data_engineering', 6],
  ['data_science', 4],
  ['marketing', 6],
  ['finance', 4],
  ['customer_support', 4],
  ['ml_platform', 2],
];

function groups(passed: [string, number][]): HealthGroup[] {
  return [
    { scope: 'machine', location: null, name: 'This machine', passed: 5 },
    { scope: 'workspace', location: null, name: 'Workspace', passed: 7 },
    ...passed.map(([name, count]) => ({
      scope: 'project' as const,
      location: name,
      name,
      passed: count,
    })),
  ];
}

/** What the design's picture shows. */
export function designHealth(now: number): HealthView {
  return { findings: designFindings(now), groups: groups(PASSED), checkedAt: now - 6_000, checking: false };
}

/** Nothing found. */
export function healthy(now: number, names: string[]): HealthView {
  const all = groups(names.map((name) => [name, 6]));
  return { findings: [], groups: all, checkedAt: now - 6_000, checking: false };
}

/** No environment in many projects. */
export function manyFindings(now: number, names: string[]): HealthView {
  const of = (name: string) =>
    finding(
      'environment-present',
      name,
      'No Python environment yet',
      'The packages this project needs aren’t installed on this machine. Normal after a fresh clone.',
      sync(name, 'Set up', null),
      { severity: 'blocker', at: now },
    );
  const findings = names.filter((_, at) => at % 7 === 0).map(of);
  return { ...healthy(now, names), findings };
}

/** The findings of a view, those that `which` names in another state. */
export function inState(view: HealthView, which: Record<string, FindingState>): HealthView {
  const findings = view.findings.map((one) => ({ ...one, state: which[one.check] ?? one.state }));
  return { ...view, findings };
}

/** The design's findings after all kinds of fixes: one at work, one that did not help, one that did. */
export function afterFixes(now: number): HealthView {
  return inState(designHealth(now), {
    'environment-present': { kind: 'fixing' },
    'environment-in-sync': {
      kind: 'failed',
      error: {
        code: 'toolFailed',
        message: 'uv sync failed: the package index can’t be reached.',
        causes: ['error sending request for url (https://index.example/simple/dagster/)'],
        hints: [{ text: 'Cached packages still install, others wait for the network.', action: null }],
        subject: null,
      },
    },
    'instance-settings': { kind: 'fixed', undo: true },
  });
}

/** What made-up checks that passed say of themselves: what holds, and why it matters. */
const PASSES: Record<HealthGroup['scope'], [string, string][]> = {
  machine: [
    ['uv is installed and answers', 'uv installs Python and packages for each project.'],
    ['There is room on the disk', 'A sync that runs out of it leaves half an environment.'],
    ['The clock is right', 'Certificates are refused by a clock that is days off.'],
  ],
  workspace: [
    ['dg.toml can be read', 'dg and Dagdeck both go by it.'],
    ['The webserver’s port is free', 'Dagster’s webserver prints its address before it binds, then ends.'],
    ['Every listed project is there', 'dg dev stops the whole workspace for one that is missing.'],
  ],
  project: [
    ['The environment’s Python is there and its packages are whole', 'A .venv may exist and hold nothing.'],
    ['The project’s settings can be read', 'uv and dg both stop at a file that breaks the grammar.'],
    ['uv.lock answers pyproject.toml', 'What was added is not installed until the lockfile is remade.'],
  ],
};

/** Says what a fake does with findings. */
export class FakeHealth {
  readonly #read: () => HealthView;
  readonly #show: (view: HealthView) => void;
  readonly #pace: number;

  constructor(read: () => HealthView, show: (view: HealthView) => void, pace: number) {
    this.#read = read;
    this.#show = show;
    this.#pace = pace;
  }

  /** Checks again: what was put right is not shown any more. */
  check(): Record<symbol, never> {
    const view = this.#read();
    this.#show({ ...view, checking: true });
    this.#later(1, () => {
      const findings = this.#read().findings.filter((one) => one.state.kind !== 'fixed');
      this.#show({ ...this.#read(), findings, checkedAt: Date.now(), checking: false });
    });
    return {};
  }

  fix({ fixes }: FixRequest): Record<symbol, never> {
    const findings = fixes.map((one) => one.finding);
    this.settle(findings, { kind: 'fixing' });
    this.#later(4, () => this.settle(findings, { kind: 'fixed', undo: false }));
    return {};
  }

  undo({ findings }: UndoRequest): Record<symbol, never> {
    this.settle(findings, { kind: 'open' });
    return {};
  }

  /** Puts findings in a state. */
  settle(ids: string[], state: FindingState): void {
    const view = this.#read();
    const findings = view.findings.map((one) => (ids.includes(one.id) ? { ...one, state } : one));
    this.#show({ ...view, findings });
  }

  /** Every check: those that found something, and made-up ones that passed. */
  list(): ChecksView {
    const { findings, groups: all, checkedAt } = this.#read();
    const base = { at: checkedAt ?? Date.now(), took: 12 };
    const passed = all.flatMap((group) =>
      Array.from({ length: group.passed }, (_, number): CheckView => {
        const [passes, why] = PASSES[group.scope][number % 3] as [string, string];
        const { scope, location: of } = group;
        return { ...base, id: `passes-${number}`, scope, location: of, passes, why, found: 0 };
      }),
    );
    const found = findings.map(({ check, scope, location: of, why }): CheckView => ({
      ...base,
      id: check,
      scope,
      location: of,
      passes: why,
      why,
      found: 1,
    }));
    return { checks: [...found, ...passed] };
  }

  #later(steps: number, act: () => void): void {
    if (this.#pace > 0) setTimeout(act, this.#pace * steps);
  }
}
