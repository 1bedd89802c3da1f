// The overview's own state: filter, order, density and what of a long table is drawn.

import type { LocationView } from '../../backend/generated';
import { visibleRange, type Range } from '../../state/window';
import { locationKey, locationEnvironment, locationShown, type StateKey } from '../../state/labels';

/** Above this many locations rows become dense. */
export const DENSE_ABOVE = 12;
/** From this many on, only rows in sight are drawn. */
export const VIRTUAL_FROM = 60;

const RANK: Record<StateKey, number> = {
  crashed: 0,
  loadError: 1,
  starting: 2,
  stopping: 3,
  running: 4,
  external: 5,
  stopped: 6,
};

/** Whether a location answers a filter: its name, path or a state's word. */
export function matches(location: LocationView, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  if (wanted === '') return true;
  const words = [
    location.name,
    location.path,
    locationShown(location).word,
    locationEnvironment(location).word,
  ];
  return words.some((word) => word.toLowerCase().includes(wanted));
}

/** What the table shows. */
export class OverviewState {
  filter = $state('');
  byState = $state(false);
  scrollTop = $state(0);
  height = $state(800);
  /** Where the table's body begins in what scrolls. */
  offset = $state(0);

  readonly #all: () => LocationView[];

  constructor(all: () => LocationView[]) {
    this.#all = all;
  }

  rows = $derived.by(() => {
    const shown = this.#all().filter((one) => matches(one, this.filter));
    if (!this.byState) return shown;
    return shown.toSorted((a, b) => RANK[locationKey(a)] - RANK[locationKey(b)]);
  });

  dense = $derived.by(() => this.#all().length > DENSE_ABOVE);
  rowHeight = $derived(this.dense ? 34 : 52);

  /** The rows drawn. */
  range: Range = $derived.by(() => {
    const total = this.rows.length;
    if (total < VIRTUAL_FROM) return { from: 0, to: total };
    return visibleRange(this.scrollTop - this.offset, this.height, this.rowHeight, total, 8);
  });

  /** The row before or after one, or the first. */
  next(id: string | null, step: number): LocationView | null {
    const at = this.rows.findIndex((one) => one.id === id);
    if (at < 0) return this.rows[0] ?? null;
    return this.rows[Math.min(Math.max(at + step, 0), this.rows.length - 1)] ?? null;
  }
}
