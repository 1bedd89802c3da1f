import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Latest } from './latest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the latest question', () => {
  it('is the only one that is asked after a pause', async () => {
    const latest = new Latest();
    const asked: string[] = [];
    const ask = (word: string) => latest.ask(async () => (asked.push(word), word), 300);
    const first = ask('a');
    await vi.advanceTimersByTimeAsync(299);
    const second = ask('ab');
    await vi.advanceTimersByTimeAsync(299);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await first).toBeNull();
    expect(await second).toEqual({ answer: 'ab', failure: null });
    expect(asked).toEqual(['ab']);
  });

  it('is answered alone, though an older one is answered later', async () => {
    const latest = new Latest();
    let late: (answer: string) => void = () => {};
    const first = latest.ask(() => new Promise<string>((done) => (late = done)));
    const second = latest.ask(async () => 'new');
    expect((await second)?.answer).toBe('new');
    late('old');
    expect(await first).toBeNull();
  });

  it('is asked at once where there is no more time to rest, and once only', async () => {
    const latest = new Latest();
    const question = vi.fn(async () => 'now');
    const waiting = latest.ask(question, 300);
    latest.hurry();
    expect((await waiting)?.answer).toBe('now');
    latest.hurry();
    await vi.runAllTimersAsync();
    expect(question).toHaveBeenCalledTimes(1);
  });

  it('is neither asked nor answered once nobody wants to know', async () => {
    const latest = new Latest();
    const question = vi.fn(async () => 1);
    const waiting = latest.ask(question, 300);
    latest.drop();
    expect(await waiting).toBeNull();
    const under = latest.ask(question);
    latest.drop();
    expect(await under).toBeNull();
    await vi.runAllTimersAsync();
    expect(question).toHaveBeenCalledTimes(1);
  });

  it('says what went wrong', async () => {
    const answered = await new Latest().ask(() => Promise.reject(new Error('no')));
    expect(answered?.failure?.message).toBe('no');
  });
});
