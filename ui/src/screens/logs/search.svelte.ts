// Searching one log: the pattern and where the search stands. What matches is marked in the rows by who searches.

import type { LogMatches } from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';
import type { LogState } from './log.svelte';

const EMPTY: LogMatches = { count: 0, row: null, ordinal: 0, invalid: null };

/** A search in a log. */
export class LogSearch {
  pattern = $state('');
  regex = $state(false);
  found = $state.raw<LogMatches>(EMPTY);

  readonly #app: App;
  readonly #log: LogState;
  readonly #latest = new Latest();
  /** What the rows at hand are marked with. */
  #marked = '';

  constructor(app: App, log: LogState) {
    this.#app = app;
    this.#log = log;
  }

  /** What the field says beside the pattern. */
  get words(): string {
    if (this.pattern === '' || this.found.invalid !== null) return '';
    return this.found.count === 0 ? 'none' : `${this.found.ordinal} of ${this.found.count}`;
  }

  /** Searches anew from the rows in sight, after a pause in ms. */
  async again(pause = 0): Promise<void> {
    if (this.pattern === '' && this.found === EMPTY) return this.end();
    await this.#ask(Math.floor(this.#log.top), false, pause);
  }

  /** Lets go of what is still searched for. */
  end(): void {
    this.#latest.drop();
  }

  async step(direction: 1 | -1): Promise<void> {
    const at = this.found.row ?? Math.floor(this.#log.top);
    const from = at + direction;
    if (from < 0) return this.#ask(Math.max(0, this.#log.total - 1), true);
    await this.#ask(from >= this.#log.total ? 0 : from, direction < 0);
  }

  clear(): void {
    this.pattern = '';
    void this.again();
  }

  async #ask(from: number, backwards: boolean, pause = 0): Promise<void> {
    const { view } = this.#log;
    if (view === null) return;
    const marked = this.pattern === '' ? '' : `${this.regex} ${this.pattern}`;
    const answered = await this.#latest.ask(() => this.#search(view, from, backwards), pause);
    const found = answered?.answer ?? null;
    if (found === null) return;
    if (found.invalid === null && marked !== this.#marked) {
      this.#marked = marked;
      this.#log.reread();
    }
    // A pattern that can't be used leaves the older matches in place.
    this.found = found.invalid === null ? found : { ...this.found, invalid: found.invalid };
    if (this.pattern === '') this.found = EMPTY;
    else if (found.row !== null && found.invalid === null) {
      this.#log.anchor = null;
      this.#log.selected = found.row;
      this.#log.centre(found.row);
      this.#log.follow = false;
    }
  }

  async #search(view: number, from: number, backwards: boolean): Promise<LogMatches | null> {
    const request = { view, pattern: this.pattern, regex: this.regex, caseSensitive: false, from, backwards };
    const found = await this.#app.run('log_search', request);
    if (found === null || found.row !== null || found.count === 0) return found;
    // Past the last match: go on from the other end.
    const round = backwards ? Math.max(0, this.#log.total - 1) : 0;
    return (await this.#app.run('log_search', { ...request, from: round })) ?? found;
  }
}
