// Creating, made up: checks names, plans, and plays the steps with time.

import type {
  CreateForm,
  CreateFormRequest,
  CreatePlan,
  CreateRemark,
  CreateSpec,
  Creation,
  CreationState,
  CreationStep,
  DagsterVersions,
  Event,
  PlannedFile,
  PlannedStep,
  Snapshot,
} from '../generated';
import type { AnswersOf } from './answers';
import { command, HOME } from './fixture';

const NEWEST = '1.13.27';
const UV = `${HOME}/.local/bin/uv`;
const PYTHONS = [
  {
    version: '3.12.7',
    path: `${HOME}/.local/share/uv/python/cpython-3.12.7-linux-x86_64-gnu/bin/python3.12`,
  },
  { version: '3.11.9', path: '/usr/bin/python3.11' },
  { version: '3.13.1', path: null },
  { version: '3.10.16', path: null },
];

/** What a step prints, as recorded from uv 0.13.8 and create-dagster 1.13.27. */
const PRINTED: Record<string, string[]> = {
  'Make workspace files': ['Scaffolded files for Dagster workspace at {folder}.'],
  'Make project files': [
    'Creating a Dagster project at {folder}.',
    'Scaffolded files for Dagster project at {folder}.',
  ],
  'Install packages': [
    'Using CPython 3.12.7',
    'Creating virtual environment at: .venv',
    'Resolved 119 packages in 3.44s',
    '   Building inventory @ file://{folder}',
    '      Built inventory @ file://{folder}',
    'Downloading sqlalchemy (3.2MiB)',
    'Downloading grpcio (5.9MiB)',
    'Downloading pygments (1.2MiB)',
    'Downloading uvloop (1.4MiB)',
    ' Downloaded pygments',
    ' Downloaded sqlalchemy',
    ' Downloaded uvloop',
    'Downloading dagster-webserver (12.6MiB)',
  ],
};

const REFUSED = [
  'Resolved 119 packages in 3.44s',
  'Downloading grpcio (5.9MiB)',
  'error: Failed to fetch: `https://files.pythonhosted.org/packages/grpcio-1.85.1.whl`',
  '  Caused by: error sending request for url',
  '  Caused by: tcp connect error',
  '  Caused by: Connection refused (os error 111)',
];

/** What creating needs of the backend around it. */
interface Host {
  snapshot: Snapshot;
  emit(event: Event): void;
}

/** The made-up creator. */
export class FakeCreate {
  /** How the index is: `whole`, with a half-published release on top, away, or slow. */
  index: 'whole' | 'partial' | 'away' | 'slow' = 'partial';
  /** The step that fails, from 0; -1 for none. */
  failsAt = -1;
  /** How long an answer to `create_plan` takes, in ms, by the name asked for. */
  delays: Record<string, number> = {};
  readonly #host: Host;
  readonly #pace: number;
  #run = 0;

  constructor(host: Host, pace: number) {
    this.#host = host;
    this.#pace = pace;
  }

  readonly answers: AnswersOf<'create'> = {
    create_form: (request) => this.#form(request),
    create_versions: () => this.#versions(),
    create_plan: async (spec) => {
      const delay = this.delays[spec.name] ?? 0;
      if (delay > 0) await new Promise((done) => setTimeout(done, delay));
      return planOf(spec, this.index === 'away' ? '' : NEWEST);
    },
    create_start: ({ spec }) => this.#play(planOf(spec), 0),
    create_retry: () => this.#retry(),
    create_cancel: () => this.#cancel(),
    create_remove: () => this.#tell(null),
    create_dismiss: () => this.#tell(null),
  };

