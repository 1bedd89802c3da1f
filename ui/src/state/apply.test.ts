import { describe, expect, it } from 'vitest';

import { designLocations, location, service, snapshot, workspace } from '../backend/fake/fixture';
import type { Event, Operation } from '../backend/generated';
import { apply, measure, OPERATIONS_KEPT, stepOf } from './apply';

const NOW = 1_763_640_000_000;
const base = () => snapshot(workspace(designLocations(NOW)), NOW);
const after = (event: Event, from = base()) => apply(from, { revision: from.revision + 1, event });

describe('numbering', () => {
  it('tells the next event from an old one and a gap', () => {
    const at = base();
    expect(stepOf(at, { revision: 2, event: { kind: 'workspaceRead', workspace: null } })).toBe('next');
    expect(stepOf(at, { revision: 1, event: { kind: 'workspaceRead', workspace: null } })).toBe('old');
    expect(stepOf(at, { revision: 4, event: { kind: 'workspaceRead', workspace: null } })).toBe('gap');
  });

  it('counts up with every event, even one that changes nothing', () => {
    const event: Event = { kind: 'metricsMeasured', metrics: {} };
    expect(after(event).revision).toBe(2);
  });
});

describe('a changed location', () => {
  it('replaces that one and shares the others', () => {
    const from = base();
    const changed = { ...location('finance', 4), runs: 3 };
    const next = after({ kind: 'locationChanged', location: changed }, from);
    expect(next.workspace?.locations[3]?.runs).toBe(3);
    expect(next.workspace?.locations[0]).toBe(from.workspace?.locations[0]);
    expect(from.workspace?.locations[3]?.runs).toBe(0);
  });

  it('is added when it is new', () => {
    const next = after({ kind: 'locationChanged', location: location('new_one', 7) });
    expect(next.workspace?.locations.at(-1)?.id).toBe('new_one');
  });

  it('is of no matter when no workspace is open', () => {
    const next = after({ kind: 'locationChanged', location: location('a', 1) }, snapshot(null, NOW));
    expect(next.workspace).toBeNull();
  });
});

it('keeps the locations when only the workspace’s own parts change', () => {
  const from = base();
  const parts = workspace([], { trusted: false });
  const next = after({ kind: 'workspaceChanged', workspace: parts }, from);
  expect(next.workspace?.trusted).toBe(false);
  expect(next.workspace?.locations).toBe(from.workspace?.locations);
});

it('puts a service in its place', () => {
  const next = after({ kind: 'serviceChanged', service: service('daemon', { blocked: 'no environment' }) });
  expect(next.workspace?.daemon.blocked).toBe('no environment');
  expect(next.workspace?.webserver.blocked).toBeNull();
});

describe('operations', () => {
  const operation = (id: number, took: number | null = null): Operation => ({
    id,
    title: `operation ${id}`,
    command: null,
    cause: null,
    state: took === null ? { state: 'running' } : { state: 'succeeded' },
    startedAt: NOW,
    took,
    location: null,
    log: null,
    progress: null,
    tail: [],
    cancellable: false,
  });

  it('come newest first and change in place', () => {
    let next = after({ kind: 'operationChanged', operation: operation(50) });
    expect(next.operations[0]?.id).toBe(50);
    next = after({ kind: 'operationChanged', operation: operation(50, 900) }, next);
    expect(next.operations.filter((one) => one.id === 50)).toHaveLength(1);
    expect(next.operations[0]?.took).toBe(900);
  });

  it('are kept up to a number', () => {
    let next = base();
    for (let id = 100; id < 100 + OPERATIONS_KEPT + 20; id += 1) {
      next = after({ kind: 'operationChanged', operation: operation(id) }, next);
    }
    expect(next.operations).toHaveLength(OPERATIONS_KEPT);
    expect(next.operations[0]?.id).toBe(100 + OPERATIONS_KEPT + 19);
  });
});

it('replaces measurements and joins counts', () => {
  const counts = (error: number) => ({ debug: 0, info: 0, warning: 0, error });
  const one = measure(
    { metrics: { a: { cpu: 1, memory: 1, processes: 1 } }, counts: { a: counts(1) } },
    { kind: 'metricsMeasured', metrics: {} },
  );
  expect(one.metrics).toEqual({});
  const two = measure(one, { kind: 'errorsCounted', counts: { b: counts(2) } });
  expect(two.counts).toEqual({ a: counts(1), b: counts(2) });
});

it('forgets what a process weighed once it is gone', () => {
  const one = { cpu: 0, memory: 1, processes: 1 };
  const gone = { ...location('finance', 4), process: null };
  const before = { metrics: { [gone.log]: one, webserver: one }, counts: {} };
  const after = measure(before, { kind: 'locationChanged', location: gone });
  expect(after.metrics).toEqual({ webserver: one });
  expect(measure(after, { kind: 'locationChanged', location: gone })).toBe(after);
});
