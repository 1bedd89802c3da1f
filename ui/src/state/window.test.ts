import { describe, expect, it } from 'vitest';

import { covers, Ruler, TALLEST, visibleRange, wantedWindow } from './window';

describe('rows in sight', () => {
  it('include the ones cut by either edge and some beyond', () => {
    expect(visibleRange(95, 200, 20, 1000)).toEqual({ from: 4, to: 15 });
    expect(visibleRange(95, 200, 20, 1000, 3)).toEqual({ from: 1, to: 18 });
  });

  it('never leave the list', () => {
    expect(visibleRange(-500, 200, 20, 1000, 5)).toEqual({ from: 0, to: 15 });
    expect(visibleRange(50_000, 200, 20, 1000)).toEqual({ from: 1000, to: 1000 });
    expect(visibleRange(0, 200, 20, 0, 5)).toEqual({ from: 0, to: 0 });
  });
});

describe('the ruler', () => {
  it('maps a short list pixel by pixel', () => {
    const ruler = new Ruler(1000, 19, 600);
    expect(ruler.scaled).toBe(false);
    expect(ruler.rowAt(190)).toBe(10);
    expect(ruler.scrollFor(10)).toBe(190);
    expect(ruler.drawn).toBe(19_000);
  });

  it('maps millions of rows onto a scroll bar that a browser can lay out', () => {
    const ruler = new Ruler(50_000_000, 19, 600);
    expect(ruler.scaled).toBe(true);
    expect(ruler.drawn).toBe(TALLEST);
    expect(ruler.rowAt(0)).toBe(0);
    expect(ruler.rowAt(TALLEST - 600)).toBeCloseTo(ruler.lastTop);
    for (const row of [1, 12_345, 7_000_001, 49_999_000]) {
      expect(Math.abs(ruler.rowAt(ruler.scrollFor(row)) - row)).toBeLessThan(0.01);
    }
  });

  it('knows the end, and a list shorter than the window is at it', () => {
    const ruler = new Ruler(1000, 19, 600);
    expect(ruler.atEnd(ruler.lastTop)).toBe(true);
    expect(ruler.atEnd(ruler.lastTop - 3)).toBe(false);
    expect(new Ruler(5, 19, 600).atEnd(0)).toBe(true);
  });
});

describe('the window asked for', () => {
  it('looks ahead both ways and stays within what may be asked', () => {
    expect(wantedWindow({ from: 1000, to: 1040 }, 5000)).toEqual({ from: 880, count: 280 });
    expect(wantedWindow({ from: 0, to: 40 }, 100)).toEqual({ from: 0, count: 100 });
    expect(wantedWindow({ from: 1000, to: 1600 }, 5000).count).toBe(500);
  });

  it('is enough when it covers the rows in sight, up to the end', () => {
    expect(covers({ from: 10, to: 60 }, { from: 12, to: 50 }, 100)).toBe(true);
    expect(covers({ from: 10, to: 60 }, { from: 12, to: 70 }, 100)).toBe(false);
    expect(covers({ from: 10, to: 60 }, { from: 12, to: 70 }, 60)).toBe(true);
  });
});