  #form({ kind, parent }: CreateFormRequest): CreateForm {
    const open = this.#host.snapshot.workspace;
    const workspace = kind === 'project' && open?.kind === 'dgWorkspace' ? open.root : null;
    return {
      workspace,
      pythons: PYTHONS,
      blocked: null,
      spec: {
        kind,
        parent: workspace ?? parent ?? `${HOME}/Dagster`,
        name:
          kind === 'workspace' ? 'my-workspace' : workspace === null ? 'my-project' : 'projects/my-project',
        dagster: '',
        python: null,
        firstProject: kind === 'workspace' ? 'my-project' : null,
        git: kind === 'workspace',
        sync: true,
        trust: false,
      },
    };
  }

  async #versions(): Promise<DagsterVersions> {
    const used = this.#host.snapshot.workspace === null ? [] : [NEWEST, '1.12.22'];
    if (this.index === 'slow') await new Promise(() => {});
    if (this.index === 'away') {
      return {
        newest: null,
        skipped: null,
        used,
        unreachable: {
          code: 'toolFailed',
          message: 'The package index can’t be reached',
          causes: ['Connection refused (os error 111)'],
          hints: [{ text: 'Check the network, or the proxy in HTTPS_PROXY, then ask again.', action: null }],
          subject: null,
        },
      };
    }
    const missing = ['dagster-dg-cli', 'dagster-webserver'];
    const skipped = this.index === 'partial' ? { version: '1.13.29', missing } : null;
    return { newest: NEWEST, skipped, used, unreachable: null };
  }

  /** Plays the steps from one on. */
  #play(plan: CreatePlan, from: number): Record<symbol, never> {
    const run = (this.#run += 1);
    const at = (step: number) => {
      if (run !== this.#run) return;
      const done = step >= plan.steps.length;
      const fails = step === this.failsAt;
      this.#tell(creationOf(plan, Date.now(), step, done ? 'succeeded' : 'running'));
      if (done || this.#pace === 0) return;
      setTimeout(() => {
        if (run !== this.#run) return;
        if (!fails) return at(step + 1);
        this.failsAt = -1;
        this.#tell(creationOf(plan, Date.now(), step, 'failed'));
      }, this.#pace * 3);
    };
    at(from);
    return {};
  }

  /** Goes a step on, where none goes by itself. */
  advance(state: CreationState = 'running'): void {
    const creation = this.#host.snapshot.creation;
    if (creation === null) return;
    const step = creation.steps.filter((one) => one.state === 'succeeded').length;
    const to = state === 'running' ? step + 1 : step;
    const ended = to >= creation.steps.length ? 'succeeded' : state;
    this.#tell(creationOf(planOf(creation.spec), Date.now(), to, ended));
  }

  #retry(): Record<symbol, never> {
    const creation = this.#host.snapshot.creation;
    if (creation === null) return {};
    const step = creation.steps.findIndex((one) => one.state !== 'succeeded');
    return this.#play(planOf(creation.spec), step);
  }

  #cancel(): Record<symbol, never> {
    this.#run += 1;
    this.advance('cancelled');
    return {};
  }

  #tell(creation: Creation | null): Record<symbol, never> {
    this.#host.snapshot = { ...this.#host.snapshot, creation };
    this.#host.emit({ kind: 'creationChanged', creation });
    return {};
  }
}

function said(field: CreateRemark['field'], message: string, instead: string | null = null): CreateRemark {
  return { field, message, blocks: true, instead };
}

function named(field: 'name' | 'firstProject', name: string, taken: string[]): CreateRemark[] {
  const leaf = name.split('/').at(-1) ?? '';
  if (leaf === '') return [said(field, 'It needs a name.')];
  const better = leaf.replace(/[^\w-]+/g, '_').replace(/^(\d)/, '_$1');
  if (better !== leaf) {
    return [said(field, `${leaf} can’t be the name of a Python package.`, name.replace(leaf, better))];
  }
  if (leaf === 'json')
    return [said(field, 'json is a module of Python itself; the project would hide it.', 'json_project')];
  if (taken.includes(leaf)) return [said(field, `There is already something called ${leaf}.`, `${name}-2`)];
  return [];
}

