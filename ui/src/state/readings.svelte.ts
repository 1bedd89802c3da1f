// What was measured of the processes: the last reading, and of memory a few before it.

import type { Event } from '../backend/generated';
import { measure, type Measured } from './apply';

const NONE: Measured = { metrics: {}, counts: {} };
const MEMORY_SAMPLES = 24;
/** How often memory is measured, in ms. */
const SAMPLE_EVERY = 2_000;

/** What is measured of what runs. */
export class Readings {
  measured = $state.raw<Measured>(NONE);
  /** The last memory readings by log id, for the sparkline. */
  memory = $state.raw<Record<string, number[]>>({});
  #sampledAt = 0;

  /** Takes in what a batch of events measured, in their order. */
  take(events: Event[]): void {
    for (const event of events) if (event.kind === 'metricsMeasured') this.#sample(event.metrics);
    this.measured = events.reduce(measure, this.measured);
  }

  /** Forgets everything: it was of something else. */
  forget(): void {
    this.measured = NONE;
    this.memory = {};
  }

  /** Only changes are told: the while since the last one is filled with what was there. */
  #sample(metrics: Measured['metrics']): void {
    const now = Date.now();
    const missed = Math.round((now - this.#sampledAt) / SAMPLE_EVERY) - 1;
    const still = Math.min(Math.max(missed, 0), MEMORY_SAMPLES);
    this.#sampledAt = now;
    const memory: Record<string, number[]> = {};
    for (const [log, reading] of Object.entries(metrics)) {
      const before = this.memory[log] ?? [];
      const last = before.at(-1);
      const same = last === undefined ? [] : Array<number>(still).fill(last);
      memory[log] = [...before, ...same, reading.memory].slice(-MEMORY_SAMPLES);
    }
    this.memory = memory;
  }
}
