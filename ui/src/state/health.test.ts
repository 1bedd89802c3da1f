import { describe, expect, it } from 'vitest';

import { afterFixes, designHealth, healthy, inState } from '../backend/fake/health';
import { designLocations, workspace } from '../backend/fake/fixture';
import type { FixView, HealthView } from '../backend/generated';
import { clock, clockSeconds } from './format';
import {
  checkedWords,
  cleanNames,
  fixedSentence,
  fixLabel,
  fixNote,
  grouped,
  healthPill,
  leftToYou,
  levels,
  safeFixes,
  syncOf,
  waysOut,
} from './health';

const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
const design = designHealth(NOW);

/** A view of some of the design's findings. */
function only(...checks: string[]): HealthView {
  return { ...design, findings: design.findings.filter((one) => checks.includes(one.check)) };
}

function fixOf(check: string): FixView {
  return design.findings.find((one) => one.check === check)!.fix!;
}

describe('the pill', () => {
  it('names the worst that is open, and claims nothing before the first answer', () => {
    const word = (view: HealthView) => healthPill(view).word;
    expect(word(design)).toBe('Health: 2 blockers');
    expect(word(only('watch-limit', 'lockfile-fresh'))).toBe('Health: 1 warning');
    expect(word(only('instance-settings', 'lockfile-fresh'))).toBe('Health: 2 notes');
    expect(word(healthy(NOW, ['finance']))).toBe('Healthy');
    expect(word({ ...healthy(NOW, []), checkedAt: null })).toBe('Checking');
  });

  it('does not count notes that a person can do nothing with', () => {
    const [note] = only('instance-settings').findings;
    const notes = (fix: FixView | null) => ({ ...design, findings: [{ ...note!, fix }] });
    expect(healthPill(notes(note!.fix)).word).toBe('Health: 1 note');
    expect(healthPill(notes(null)).word).toBe('Healthy');
    const blocker = { ...note!, id: 'b', severity: 'blocker' as const, fix: null };
    expect(healthPill({ ...design, findings: [blocker] }).word).toBe('Health: 1 blocker');
  });

  it('does not count what was put right', () => {
    const fixed = { kind: 'fixed', undo: false } as const;
    const view = inState(design, { 'definitions-load': fixed, 'environment-present': fixed });
    expect(healthPill(view).word).toBe('Health: 2 warnings');
    expect(levels(view)).toEqual({ blocker: 0, warning: 2, note: 2 });
    expect(waysOut(view)).toBe(2);
  });
});

describe('a fix', () => {
  it('says what to know before its button is pressed', () => {
    expect(fixNote(fixOf('environment-in-sync'))).toBe('safe, about 12 s');
    expect(fixNote(fixOf('instance-settings'))).toBe('safe');
    expect(fixNote({ ...fixOf('environment-in-sync'), note: 'or stop that program' })).toBe(
      'safe\nor stop that program',
    );
    expect(fixNote(fixOf('lockfile-fresh'))).toBe('changes uv.lock');
    const edit = { path: '/w/dg.toml', diff: ['-a', '+b'] };
    const steps = [{ words: 'Changes the file', command: null, edit }];
    const does = { kind: 'steps' as const, steps };
    const change: FixView = { verb: 'Take out', note: null, safe: false, does, basis: '' };
    expect(fixNote(change)).toBe('changes dg.toml');
    expect(fixLabel(change)).toBe('Take out…');
    expect(fixLabel(fixOf('environment-present'))).toBe('Set up');
  });

  it('is known for the sync that it is, so that what uv would change can be asked for', () => {
    const open = workspace(designLocations(NOW));
    expect(syncOf(open, fixOf('lockfile-fresh'))).toEqual({ locations: ['finance'], deployment: false });
    expect(syncOf(open, fixOf('instance-settings'))).toBeNull();
    expect(syncOf(open, fixOf('watch-limit'))).toBeNull();
  });

  it('tells how it ended, once', () => {
    const before = afterFixes(NOW);
    expect(fixedSentence(design, before)).toBeNull();
    const fixed = inState(before, { 'environment-present': { kind: 'fixed', undo: false } });
    expect(fixedSentence(before, fixed)).toBe('1 fixed');
    expect(fixedSentence(fixed, fixed)).toBeNull();
  });
});

describe('what is left to the person', () => {
  it('is told in one sentence', () => {
    expect(leftToYou(design)).toBe(
      'The other three need you: a command to run, a choice and a look at what changes in uv.lock.',
    );
    expect(leftToYou(only('environment-present', 'lockfile-fresh'))).toBe(
      'The other one needs you: a look at what changes in uv.lock.',
    );
    expect(leftToYou(only('watch-limit', 'definitions-load'))).toBe(
      'These two need you: a command to run and a choice.',
    );
    expect(leftToYou(only('environment-present'))).toBeNull();
    const told = only('instance-settings').findings.map((one) => ({ ...one, fix: null }));
    expect(leftToYou({ ...design, findings: told })).toBeNull();
  });

  it('takes in a safe fix that did not help, which "Fix all safe" leaves alone then', () => {
    const view = afterFixes(NOW);
    expect(safeFixes(view)).toEqual([]);
    expect(leftToYou(view)).toContain('another try');
  });
});

it('groups what was found, and keeps what was put right of a project that is gone', () => {
  const view = { ...design, groups: design.groups.filter((one) => one.name !== 'ml_platform') };
  const { found, clean } = grouped(view);
  expect(found.map((one) => one.group.name).slice(0, 2)).toEqual(['This machine', 'Workspace']);
  expect(found.map((one) => one.key)).toContain('project:ml_platform');
  expect(cleanNames(clean)).toBe('data_engineering, marketing');
  const names = Array.from({ length: 98 }, (_, at) => `p${at}`);
  expect(cleanNames(grouped(healthy(NOW, names)).clean)).toBe('This machine, Workspace, p0, p1 and 96 more');
});

it('says when the checks were made: relative for a minute, then by the clock', () => {
  const at = NOW - 6_000;
  expect(checkedWords(at, NOW)).toBe(`Checked 6 s ago, at ${clockSeconds(at)}`);
  const hour = NOW - 3_600_000;
  expect(checkedWords(hour, NOW)).toBe(`Checked at ${clockSeconds(hour)}`);
  const yesterday = NOW - 86_400_000;
  expect(checkedWords(yesterday, NOW)).toBe(`Checked yesterday, ${clock(yesterday)}`);
});