/** What would happen. */
export function planOf(asked: CreateSpec, newest = NEWEST): CreatePlan {
  const spec = {
    ...asked,
    parent: asked.parent.replace(/^~(?=\/|$)/, HOME),
    dagster: asked.dagster || newest,
    python: asked.python ?? '3.12.7',
  };
  const isProject = spec.kind === 'project';
  const remarks = named('name', spec.name, isProject ? ['data-science', 'data-engineering'] : ['acme-data']);
  if (spec.firstProject !== null && !isProject) remarks.push(...named('firstProject', spec.firstProject, []));
  if (!/^(\/|~)/.test(spec.parent)) remarks.push(said('parent', 'It needs a whole path, such as ~/work.'));
  if (spec.dagster === '') remarks.push(said('dagster', 'No Dagster version is known: choose one.'));
  else if (/^1\.13\.(28|29)$/.test(spec.dagster)) {
    const message = `dagster-dg-cli and dagster-webserver are not published at ${spec.dagster} yet.`;
    remarks.push(said('dagster', message, NEWEST));
  } else if (!/^\d+\.\d+\.\d+$/.test(spec.dagster)) {
    remarks.push(said('dagster', `${spec.dagster} is no version of Dagster.`, NEWEST));
  }
  const folder = `${spec.parent}/${spec.name}`;
  const project = isProject ? (spec.name.split('/').at(-1) ?? '') : spec.firstProject;
  return {
    spec,
    remarks,
    folder,
    package: project?.replaceAll('-', '_') ?? null,
    location: project,
    steps: steps(spec, folder),
    files: isProject
      ? projectFiles(`${spec.name}/`, project ?? '', spec.sync)
      : workspaceFiles(spec, `${spec.name}/`),
    edits: isProject
      ? [
          {
            path: `${spec.parent}/dg.toml`,
            diff: [
              ' [[workspace.projects]]',
              ' path = "projects/ml-platform"',
              ' ',
              '+[[workspace.projects]]',
              `+path = "${spec.name}"`,
            ],
          },
        ]
      : [],
    basis: `creation of ${folder}`,
  };
}

function steps(spec: CreateSpec, folder: string): PlannedStep[] {
  const python = PYTHONS.find((one) => one.version === spec.python)?.path ?? spec.python;
  const create = `${UV} tool run --python ${python} --from create-dagster==${spec.dagster} create-dagster`;
  const quiet: [string, string][] = [['DAGSTER_DG_UPDATE_CHECK_ENABLED', '0']];
  const sync = `${UV} sync --compile-bytecode --python ${python}`;
  const install = (at: string, title: string, note: string) => ({ title, note, command: command(at, sync) });
  if (spec.kind === 'project') {
    const note = 'Writes the project’s files and adds it to dg.toml';
    const line = `${create} project ${spec.name} --no-uv-sync`;
    const list: PlannedStep[] = [
      { title: 'Make project files', note, command: command(spec.parent, line, quiet) },
    ];
    if (spec.sync)
      list.push(install(folder, 'Install packages', 'Makes .venv and installs 101 packages into it'));
    return list;
  }
  const list: PlannedStep[] = [
    {
      title: 'Make workspace files',
      note: 'Writes dg.toml and the environment that the webserver runs from',
      command: command(spec.parent, `${create} workspace ${spec.name} --no-uv-sync`, quiet),
    },
  ];
  if (spec.firstProject !== null) {
    const line = `${create} project projects/${spec.firstProject} --no-uv-sync`;
    const note = 'Writes the project’s files and adds it to dg.toml';
    list.push({ title: 'Make project files', note, command: command(folder, line, quiet) });
  }
  if (spec.git) {
    list.push(
      { title: 'Write .gitignore', note: 'Leaves out environments and what Python caches', command: null },
      { title: 'Make a git repository', note: 'Commits nothing', command: command(folder, 'git init') },
    );
  }
  if (spec.sync) {
    const at = `${folder}/deployments/local`;
    list.push(install(at, 'Install the webserver', 'Makes .venv and installs 100 packages into it'));
    if (spec.firstProject !== null) {
      const own = `${folder}/projects/${spec.firstProject}`;
      list.push(install(own, 'Install packages', 'Makes .venv and installs 101 packages into it'));
    }
  }
  return list;
}

