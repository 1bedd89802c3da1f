// The arithmetic of lists that hold only the rows in sight.

/** A half-open range of rows. */
export interface Range {
  from: number;
  to: number;
}

/** Browsers stop laying out boxes taller than some tens of millions of pixels; we stay far below. */
export const TALLEST = 6_000_000;

/** The rows in sight of a list of equal rows, with some beyond either edge. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
  beyond = 0,
): Range {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight);
  const last = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight);
  return { from: clamp(first - beyond, 0, total), to: clamp(last + beyond, 0, total) };
}

/** Keeps a number within bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Maps between a scroll bar of limited height and a list of any number of rows. */
export class Ruler {
  readonly total: number;
  readonly rowHeight: number;
  readonly height: number;

  constructor(total: number, rowHeight: number, height: number) {
    this.total = total;
    this.rowHeight = rowHeight;
    this.height = height;
  }

  /** How tall the list is drawn. */
  get drawn(): number {
    return Math.min(this.total * this.rowHeight, TALLEST);
  }

  /** Whether a pixel of the scroll bar is more than a pixel of rows. */
  get scaled(): boolean {
    return this.total * this.rowHeight > TALLEST;
  }

  /** The first row in sight when the list is at its end; may be a fraction. */
  get lastTop(): number {
    return Math.max(0, this.total - this.height / this.rowHeight);
  }

  /** The first row in sight at a scroll position. */
  rowAt(scrollTop: number): number {
    const room = this.drawn - this.height;
    if (!this.scaled || room <= 0) return clamp(scrollTop / this.rowHeight, 0, this.lastTop);
    return clamp((scrollTop / room) * this.lastTop, 0, this.lastTop);
  }

  /** The scroll position that has a row first in sight. */
  scrollFor(row: number): number {
    const top = clamp(row, 0, this.lastTop);
    if (!this.scaled) return top * this.rowHeight;
    return this.lastTop === 0 ? 0 : (top / this.lastTop) * (this.drawn - this.height);
  }

  /** Whether a first row in sight means that the end is in sight. */
  atEnd(row: number): boolean {
    return row >= this.lastTop - 0.5;
  }
}

/** The part of a log to ask for, so that rows in sight and a look-ahead are at hand. */
export function wantedWindow(
  visible: Range,
  total: number,
  ahead = 120,
  most = 500,
): { from: number; count: number } {
  const from = clamp(visible.from - ahead, 0, total);
  const to = clamp(visible.to + ahead, from, total);
  const count = Math.min(to - from, most);
  return { from, count };
}

/** Whether rows at hand cover those in sight. */
export function covers(held: Range, visible: Range, total: number): boolean {
  return held.from <= visible.from && held.to >= Math.min(visible.to, total);
}
