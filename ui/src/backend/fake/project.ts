// What a made-up project holds: its definitions, files and packages, and what changing them would do.

import type { Answers } from './answers';
import { command } from './fixture';

/** The commands that ask about the inside of a project. */
type Asking =
  | 'location_definitions'
  | 'location_requirements'
  | 'location_files'
  | 'packages_plan'
  | 'definition_types'
  | 'definition_form'
  | 'scaffold_plan';

/** The same for every project: nothing here depends on which one is asked about. */
export const PROJECT_ANSWERS: Pick<Answers, Asking> = {
  location_definitions: () => ({
    assets: Array.from({ length: 84 }, (_, at) => `warehouse/${at % 3 ? 'stg' : 'fct'}_orders_${at}`),
    checks: ['fct_orders_0: not_null_id', 'fct_orders_0: fresh'],
    jobs: ['orders_hourly', 'retrain_weekly'],
    schedules: ['orders_hourly_schedule'],
    sensors: ['raw_orders_landed'],
    resources: ['warehouse', 's3'],
  }),
  location_requirements: () => ({
    packages: ['dagster==1.13.27', 'pandas[excel]>=2'],
    dev: ['dagster-dg-cli', 'dagster-webserver'],
  }),
  location_files: () => ({
    cut: false,
    files: [
      ['pyproject.toml', 'project settings', 1_240],
      ['src/data_science/__init__.py', null, 0],
      ['src/data_science/definitions.py', 'definitions', 412],
      ['src/data_science/forecasting/assets.py', null, 14_233],
      ['tests/test_assets.py', null, 2_210],
      ['uv.lock', 'lockfile', 412_000],
    ].map(([path, role, bytes]) => ({
      path: path as string,
      role: role as string | null,
      bytes: bytes as number,
      modifiedAt: Date.now() - 3_600_000,
    })),
  }),
  packages_plan: ({ locations, change }) => ({
    basis: `packages of ${JSON.stringify({ locations, change })}`,
    projects: locations.map((location) => {
      const word =
        change.kind === 'add' ? change.requirement : change.kind === 'remove' ? change.package : 'dagster';
      const nonsense = word.includes(' ');
      const folder = `/Users/you/work/acme-data/projects/${location}`;
      const line = `uv ${change.kind === 'remove' ? 'remove' : 'add'} --no-sync -- ${word}`;
      return {
        location,
        fault: nonsense
          ? {
              code: 'toolFailed' as const,
              message: `${word} is no package`,
              causes: [],
              hints: [],
              subject: null,
            }
          : null,
        command: nonsense ? null : command(folder, line),
        edits: nonsense
          ? []
          : [{ path: `${folder}/pyproject.toml`, diff: [' dependencies = [', `+    "${word}",`, ' ]'] }],
        locked: nonsense ? [] : [{ name: word, from: null, to: '4.16.0' }],
      };
    }),
  }),
  definition_types: () => ({
    folder: 'src/data_science/defs',
    types: [
      [
        'dagster.asset',
        'Asset',
        'A table, file or model that your code makes and keeps up to date.',
        'assets.py',
      ],
      ['dagster.asset_check', 'Asset check', 'A test of an asset’s content.', 'asset_checks.py'],
      ['dagster.PythonScriptComponent', 'PythonScriptComponent', 'A Python script and its assets.', 'script'],
    ].map(([key, title, summary, path]) => ({
      key: key as string,
      title: title as string,
      summary: summary as string,
      path: path as string,
      python: (path as string).endsWith('.py'),
    })),
  }),
  definition_form: ({ key }) => ({
    params: key.endsWith('check')
      ? [
          {
            name: 'asset_key',
            title: 'Asset Key',
            description: '',
            required: true,
            kind: 'text',
            choices: [],
            default: null,
          },
        ]
      : [],
  }),
  scaffold_plan: ({ key, path, params }) => {
    const missing = key.endsWith('check') && !params.asset_key;
    const fault = missing
      ? 'Asset Key is needed.'
      : path.startsWith('assets/')
        ? 'assets.py is there already. Python would find only one of assets.py and assets/.'
        : null;
    const basis = `definition ${key} at ${path}`;
    if (fault !== null) return { fault, command: null, files: [], basis };
    const name = path.replace(/\.py$/, '');
    const text = `import dagster as dg\n\n\n@dg.asset\ndef ${name}(context: dg.AssetExecutionContext) -> dg.MaterializeResult: ...\n`;
    const folder = '/Users/you/work/acme-data/projects/data-science';
    const line = `.venv/bin/python -m dagster_dg_cli.cli scaffold defs ${key} ${path}`;
    return {
      fault,
      command: command(folder, line),
      files: [{ path: `src/data_science/defs/${path}`, text }],
      basis,
    };
  },
};