function workspaceFiles(spec: CreateSpec, root: string): PlannedFile[] {
  const files: [string, string][] = [
    ['', ''],
    ['.gitignore', 'what git leaves out'],
    ['dg.toml', 'the list of projects'],
    ['deployments/', ''],
    ['deployments/local/', ''],
    ['deployments/local/pyproject.toml', 'what the webserver runs from'],
    ['deployments/local/.venv/', '100 packages'],
    ['projects/', 'your projects'],
  ];
  const list = files
    .filter(([path]) => (path !== '.gitignore' || spec.git) && (!path.endsWith('.venv/') || spec.sync))
    .map(([path, note]) => ({ path: root + path, note }));
  const first = spec.firstProject;
  return first === null ? list : [...list, ...projectFiles(`${root}projects/${first}/`, first, spec.sync)];
}

function projectFiles(root: string, name: string, sync: boolean): PlannedFile[] {
  const own = name.replaceAll('-', '_');
  const files: [string, string][] = [
    ['', ''],
    ['pyproject.toml', 'name, dependencies'],
    ['src/', ''],
    [`src/${own}/`, ''],
    [`src/${own}/__init__.py`, ''],
    [`src/${own}/definitions.py`, 'what Dagster loads'],
    [`src/${own}/defs/`, 'your assets go here'],
    [`src/${own}/defs/__init__.py`, ''],
    ['tests/', ''],
    ['tests/__init__.py', ''],
    ['.dg/', ''],
    ['.dg/telemetry.yaml', 'an id for Dagster’s usage statistics'],
  ];
  if (sync) files.push(['uv.lock', 'exact versions'], ['.venv/', '101 packages']);
  return files.map(([path, note]) => ({ path: root + path, note }));
}

/** A creation that has come to a step. */
export function creationOf(plan: CreatePlan, now: number, step: number, state: CreationState): Creation {
  const took = (at: number) => [4_200, 900, 100, 300, 9_600, 14_300][at % 6] ?? 1_000;
  const steps = plan.steps.map(({ title, command }, at): CreationStep => {
    const printed = (PRINTED[title] ?? []).map((line) => line.replace('{folder}', plan.folder));
    const stopped = state === 'failed' || state === 'cancelled' ? state : 'running';
    const how = at < step ? 'succeeded' : at > step ? 'waiting' : stopped;
    const ended = at < step || (at === step && state !== 'running');
    const installs = title.startsWith('Install');
    return {
      title,
      command,
      state: how,
      startedAt: at > step ? null : now - (how === 'running' ? 9_600 : 20_000),
      took: ended ? took(at) : null,
      progress:
        how === 'running' && installs ? { words: 'Fetching dagster-webserver', done: 87, total: 118 } : null,
      tail: at > step ? [] : how === 'failed' ? REFUSED : printed,
    };
  });
  return {
    spec: plan.spec,
    folder: plan.folder,
    root: plan.spec.kind === 'project' && plan.edits.length > 0 ? plan.spec.parent : plan.folder,
    state,
    steps,
    made: step > 0 ? [plan.folder] : [],
    failure:
      state === 'failed'
        ? {
            code: 'toolFailed',
            message: 'The package index can’t be reached',
            causes: ['tcp connect error: Connection refused (os error 111)'],
            hints: [{ text: 'Check the network or the proxy, then try this step again.', action: null }],
            subject: null,
          }
        : null,
    next:
      state === 'succeeded'
        ? [
            {
              text: 'Add an asset. This writes one file that you then fill in:',
              action: {
                kind: 'copyCommand',
                command: `cd ${plan.folder} && uv run dg scaffold defs dagster.asset assets.py`,
                short: 'uv run dg scaffold defs dagster.asset assets.py',
                folder: plan.folder,
              },
            },
          ]
        : [],
  };
}
