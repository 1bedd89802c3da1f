// Applies events to a snapshot. Pure: the old snapshot stays as it was, unchanged parts are shared.

import type {
  Envelope,
  Event,
  LevelCounts,
  Metrics,
  Operation,
  Snapshot,
  WorkspaceView,
} from '../backend/generated';

/** How many operations a snapshot holds, the newest: as many as the core's own does. */
export const OPERATIONS_KEPT = 200;

/** What is shown but is not part of the wire's snapshot: replaced whole by each measurement. */
export interface Measured {
  metrics: Record<string, Metrics>;
  counts: Record<string, LevelCounts>;
}

/** What an envelope did to the numbering. */
export type Step = 'next' | 'old' | 'gap';

/** Tells whether an envelope is the next one after a snapshot. */
export function stepOf(snapshot: Snapshot, envelope: Envelope): Step {
  if (envelope.revision <= snapshot.revision) return 'old';
  return envelope.revision === snapshot.revision + 1 ? 'next' : 'gap';
}

/** The snapshot after an event. Log growth and measurements pass through untouched. */
export function apply(snapshot: Snapshot, envelope: Envelope): Snapshot {
  const next = change(snapshot, envelope.event);
  return { ...next, revision: envelope.revision };
}

function change(snapshot: Snapshot, event: Event): Snapshot {
  switch (event.kind) {
    case 'workspaceRead':
      return { ...snapshot, workspace: event.workspace };
    case 'workspaceChanged':
      return within(snapshot, (old) => ({ ...event.workspace, locations: old.locations }));
    case 'locationChanged':
      return within(snapshot, (old) => {
        const known = old.locations.some((one) => one.id === event.location.id);
        const locations = known
          ? old.locations.map((one) => (one.id === event.location.id ? event.location : one))
          : [...old.locations, event.location];
        return { ...old, locations };
      });
    case 'serviceChanged':
      return within(snapshot, (old) => ({ ...old, [event.service.name]: event.service }));
    case 'operationChanged':
      return { ...snapshot, operations: withOperation(snapshot.operations, event.operation) };
    case 'healthChanged':
      return { ...snapshot, health: event.health };
    case 'creationChanged':
      return { ...snapshot, creation: event.creation };
    case 'machineChecked':
      return { ...snapshot, machine: event.machine };
    case 'recentChanged':
      return { ...snapshot, recent: event.recent };
    case 'settingsChanged':
      return { ...snapshot, settings: event.settings };
    case 'noticesChanged':
      return { ...snapshot, notices: event.notices };
    case 'metricsMeasured':
    case 'errorsCounted':
    case 'logGrew':
      return snapshot;
  }
}

function within(snapshot: Snapshot, edit: (old: WorkspaceView) => WorkspaceView): Snapshot {
  return snapshot.workspace === null ? snapshot : { ...snapshot, workspace: edit(snapshot.workspace) };
}

function withOperation(operations: Operation[], operation: Operation): Operation[] {
  const at = operations.findIndex((one) => one.id === operation.id);
  if (at >= 0) return operations.with(at, operation);
  return [operation, ...operations].sort((a, b) => b.id - a.id).slice(0, OPERATIONS_KEPT);
}

/** The measurements after an event. What has no process any more weighs nothing, and nobody waits for the next look. */
export function measure(measured: Measured, event: Event): Measured {
  if (event.kind === 'metricsMeasured') return { ...measured, metrics: event.metrics };
  if (event.kind === 'errorsCounted') return { ...measured, counts: { ...measured.counts, ...event.counts } };
  const gone =
    event.kind === 'locationChanged' && event.location.process === null
      ? event.location.log
      : event.kind === 'serviceChanged' && event.service.process === null
        ? event.service.log
        : null;
  if (gone === null || !(gone in measured.metrics)) return measured;
  const left = Object.entries(measured.metrics).filter(([log]) => log !== gone);
  return { ...measured, metrics: Object.fromEntries(left) };
}
