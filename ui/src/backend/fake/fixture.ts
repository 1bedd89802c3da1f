// A made-up workspace for tests and for working in a plain browser.

import type {
  CommandView,
  EnvironmentView,
  Lifecycle,
  LoadError,
  LocationView,
  Operation,
  Readiness,
  ServiceView,
  Snapshot,
  WorkspaceView,
} from '../generated';

export const HOME = '/home/ada';
export const ROOT = `${HOME}/work/acme-data`;
const STATE = `${HOME}/.local/share/dagdeck/acme-data`;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What the real one leaves out of a command to read. */
const NOISE =
  / (--(socket|location-name|output-format)|-w) \S+| --lazy-load-user-code| --no-python-downloads/g;

/** A command line in a folder. */
export function command(folder: string, line: string, environment: [string, string][] = []): CommandView {
  const assigned = environment.map(([name, value]) => `${name}=${value} `).join('');
  const short = line
    .replace(/^\S*\//, '')
    .replace(NOISE, '')
    .replace(/ --python \S*\//, ' --python ');
  return { line, short, folder, environment, shell: `cd ${folder} && ${assigned}${line}` };
}

/** An environment in some state. */
export function environment(folder: string, change: Partial<EnvironmentView> = {}): EnvironmentView {
  const path = `${folder}/.venv`;
  return {
    state: 'ready',
    detail: '101 packages',
    source: 'own',
    path,
    interpreter: `${path}/bin/python`,
    python: '3.12.7',
    pythonSource: '.venv/pyvenv.cfg',
    requiresPython: '>=3.10,<3.15',
    requiresPythonMet: true,
    dagster: '1.13.27',
    packages: 101,
    lockfile: true,
    lockfileFresh: true,
    operation: null,
    checkedByUv: true,
    choices: [
      { source: 'own', path, exists: true, chosen: true },
      { source: 'uvWorkspace', path: `${ROOT}/.venv`, exists: false, chosen: false },
    ],
    ...change,
  };
}

/** A location, stopped and ready to start unless told otherwise. */
export function location(name: string, color: number, change: Partial<LocationView> = {}): LocationView {
  const path = `projects/${name.replaceAll('_', '-')}`;
  const folder = `${ROOT}/${path}`;
  return {
    id: name,
    name,
    path,
    folder,
    module: `${name}.definitions`,
    color,
    environment: environment(folder),
    lifecycle: { state: 'stopped', at: null, by: null },
    readiness: { state: 'unknown' },
    process: null,
    reloading: false,
    runs: 0,
    command: command(
      folder,
      `${folder}/.venv/bin/python -m dagster api grpc --socket ${STATE}/run/${name}-1.sock --lazy-load-user-code --location-name ${name} -m ${name}.definitions`,
      [['DAGSTER_HOME', `${STATE}/instance`]],
    ),
    sync: command(folder, 'uv sync'),
    definitions: null,
    blocked: null,
    autoReload: true,
    managed: true,
    problems: [],
    log: `location:${name}`,
    ...change,
  };
}

/** A service, stopped unless told otherwise. */
export function service(name: ServiceView['name'], change: Partial<ServiceView> = {}): ServiceView {
  const folder = `${ROOT}/deployments/local`;
  const program = name === 'webserver' ? 'dagster_webserver -h 127.0.0.1 -p 3000' : 'dagster._daemon run';
  return {
    name,
    lifecycle: { state: 'stopped', at: null, by: null },
    process: null,
    command: command(folder, `${folder}/.venv/bin/python -m ${program} -w ${STATE}/workspace.yaml`),
    url: name === 'webserver' ? 'http://127.0.0.1:3000' : null,
    blocked: null,
    log: `service:${name}`,
    ...change,
  };
}

/** What two Definitions in one module look like. */
export function loadError(at: number): LoadError {
  const file = `${ROOT}/projects/data-science/src/data_science/definitions.py`;
  const message =
    'Cannot have more than one Definitions object defined at module scope. Found Definitions objects: data_science.definitions.defs, data_science.definitions.legacy_defs';
  return {
    title: 'Two Definitions objects in one module',
    explanation:
      'Dagster reads exactly one Definitions object from each module. This one now has two, and Dagster won’t guess which one is meant. An imported object counts the same as one written there.',
    hints: [
      {
        text: 'Keep one of them, or merge both with dg.Definitions.merge(a, b).',
        action: { kind: 'openFile', subject: { path: file, line: 4, column: null } },
      },
      {
        text: 'Check before reloading:',
        action: { kind: 'copyCommand', command: 'uv run dg check defs', short: null, folder: null },
      },
    ],
    class: 'dagster._core.errors.DagsterInvariantViolationError',
    message,
    frames: [
      frame(
        '.venv/lib/python3.11/site-packages/dagster/_grpc/server.py',
        421,
        '__init__',
        'self._loaded_repositories = LoadedRepositories(',
        false,
      ),
      frame(
        '.venv/lib/python3.11/site-packages/dagster/_core/workspace/autodiscovery.py',
        83,
        'loadable_targets_from_python_module',
        null,
        false,
      ),
    ],
    place: {
      subject: { path: file, line: 4, column: null },
      function: '<module>',
      code: 'from data_science.legacy import legacy_defs',
      own: true,
    },
    excerpt: {
      first: 2,
      lines: [
        'import dagster as dg',
        '',
        'from data_science.legacy import legacy_defs',
        '',
        'defs = dg.Definitions(assets=dg.load_assets_from_modules([models, features, training]))',
      ],
    },
    text: `dagster._core.errors.DagsterInvariantViolationError: ${message}\n\nStack Trace:\n  File "dagster/_grpc/server.py", line 421, in __init__\n    self._loaded_repositories = LoadedRepositories(\n`,
    at,
  };
}

function frame(path: string, line: number, name: string, code: string | null, own: boolean) {
  const folder = `${ROOT}/projects/data-science`;
  return { subject: { path: `${folder}/${path}`, line, column: null }, function: name, code, own };
}

function running(since: number, took: number): { lifecycle: Lifecycle; readiness: Readiness } {
  return { lifecycle: { state: 'running', since }, readiness: { state: 'ready', at: since + took, took } };
}

/** The six locations of the design, one in each kind of state. */
export function designLocations(now: number): LocationView[] {
  const counts = { assets: 84, checks: 6, jobs: 12, schedules: 9, sensors: 3, resources: 4 };
  const started = now - 2 * HOUR - 14 * MINUTE;
  const few = (assets: number) => ({ assets, checks: 0, jobs: 2, schedules: 1, sensors: 0, resources: 1 });
  return [
    location('data_engineering', 1, {
      ...running(started, 4900),
      process: { pid: 41702, address: `${STATE}/run/data_engineering.sock`, startedAt: started },
      definitions: { counts, readAt: started, live: true },
      runs: 1,
    }),
    location('data_science', 3, {
      lifecycle: { state: 'running', since: now - 6 * MINUTE },
      readiness: { state: 'loadError', error: loadError(now - 17_000), stillServing: null },
      process: { pid: 41861, address: `${STATE}/run/data_science.sock`, startedAt: now - 6 * MINUTE },
      definitions: { counts: few(31), readAt: now - 6 * MINUTE, live: false },
      environment: environment(`${ROOT}/projects/data-science`, {
        python: '3.11.9',
        packages: 134,
        detail: '134 packages',
      }),
    }),
    location('marketing', 2, {
      lifecycle: {
        state: 'starting',
        phase: 'importing',
        since: now - 3400,
        phaseSince: now - 3100,
        usual: 5200,
      },
      readiness: { state: 'loading' },
      process: { pid: 42377, address: null, startedAt: now - 3400 },
      definitions: { counts: few(46), readAt: now - 3 * HOUR, live: false },
      environment: environment(`${ROOT}/projects/marketing`, { packages: 112, detail: '112 packages' }),
    }),
    location('finance', 4, {
      lifecycle: { state: 'stopped', at: now - 20 * HOUR, by: 'person' },
      definitions: { counts: few(22), readAt: now - 21 * HOUR, live: false },
      environment: environment(`${ROOT}/projects/finance`, { packages: 98, detail: '98 packages' }),
    }),
    location('customer_support', 5, {
      lifecycle: { state: 'stopped', at: now - 9 * 24 * HOUR, by: 'closing' },
      blocked: 'sync it to start',
      definitions: { counts: few(17), readAt: now - 9 * 24 * HOUR, live: false },
      environment: environment(`${ROOT}/projects/customer-support`, {
        state: 'outOfSync',
        detail: '8 packages differ',
        dagster: '1.13.24',
        lockfileFresh: true,
      }),
    }),
    location('ml_platform', 6, {
      blocked: 'it has no environment yet',
      environment: environment(`${ROOT}/projects/ml-platform`, {
        state: 'missing',
        detail: 'new in this checkout',
        interpreter: null,
        python: null,
        requiresPython: '>=3.10',
        requiresPythonMet: null,
        dagster: null,
        packages: null,
        choices: [{ source: 'own', path: `${ROOT}/projects/ml-platform/.venv`, exists: false, chosen: true }],
      }),
    }),
  ];
}

function operations(now: number): Operation[] {
  const folder = `${ROOT}/projects/data-science`;
  const base = {
    cause: null,
    location: null,
    log: null,
    state: { state: 'succeeded' } as const,
    progress: null,
    tail: [],
    cancellable: false,
  };
  return [
    {
      ...base,
      id: 6,
      title: 'Starting marketing',
      command: location('marketing', 2).command,
      startedAt: now - 3100,
      took: null,
      state: { state: 'running' },
      location: 'marketing',
      log: 'location:marketing',
    },
    {
      ...base,
      id: 5,
      title: 'data_science reloaded with a load error',
      command: null,
      cause: 'file changed: src/data_science/definitions.py',
      startedAt: now - 17_000,
      took: 2400,
      state: { state: 'failed', reason: 'Two Definitions objects in one module' },
      location: 'data_science',
    },
    {
      ...base,
      id: 4,
      title: 'Synced data_science',
      command: command(folder, 'uv sync'),
      startedAt: now - 6 * MINUTE,
      took: 11_800,
      location: 'data_science',
    },
    {
      ...base,
      id: 3,
      title: 'Started the webserver',
      command: service('webserver').command,
      startedAt: now - 134 * MINUTE,
      took: 2200,
    },
    {
      ...base,
      id: 2,
      title: 'Started data_engineering',
      command: location('data_engineering', 1).command,
      startedAt: now - 134 * MINUTE,
      took: 4900,
      location: 'data_engineering',
    },
    {
      ...base,
      id: 1,
      title: 'Checked 6 environments',
      command: command(ROOT, 'uv sync --check --output-format json --no-python-downloads'),
      startedAt: now - 135 * MINUTE,
      took: 900,
    },
  ];
}

/** A workspace around some locations. */
export function workspace(locations: LocationView[], change: Partial<WorkspaceView> = {}): WorkspaceView {
  const folder = `${ROOT}/deployments/local`;
  return {
    root: ROOT,
    name: 'acme-data',
    kind: 'dgWorkspace',
    config: `${ROOT}/dg.toml`,
    trusted: true,
    trustPlan: {
      steps: [
        {
          title: 'Asks uv whether each environment is in sync',
          when: 'at once',
          command: command(folder, 'uv sync --check --output-format json --no-python-downloads'),
          more: locations.length,
        },
        ...locations.slice(0, 1).map((one) => ({
          title: 'Starts a code server, which imports the project’s code',
          when: 'when you press Launch',
          command: one.command ?? command(folder, 'python'),
          more: locations.length - 1,
        })),
        {
          title: 'Starts the webserver',
          when: 'when you press Launch',
          command: service('webserver').command ?? command(folder, 'python'),
          more: 0,
        },
        {
          title: 'Starts the daemon',
          when: 'when you press Launch',
          command: service('daemon').command ?? command(folder, 'python'),
          more: 0,
        },
      ],
      concerns: [
        {
          kind: 'runsAtInstall',
          subject: { path: `${ROOT}/projects/etl/setup.py`, line: null, column: null },
          message: 'Runs as soon as the project is installed.',
        },
        {
          kind: 'directReference',
          subject: { path: `${ROOT}/projects/etl/pyproject.toml`, line: 14, column: null },
          message: 'Installs shared straight from a git address, not from a package index.',
        },
        {
          kind: 'variables',
          subject: { path: `${ROOT}/.env`, line: null, column: null },
          message:
            'Puts 6 variables into the environment of what is started, among them AWS_ACCESS_KEY_ID, SNOWFLAKE_PASSWORD, DAGSTER_HOME.',
        },
      ],
    },
    problems: [],
    locations,
    webserver: service('webserver'),
    daemon: service('daemon'),
    deployment: {
      path: 'deployments/local',
      origin: 'deployments/local',
      environment: environment(folder),
      toBeMade: false,
      sync: command(folder, 'uv sync --compile-bytecode'),
    },
    instance: { path: `${STATE}/instance`, source: 'dagdeck', problem: null },
    launch: {
      active: false,
      since: null,
      took: null,
      at: null,
      startable: locations.filter((one) => one.blocked === null).map((one) => one.id),
      blocked: locations.filter((one) => one.blocked !== null).map((one) => one.id),
      settled: 0,
    },
    nearby: [],
    watching: { folders: 38, limited: null },
    ...change,
  };
}

/** A whole snapshot around a workspace, or around none. */
export function snapshot(open: WorkspaceView | null, now = Date.now()): Snapshot {
  return {
    revision: 1,
    version: '0.1.0',
    platform: 'linux',
    home: HOME,
    machine: {
      checkedAt: now,
      tools: [
        {
          name: 'uv',
          state: 'ready',
          version: '0.13.8',
          path: `${HOME}/.local/bin/uv`,
          purpose: 'Installs Python and packages for each project',
          install: null,
        },
        {
          name: 'python',
          state: 'ready',
          version: '3.12.7, 3.11.9',
          path: null,
          purpose: 'Managed by uv, your system Python is not touched',
          install: null,
        },
        {
          name: 'git',
          state: 'notFound',
          version: null,
          path: null,
          purpose: 'Needed only to clone a workspace',
          install: 'sudo apt-get install git',
        },
      ],
    },
    recent: [
      { path: ROOT, name: 'acme-data', openedAt: now, state: 'running', detail: '4 of 6 running' },
      {
        path: `${HOME}/work/growth-sandbox`,
        name: 'growth-sandbox',
        openedAt: now - 24 * HOUR,
        state: 'stopped',
        detail: 'Stopped, 3 locations',
      },
      {
        path: `${HOME}/clients/northwind-etl`,
        name: 'northwind-etl',
        openedAt: now - 8 * 24 * HOUR,
        state: 'attention',
        detail: '1 environment out of sync',
      },
      {
        path: `${HOME}/learn/dagster-course`,
        name: 'dagster-course',
        openedAt: now - 17 * 24 * HOUR,
        state: 'missing',
        detail: 'Folder moved or deleted',
      },
    ],
    settings: {
      theme: 'system',
      port: 3000,
      autoReload: true,
      close: 'ask',
      dagsterTelemetry: false,
      letterKeys: true,
      uv: '',
      wrapLogs: false,
      editor: '',
    },
    workspace: open,
    health: { findings: [], groups: [], checkedAt: null, checking: false },
    creation: null,
    operations: open?.trusted ? operations(now) : [],
    notices: [],
  };
}
