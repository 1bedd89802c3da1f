// A question that is asked anew as the person types or chooses: only the last one asked counts.

import { toApiError } from '../backend';
import type { ApiError } from '../backend/generated';

/** What came of a question. */
export type Answered<T> = { answer: T; failure: null } | { answer: null; failure: ApiError };

/** Asks what was asked last. One for each thing that is asked about. */
export class Latest {
  #turn = 0;
  #endPause: (() => void) | null = null;

  /** Asks after a pause, in ms. Null where another was asked meanwhile, or nobody wants to know any more. */
  async ask<T>(question: () => Promise<T>, pause = 0): Promise<Answered<T> | null> {
    this.drop();
    const turn = this.#turn;
    if (pause > 0) await this.#rest(pause);
    if (turn !== this.#turn) return null;
    const answered = await question().then(
      (answer): Answered<T> => ({ answer, failure: null }),
      (thrown: unknown): Answered<T> => ({ answer: null, failure: toApiError(thrown) }),
    );
    return turn === this.#turn ? answered : null;
  }

  /** Asks at once what waits for its pause to end. */
  hurry(): void {
    this.#endPause?.();
  }

  /** Lets go of what is still to be asked or answered. */
  drop(): void {
    this.#turn += 1;
    this.#endPause?.();
  }

  #rest(pause: number): Promise<void> {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        this.#endPause = null;
        done();
      };
      const timer = setTimeout(end, pause);
      this.#endPause = end;
    });
  }
}
