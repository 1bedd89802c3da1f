// Snapshots to look at: each shows one screen or state.

import type { Creation, HealthView, LocationView, Snapshot } from '../generated';
import { creationOf, planOf } from './create';
import { designLocations, environment, HOME, location, ROOT, service, snapshot, workspace } from './fixture';
import { afterFixes, designHealth, healthy, manyFindings } from './health';

const MANY = [
  'ingest',
  'orders',
  'billing',
  'crm',
  'web',
  'ads',
  'search',
  'risk',
  'stock',
  'hr',
  'legal',
  'lab',
];

function designWorkspace(now: number) {
  const since = now - 134 * 60_000;
  return workspace(designLocations(now), {
    webserver: service('webserver', {
      lifecycle: { state: 'running', since },
      process: { pid: 41650, address: '127.0.0.1:3000', startedAt: since },
    }),
    daemon: service('daemon', {
      lifecycle: { state: 'running', since },
      process: { pid: 41655, address: null, startedAt: since },
    }),
  });
}

function allStates(now: number): LocationView[] {
  const folder = `${ROOT}/projects/x`;
  return [
    ...designLocations(now),
    location('payments', 7, {
      lifecycle: { state: 'stopping', since: now - 12_000 },
      process: { pid: 5, address: null, startedAt: now - 90_000 },
    }),
    location('ledger', 8, {
      lifecycle: {
        state: 'crashed',
        reason: 'ended with code 137, out of memory',
        refusal: null,
        at: now - 90_000,
        retryAt: null,
        lastLines: ['MemoryError'],
      },
    }),
    location('partners', 1, { managed: false, readiness: { state: 'ready', at: now, took: 0 } }),
    location('legacy_etl', 2, {
      environment: environment(folder, {
        state: 'broken',
        detail: 'its Python 3.11.4 was removed',
        interpreter: null,
      }),
      blocked: 'its environment is broken',
    }),
    location('forecast', 3, {
      environment: environment(folder, { state: 'syncing', detail: '87 of 118' }),
      blocked: 'its environment is being synced',
    }),
  ];
}

/** Something being made, as far as a step, in a workspace or on the welcome screen. */
function making(
  now: number,
  kind: 'workspace' | 'project',
  step: number,
  state: Creation['state'],
): Snapshot {
  const before = kind === 'project' ? snapshot(designWorkspace(now), now) : snapshot(null, now);
  const name = kind === 'project' ? 'projects/inventory' : 'analytics';
  const plan = planOf({
    kind,
    parent: kind === 'project' ? ROOT : `${HOME}/Dagster`,
    name,
    dagster: '',
    python: null,
    firstProject: kind === 'workspace' ? 'inventory' : null,
    git: kind === 'workspace',
    sync: true,
    trust: false,
  });
  return { ...before, creation: creationOf(plan, now, step, state) };
}

/** The design's workspace with its findings. */
function designSnapshot(now: number): Snapshot {
  return { ...snapshot(designWorkspace(now), now), health: designHealth(now) };
}

/** A snapshot with what checks of its locations would find. */
function withHealth(before: Snapshot, health: (names: string[]) => HealthView): Snapshot {
  return { ...before, health: health(before.workspace?.locations.map((one) => one.name) ?? []) };
}

