import { describe, expect, it, vi } from 'vitest';

import { FakeBackend } from '../../backend/fake/fake';
import { snapshot, workspace } from '../../backend/fake/fixture';
import { App } from '../../state/app.svelte';
import { LogState } from './log.svelte';

async function opened(lines = 10_000) {
  const backend = new FakeBackend(snapshot(workspace([])));
  backend.logs.lines = lines;
  const app = new App(backend);
  await app.start();
  const log = new LogState(app, 'location:a');
  log.height = 380;
  await log.open();
  await settled(log);
  return { backend, app, log };
}

/** Waits until the rows in sight are at hand. */
async function settled(log: LogState) {
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((done) => setTimeout(done));
    const { from, to } = log.visible;
    if (log.drawn.length === to - from && log.drawn[0]?.index === from) return;
  }
  throw new Error('the rows in sight never came');
}

const windows = (backend: FakeBackend) =>
  backend.asked
    .filter((one) => one.name === 'log_window')
    .map((one) => one.request as { from: number; count: number });

describe('a log on screen', () => {
  it('opens at its end and holds little more than what is in sight', async () => {
    const { log } = await opened();
    expect(log.total).toBe(10_000);
    expect(log.drawn.at(-1)?.index).toBe(9_999);
    expect(log.held.rows.length).toBeLessThan(60);
  });

  it('follows as it grows', async () => {
    const { backend, log } = await opened();
    backend.logs.grow(5_000);
    await settled(log);
    expect(log.drawn.at(-1)?.index).toBe(14_999);
  });

  it('lets go when scrolled up, and takes hold at the end again', async () => {
    const { backend, log } = await opened();
    log.scrollTo(100);
    await settled(log);
    expect(log.follow).toBe(false);
    backend.logs.grow(1_000);
    await settled(log);
    expect(log.drawn[0]?.index).toBe(100);
    log.scrollTo(Number.POSITIVE_INFINITY);
    expect(log.follow).toBe(true);
  });

  it('never asks for more than may be asked, nor two windows at a time', async () => {
    const { backend, log } = await opened(2_000_000);
    for (let row = 0; row < 1_000_000; row += 50_000) log.scrollTo(row);
    await settled(log);
    const asked = windows(backend);
    expect(Math.max(...asked.map((one) => one.count))).toBeLessThanOrEqual(500);
    // Of twenty jumps only the first and the last were worth a question.
    expect(asked.length).toBeLessThan(6);
    expect(log.drawn[0]?.index).toBe(950_000);
  });

  it('asks nothing while the look-ahead covers the way', async () => {
    const { backend, log } = await opened();
    log.scrollTo(5_000);
    await settled(log);
    const before = windows(backend).length;
    log.scrollTo(5_050);
    log.scrollTo(4_950);
    await settled(log);
    expect(windows(backend).length).toBe(before);
  });

  it('shows only the levels asked for, and all again when none is left', async () => {
    const { backend, log } = await opened();
    for (const level of ['debug', 'info', 'warning'] as const) log.toggleLevel(level);
    await new Promise((done) => setTimeout(done));
    await settled(log);
    expect(log.drawn.every((row) => row.level === 'error')).toBe(true);
    expect(backend.asked.findLast((one) => one.name === 'log_filter')?.request).toMatchObject({
      filter: { levels: ['error'] },
    });
    log.toggleLevel('error');
    expect(log.filter.levels).toEqual([]);
  });

  it('copies a row, a range, or everything shown', async () => {
    const { backend, log } = await opened(500);
    log.select(20);
    await log.copy();
    log.select(24, true);
    await log.copy();
    await log.copy(true);
    const asked = backend.asked.filter((one) => one.name === 'log_copy').map((one) => one.request);
    expect(asked).toMatchObject([
      { from: 20, count: 1 },
      { from: 20, count: 5 },
      { from: 0, count: 500 },
    ]);
    expect(backend.asked.at(-1)?.name).toBe('copy');
  });

  it('opens a fold and keeps its place', async () => {
    const { backend, log } = await opened();
    log.scrollTo(0);
    await settled(log);
    const fold = log.drawn.find((row) => row.kind === 'fold');
    await log.setFold(fold!.index, true);
    await settled(log);
    expect(backend.asked.some((one) => one.name === 'log_fold')).toBe(true);
    expect(log.row(fold!.index)).toMatchObject({ kind: 'fold', open: true });
    expect(log.top).toBe(0);
  });

  it('closes its view', async () => {
    const { backend, log } = await opened();
    log.close();
    expect(backend.asked.at(-1)?.name).toBe('log_close');
  });
});

describe('searching', () => {
  it('goes to the next match, the previous one, and round', async () => {
    const { log } = await opened(160);
    log.scrollTo(0);
    log.search.pattern = 'sklearn';
    await log.search.again();
    expect(log.search.words).toBe('1 of 20');
    expect(log.selected).toBe(6);
    await log.search.step(1);
    expect(log.search.words).toBe('2 of 20');
    await log.search.step(-1);
    expect(log.search.words).toBe('1 of 20');
    await log.search.step(-1);
    expect(log.search.words).toBe('20 of 20');
    expect(log.follow).toBe(false);
  });

  it('keeps the old matches when the pattern is no regular expression', async () => {
    const { log } = await opened(160);
    log.search.regex = true;
    log.search.pattern = 'sklearn';
    await log.search.again();
    log.search.pattern = 'sklearn(';
    await log.search.again();
    expect(log.search.found.invalid).not.toBeNull();
    expect(log.search.found.count).toBe(20);
  });

  it('has what matches marked in the rows at hand, by whoever searched, until it ends', async () => {
    const { log } = await opened(160);
    const marked = () =>
      new Set(log.drawn.flatMap((row) => row.segments.filter((one) => one.marked).map((one) => one.text)));
    log.scrollTo(0);
    log.search.pattern = 'SKLEARN';
    await log.search.again();
    await vi.waitFor(() => expect([...marked()]).toEqual(['sklearn']));
    log.search.regex = true;
    log.search.pattern = 'sklearn(';
    await log.search.again();
    expect([...marked()], 'of the last pattern that could be used').toEqual(['sklearn']);
    log.search.clear();
    await vi.waitFor(() => expect([...marked()]).toEqual([]));
  });

  it('ends when the pattern is empty', async () => {
    const { log } = await opened(160);
    log.search.pattern = 'nothing like it';
    await log.search.again();
    expect(log.search.words).toBe('none');
    log.search.clear();
    await new Promise((done) => setTimeout(done));
    expect(log.search.words).toBe('');
    expect(log.search.found.row).toBeNull();
  });
});
