// One log as the window holds it: the rows in sight, and where the person is in it. Rows never enter a deep proxy.

import type { LevelCounts, LogFilter, LogLevel, LogMarks, LogView, Row } from '../../backend/generated';
import type { App } from '../../state/app.svelte';
import { Latest } from '../../state/latest';
import { clamp, covers, Ruler, wantedWindow, type Range } from '../../state/window';
import { LogSearch } from './search.svelte';

/** The height of every row, in px. */
export const ROW = 19;
/** The levels in the order of their chips. */
export const LEVELS: LogLevel[] = ['error', 'warning', 'info', 'debug'];

const NONE: LevelCounts = { debug: 0, info: 0, warning: 0, error: 0 };
const MARKS_EVERY = 1_000;
const COPY_MOST = 100_000;

/** A log on screen. */
export class LogState {
  readonly log: string;
  readonly search: LogSearch;

  total = $state(0);
  counts = $state.raw<LevelCounts>(NONE);
  file = $state<string | null>(null);
  /** Whether the log has been opened, so that empty means empty. */
  opened = $state(false);
  levels = $state.raw<ReadonlySet<LogLevel>>(new Set(LEVELS));
  /** Sources that are switched off, in the merged log. */
  muted = $state.raw<ReadonlySet<string>>(new Set());
  marks = $state.raw<LogMarks>({ errors: [], warnings: [] });
  follow = $state(true);
  /** The first row in sight; may be a fraction. */
  top = $state(0);
  /** The height of what is in sight, in px. */
  height = $state(600);
  selected = $state<number | null>(null);
  /** The other end of a selection of several rows. */
  anchor = $state<number | null>(null);
  millis = $state(false);
  /** The selected row's whole text, for reading long lines. */
  whole = $state('');

  /** The rows at hand and where they begin. */
  held = $state.raw<{ from: number; rows: Row[] }>({ from: 0, rows: [] });

  ruler = $derived(new Ruler(this.total, ROW, this.height));
  visible: Range = $derived.by(() => {
    const from = clamp(Math.floor(this.top), 0, this.total);
    return { from, to: clamp(Math.ceil(this.top + this.height / ROW), from, this.total) };
  });
  /** The rows drawn. */
  drawn: Row[] = $derived.by(() => {
    const { from, rows } = this.held;
    return rows.slice(Math.max(0, this.visible.from - from), Math.max(0, this.visible.to - from));
  });

  readonly #app: App;
  /** Whose log it is: a handle means nothing to another. */
  readonly #source: number;
  #view: number | null = null;
  #closed = false;
  #generation = 0;
  #heldGeneration = -1;
  #pumping = false;
  #endGrowth: (() => void) | null = null;
  readonly #latestMarks = new Latest();
  /** Whether marks are being asked for, or will be. */
  #marking = false;
  /** Whether the log has grown since they were asked for. */
  #marksOld = false;

  constructor(app: App, log: string) {
    this.#app = app;
    this.#source = app.source;
    this.log = log;
    this.search = new LogSearch(app, this);
  }

  /** The view's handle, while it is open. */
  get view(): number | null {
    return this.#view;
  }

