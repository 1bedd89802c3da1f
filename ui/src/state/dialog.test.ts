import { describe, expect, it } from 'vitest';

import { opened, stack, without, type Dialog, type Plain } from './dialog';

const PACKAGES: Plain = { kind: 'packages', location: 'finance' };
const SYNC = {
  kind: 'sync' as const,
  request: { locations: ['finance'], deployment: false },
  preview: null,
  failure: null,
  moved: null,
};
const CLOSE = { kind: 'close' as const, processes: 4, terminals: 0 };
const kinds = (open: Dialog | null) => stack(open).map((one) => one.kind);

describe('which dialog is open', () => {
  it('is one: another takes its place', () => {
    expect(opened(PACKAGES, { kind: 'keys' })).toEqual({ kind: 'keys' });
    expect(opened({ kind: 'keys' }, { kind: 'palette' })).toEqual({ kind: 'palette' });
  });

  it('a question stands over what was open, which is there again afterwards, as it was', () => {
    const asked = opened(PACKAGES, SYNC);
    expect(kinds(asked)).toEqual(['sync', 'packages']);
    expect(without(asked, 'sync')).toBe(PACKAGES);
    expect(without(opened(PACKAGES, CLOSE), 'close')).toBe(PACKAGES);
  });

  it('a question asked again stands there once', () => {
    const again = opened(opened(PACKAGES, SYNC), { ...SYNC, request: { locations: [], deployment: true } });
    expect(kinds(again)).toEqual(['sync', 'packages']);
    expect(kinds(opened(opened(null, CLOSE), { ...CLOSE, processes: 1, terminals: 0 }))).toEqual(['close']);
  });

  it('closing the window is asked above all that comes later', () => {
    const closing = opened(opened(null, CLOSE), SYNC);
    expect(kinds(closing)).toEqual(['close', 'sync']);
    expect(kinds(opened(closing, PACKAGES))).toEqual(['close', 'packages']);
    expect(kinds(opened(opened(PACKAGES, SYNC), CLOSE))).toEqual(['close', 'sync', 'packages']);
  });

  it('what stands below is put away without what stands over it', () => {
    const all = opened(opened(PACKAGES, SYNC), CLOSE);
    expect(kinds(without(all, 'packages'))).toEqual(['close', 'sync']);
    expect(kinds(without(all, 'sync'))).toEqual(['close', 'packages']);
    expect(without(all, 'keys')).toBe(all);
    expect(without(null, 'keys')).toBeNull();
  });
});