/** The named snapshots. */
export const scenes: Record<string, (now: number) => Snapshot> = {
  welcome: (now) => snapshot(null, now),
  overview: (now) => designSnapshot(now),
  // Who runs each of these is what is to be seen (owner.ts).
  gone: (now) => designSnapshot(now),
  other: (now) => snapshot(null, now),
  terminals: (now) => designSnapshot(now),
  differs: (now) => designSnapshot(now),
  checking: (now) => ({
    ...designSnapshot(now),
    health: { findings: [], groups: [], checkedAt: null, checking: true },
  }),
  fixing: (now) => ({ ...designSnapshot(now), health: afterFixes(now) }),
  'health-untrusted': (now) => {
    const design = designSnapshot(now);
    const open = design.workspace;
    return { ...design, workspace: open === null ? null : { ...open, trusted: false } };
  },
  trust: (now) =>
    snapshot(
      workspace(
        designLocations(now)
          .slice(0, 3)
          .map((one) => ({
            ...one,
            lifecycle: { state: 'stopped' as const, at: null, by: null },
            readiness: { state: 'unknown' as const },
            process: null,
            definitions: null,
          })),
        { trusted: false },
      ),
      now,
    ),
  ready: (now) =>
    withHealth(
      snapshot(
        workspace([location('data_engineering', 1), location('data_science', 2), location('finance', 3)]),
        now,
      ),
      (names) => healthy(now, names),
    ),
  moved: (now) => {
    const gone = location('old-pipeline', 2, {
      path: 'projects/pipeline',
      folder: `${ROOT}/projects/pipeline`,
      environment: environment(`${ROOT}/projects/pipeline`, {
        state: 'missing',
        detail: 'new in this checkout',
      }),
      sync: null,
      blocked: 'dg.toml lists "projects/pipeline", but that folder does not exist.',
      problems: [
        {
          code: 'project-folder-missing',
          severity: 'blocker',
          message: 'dg.toml lists "projects/pipeline", but that folder does not exist.',
          hint: 'Correct the path, or remove the entry.',
          subject: { path: `${ROOT}/dg.toml`, line: 7, column: 8 },
          excerpt: 'path = "projects/pipeline"',
          location: 'old-pipeline',
        },
      ],
    });
    return snapshot(workspace([location('data_engineering', 1), gone]), now);
  },
  states: (now) => snapshot(workspace(allStates(now)), now),
  many: (now) =>
    withHealth(
      snapshot(
        workspace(
          Array.from({ length: 1000 }, (_, at) =>
            location(
              `${MANY[at % MANY.length]}_${at}`,
              (at % 8) + 1,
              at % 7 === 0
                ? {
                    blocked: 'it has no environment yet',
                    environment: environment(ROOT, {
                      state: 'missing',
                      detail: 'new in this checkout',
                      python: null,
                      dagster: null,
                    }),
                  }
                : {},
            ),
          ),
        ),
        now,
      ),
      (names) => manyFindings(now, names),
    ),
  dozen: (now) =>
    snapshot(
      workspace([
        ...allStates(now),
        ...Array.from({ length: 7 }, (_, at) => location(`extra_${at}`, (at % 8) + 1)),
      ]),
      now,
    ),
  creating: (now) => making(now, 'project', 1, 'running'),
  // uv compiles and says nothing; what is compiled is not counted yet.
  compiling: (now) => {
    const before = making(now, 'project', 1, 'running');
    const progress = { words: 'Compiling Python files', done: null, total: null };
    const steps = before.creation?.steps.map((one) => (one.progress === null ? one : { ...one, progress }));
    return { ...before, creation: before.creation && { ...before.creation, steps: steps ?? [] } };
  },
  created: (now) => making(now, 'project', 9, 'succeeded'),
  'created-workspace': (now) => making(now, 'workspace', 9, 'succeeded'),
  'create-failed': (now) => making(now, 'workspace', 5, 'failed'),
  'create-stopped': (now) => making(now, 'project', 1, 'cancelled'),
  empty: (now) =>
    snapshot(
      workspace([], {
        nearby: [{ path: `${ROOT}/projects/old-pipeline`, name: 'old-pipeline', kind: 'dgProject' }],
      }),
      now,
    ),
  toml: (now) => {
    const subject = { path: `${ROOT}/dg.toml`, line: 15, column: 6 };
    const problem = {
      code: 'invalid-toml',
      severity: 'blocker' as const,
      message: 'dg.toml can’t be read: key with no value, expected `=`',
      hint: 'A key needs an equals sign before its value.',
      subject,
      excerpt: 'path "projects/finance"',
      location: null,
    };
    return snapshot(workspace(designLocations(now).slice(0, 4), { problems: [problem] }), now);
  },
  limit: (now) => {
    const open = designWorkspace(now);
    return snapshot(
      { ...open, watching: { folders: 812, limited: 'inotify allows 8,192 watches and all are taken' } },
      now,
    );
  },
  nowhere: (now) =>
    snapshot(
      workspace([], {
        root: `${HOME}/work`,
        name: 'work',
        kind: 'notAWorkspace',
        config: null,
        trusted: false,
        nearby: [
          { path: ROOT, name: 'acme-data', kind: 'dgWorkspace' },
          { path: `${HOME}/work/etl`, name: 'etl', kind: 'dgProject' },
          { path: `${HOME}/work/old/reporting`, name: 'reporting', kind: 'plainPackage' },
        ],
      }),
      now,
    ),
};