  async open(filter: LogFilter = this.filter): Promise<void> {
    const opened = await this.#app.run('log_open', { log: this.log, filter, unfolded: false });
    if (opened === null) return;
    if (this.#closed) return void this.#app.run('log_close', { view: opened.view });
    this.#view = opened.view;
    this.#endGrowth = this.#app.onGrowth(opened.view, (event) => this.#grew(event.rows, event.counts));
    this.#adopt(opened);
    this.opened = true;
  }

  close(): void {
    this.#closed = true;
    this.#endGrowth?.();
    this.search.end();
    this.#latestMarks.drop();
    const own = this.#source === this.#app.source;
    if (this.#view !== null && own) void this.#app.run('log_close', { view: this.#view });
    this.#view = null;
  }

  /** What the view is asked to show. */
  get filter(): LogFilter {
    const levels = this.levels.size === LEVELS.length ? [] : LEVELS.filter((one) => this.levels.has(one));
    return { levels, sources: this.sources };
  }

  /** Sources asked for; empty means all. Set by the merged log. */
  sources: string[] = [];

  async setFilter(): Promise<void> {
    if (this.#view === null) return;
    const answer = await this.#app.run('log_filter', { view: this.#view, filter: this.filter });
    if (answer === null) return;
    this.selected = null;
    this.#adopt(answer);
    void this.search.again();
  }

  /** Switches a level; switching off the last one shows all again. */
  toggleLevel(level: LogLevel): void {
    const levels = new Set(this.levels);
    if (!levels.delete(level)) levels.add(level);
    this.levels = levels.size === 0 ? new Set(LEVELS) : levels;
    void this.setFilter();
  }

  async setFold(row: number, open: boolean): Promise<void> {
    if (this.#view === null) return;
    const answer = await this.#app.run('log_fold', { view: this.#view, row, open });
    if (answer === null) return;
    this.follow = false;
    this.#adopt(answer);
  }

  async clear(): Promise<void> {
    if (this.#view === null) return;
    const answer = await this.#app.run('log_clear', { view: this.#view });
    if (answer === null) return;
    this.selected = null;
    this.follow = true;
    this.#adopt(answer);
  }

  /** Copies the selected rows, or everything the view shows. */
  async copy(all = false): Promise<void> {
    if (this.#view === null || this.total === 0) return;
    const chosen = all ? null : this.chosen;
    const from = chosen?.from ?? Math.max(0, this.total - COPY_MOST);
    const count = chosen ? chosen.to - chosen.from : Math.min(this.total, COPY_MOST);
    const answer = await this.#app.run('log_copy', { view: this.#view, from, count });
    if (answer !== null)
      await this.#app.copy(answer.text, count === 1 ? 'Line copied' : `${count} lines copied`);
  }

  /** The selected rows. */
  get chosen(): Range | null {
    if (this.selected === null) return null;
    const other = this.anchor ?? this.selected;
    return { from: Math.min(this.selected, other), to: Math.max(this.selected, other) + 1 };
  }

  /** Selects a row, and with `extend` all rows from the last one on. */
  select(row: number, extend = false): void {
    const next = clamp(row, 0, this.total - 1);
    this.anchor = extend ? (this.anchor ?? this.selected ?? next) : null;
    this.selected = next;
    this.reveal(next);
  }

  /** Fetches the selected row's whole text. */
  async readWhole(): Promise<void> {
    const row = this.selected;
    if (this.#view === null || row === null) {
      this.whole = '';
      return;
    }
    const answer = await this.#app.run('log_copy', { view: this.#view, from: row, count: 1 });
    if (answer !== null && this.selected === row) this.whole = answer.text;
  }

  /** The row at an index, if it is at hand. */
  row(index: number | null): Row | null {
    return index === null ? null : (this.held.rows[index - this.held.from] ?? null);
  }

  /** Brings a row into sight. */
  reveal(row: number): void {
    const rows = this.height / ROW;
    if (row < this.top) this.scrollTo(row);
    else if (row > this.top + rows - 2) this.scrollTo(row - rows + 2);
  }

  /** Brings a row to the middle. */
  centre(row: number): void {
    this.scrollTo(row - this.height / ROW / 2);
  }

  /** Has a row first in sight; following ends unless that is the end. */
  scrollTo(top: number): void {
    this.top = clamp(top, 0, this.ruler.lastTop);
    this.follow = this.ruler.atEnd(this.top);
    void this.pump();
  }

  setFollow(on: boolean): void {
    this.follow = on;
    if (on) this.#toEnd();
    void this.pump();
  }

  /** The next or previous error from the selected or first row. */
  goError(step: 1 | -1): void {
    const { errors } = this.marks;
    const from = this.selected ?? Math.floor(this.top);
    const next = step > 0 ? errors.find((row) => row > from) : errors.findLast((row) => row < from);
    const row = next ?? (step > 0 ? errors[0] : errors.at(-1));
    if (row === undefined) return;
    this.anchor = null;
    this.selected = row;
    this.centre(row);
  }

  /** Takes the size of what is in sight. */
  resize(height: number): void {
    this.height = height;
    if (this.follow) this.#toEnd();
    void this.pump();
  }

  /** Asks for rows until those in sight are at hand: one question at a time, always about what is in sight now. */
  async pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#view !== null && this.#app.owner.halted === null && !this.#settled()) {
        const generation = this.#generation;
        const { from, count } = wantedWindow(this.visible, this.total, this.follow ? 8 : 120);
        const answer = await this.#app.backend.call('log_window', { view: this.#view, from, count });
        this.held = { from, rows: answer.rows };
        this.#heldGeneration = generation;
        this.counts = answer.counts;
        this.total = answer.total;
        if (this.follow) this.#toEnd();
        else this.top = clamp(this.top, 0, this.ruler.lastTop);
        if (answer.rows.length < Math.min(count, answer.total - from)) break;
      }
    } catch (thrown) {
      if (!this.#closed) this.#app.fail(thrown);
    } finally {
      this.#pumping = false;
    }
  }

  /** Asks for the rows in sight again: they are to be marked otherwise. */
  reread(): void {
    this.#generation += 1;
    void this.pump();
  }

  #settled(): boolean {
    const { from, rows } = this.held;
    if (this.#heldGeneration !== this.#generation) return false;
    return covers({ from, to: from + rows.length }, this.visible, this.total);
  }

  #adopt(view: LogView): void {
    this.counts = view.counts;
    this.total = view.rows;
    this.file = view.file;
    this.#generation += 1;
    if (this.follow) this.#toEnd();
    else this.top = clamp(this.top, 0, this.ruler.lastTop);
    void this.pump();
    // What was marked may be other rows by now.
    void this.#markRows(0);
  }

  #grew(rows: number, counts: LevelCounts): void {
    if (rows < this.total) this.#generation += 1;
    this.total = rows;
    this.counts = counts;
    if (this.follow) this.#toEnd();
    void this.pump();
    // One question at a time: whatever asks anew would never be answered in a log that keeps growing.
    if (this.#marking) this.#marksOld = true;
    else void this.#markRows(MARKS_EVERY);
  }

  #toEnd(): void {
    this.top = this.ruler.lastTop;
  }

  /** Fetches where errors and warnings are, after a pause in ms. */
  async #markRows(pause: number): Promise<void> {
    const view = this.#view;
    if (view === null) return;
    this.#marking = true;
    const answered = await this.#latestMarks.ask(() => {
      this.#marksOld = false;
      return this.#app.run('log_marks', { view });
    }, pause);
    if (answered === null) return;
    this.#marking = false;
    if (answered.answer !== null) this.marks = answered.answer;
    if (this.#marksOld) void this.#markRows(MARKS_EVERY);
  }
}
