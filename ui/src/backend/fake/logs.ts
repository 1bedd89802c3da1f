// Made-up logs: rows are computed from their index, so any number of them costs nothing.

import type {
  Event,
  LevelCounts,
  LogFilter,
  LogLevel,
  LogMarks,
  LogMatches,
  LogView,
  LogWindow,
  Row,
  RowKind,
  Segment,
} from '../generated';
import type { AnswersOf } from './answers';

type Sample = [LogLevel, RowKind, string | null, [string, string | null][]];

const FILE = '/home/ada/work/acme-data/projects/data-science/src/data_science/forecasting/assets.py';
const own: RowKind = { kind: 'ownFrame', subject: { path: FILE, line: 3, column: null } };
const LINE: RowKind = { kind: 'line' };

const SAMPLES: Sample[] = [
  ['info', { kind: 'runStart' }, null, [['data_science started in process 41861', null]]],
  [
    'info',
    LINE,
    'dagster.code_server',
    [['Starting Dagster code server for module data_science.definitions in process 41873', null]],
  ],
  ['error', LINE, 'dagster.code_server', [['Error while importing code', null]]],
  ['error', { kind: 'continuation' }, null, [['Traceback (most recent call last):', null]]],
  ['error', { kind: 'fold', frames: 11, open: false }, null, [['11 frames in dagster and importlib', null]]],
  ['error', own, null, [['src/data_science/forecasting/assets.py:3 in <module>', null]]],
  ['error', { kind: 'frame' }, null, [['    from sklearn.ensemble import GradientBoostingRegressor', null]]],
  [
    'error',
    { kind: 'exception' },
    null,
    [
      ['ModuleNotFoundError', 'red'],
      [': No module named ', null],
      ["'sklearn'", 'green'],
    ],
  ],
  ['info', { kind: 'note' }, null, [['You ran uv sync, 8 packages installed in 11.8 s. Restarted.', null]]],
  [
    'info',
    LINE,
    'dagster.code_server',
    [['Started Dagster code server for module data_science.definitions in process 41990', null]],
  ],
  [
    'warning',
    LINE,
    'dagster.components.core.component_tree',
    [
      [
        "The code location name 'data-science' configured on this project does not match the name 'data_science.definitions' this code location is registered under.",
        null,
      ],
    ],
  ],
  [
    'info',
    LINE,
    'data_science.forecasting',
    [
      ['calendar ', null],
      ['stores=', 'cyan'],
      ['24', 'yellow'],
      [' horizon=', null],
      ['13w', 'yellow'],
      [' cache hit', 'green'],
    ],
  ],
  [
    'debug',
    LINE,
    null,
    [['Heartbeat written by SchedulerDaemon, SensorDaemon, BackfillDaemon, AssetDaemon', null]],
  ],
  [
    'info',
    LINE,
    'uvicorn.access',
    [
      ['127.0.0.1:58214 - "POST /graphql HTTP/1.1" ', null],
      ['200', 'green'],
    ],
  ],
  [
    'info',
    LINE,
    'dagster.daemon.SensorDaemon',
    [['Checking for new runs for sensor: raw_orders_landed', null]],
  ],
  ['info', LINE, 'data_engineering.sensors', [['3 new files in s3://acme-landing/orders/2026-11-20/', null]]],
];
const SOURCES = [
  'service:webserver',
  'service:daemon',
  'location:data_engineering',
  'location:data_science',
  'location:marketing',
];

interface Open {
  log: string;
  filter: LogFilter;
  cleared: number;
  /** What is searched for. */
  find: RegExp | null;
}

/** Answers the log commands. */
export class FakeLogs {
  lines = 400;
  readonly began = Date.now() - 600_000;
  #views = new Map<number, Open>();
  #folds = new Set<number>();
  #next = 1;
  readonly #emit: (event: Event) => void;

  constructor(emit: (event: Event) => void) {
    this.#emit = emit;
  }

  /** Adds this many lines a second, told 20 times a second. */
  stream(perSecond: number): void {
    setInterval(() => this.grow(Math.ceil(perSecond / 20)), 50);
  }

  /** Adds lines and tells each view. */
  grow(by: number): void {
    this.lines += by;
    for (const view of this.#views.keys()) {
      const { rows, counts } = this.#view(view);
      this.#emit({ kind: 'logGrew', view, rows, counts });
    }
  }

  readonly answers: AnswersOf<'log'> = {
    log_open: ({ log, filter }) => {
      this.#views.set(this.#next, { log, filter, cleared: 0, find: null });
      return this.#view(this.#next++);
    },
    log_filter: ({ view, filter }) => {
      this.#open(view).filter = filter;
      return this.#view(view);
    },
    log_clear: ({ view }) => {
      this.#open(view).cleared = this.lines;
      return this.#view(view);
    },
    log_fold: ({ view, row, open }) => {
      if (open) this.#folds.add(row);
      else this.#folds.delete(row);
      return this.#view(view);
    },
    log_window: ({ view, from, count }) => this.#window(view, from, count),
    log_print: ({ view, from, count }) => {
      const { rows } = this.#window(view, from, count);
      return { blocks: rows.map((first) => ({ first, more: '' })), next: from + rows.length };
    },
    log_copy: ({ view, from, count }) => ({
      text: this.#window(view, from, count).rows.map(text).join('\n'),
    }),
    log_marks: ({ view }) => this.#marks(view),
    log_search: ({ view, pattern, regex, from, backwards }) =>
      this.#search(view, pattern, regex, from, backwards),
    log_close: ({ view }) => {
      this.#views.delete(view);
      return {};
    },
  };

  #open(view: number): Open {
    const open = this.#views.get(view);
    if (open === undefined) throw new Error(`no view ${view}`);
    return open;
  }

  #samples(view: number): number[] {
    const { levels } = this.#open(view).filter;
    const all = SAMPLES.map((_, at) => at);
    return levels.length === 0 ? all : all.filter((at) => levels.includes((SAMPLES[at] as Sample)[0]));
  }

  #rows(view: number): number {
    const lines = this.lines - this.#open(view).cleared;
    return Math.floor((lines * this.#samples(view).length) / SAMPLES.length);
  }

  #counts(view: number): LevelCounts {
    const counts = { debug: 0, info: 0, warning: 0, error: 0 };
    const each = (this.lines - this.#open(view).cleared) / SAMPLES.length;
    for (const [level, kind] of SAMPLES) if (kind.kind === 'line') counts[level] += Math.floor(each);
    return counts;
  }

  #view(view: number): LogView {
    const { log } = this.#open(view);
    const file = log === 'all' ? null : '/home/ada/.local/share/dagdeck/acme-data/logs/data_science.log';
    return { view, rows: this.#rows(view), counts: this.#counts(view), file };
  }

  #window(view: number, from: number, count: number): LogWindow {
    const samples = this.#samples(view);
    const total = this.#rows(view);
    const rows: Row[] = [];
    for (let index = from; index < Math.min(from + count, total); index += 1)
      rows.push(this.#row(index, samples, this.#open(view).find));
    return { rows, total, counts: this.#counts(view) };
  }

  #row(index: number, samples: number[], find: RegExp | null): Row {
    const at = samples[index % samples.length] ?? 0;
    const [level, kind, logger, parts] = SAMPLES[at] as Sample;
    const shown = kind.kind === 'fold' ? { ...kind, open: this.#folds.has(index) } : kind;
    return {
      index,
      time: this.began + index * 137,
      level,
      source: SOURCES[at % SOURCES.length] as string,
      logger,
      segments: parts.flatMap(([words, color]) => marked(words, color, find)),
      cut: false,
      ...shown,
    };
  }

  #marks(view: number): LogMarks {
    const samples = this.#samples(view);
    const total = this.#rows(view);
    const marks: LogMarks = { errors: [], warnings: [] };
    for (let index = 0; index < Math.min(total, 20_000); index += 1) {
      const [level, kind] = SAMPLES[samples[index % samples.length] ?? 0] as Sample;
      if (kind.kind !== 'line') continue;
      if (level === 'error' && marks.errors.length < 60) marks.errors.push(index);
      if (level === 'warning' && marks.warnings.length < 60) marks.warnings.push(index);
    }
    return marks;
  }

  #search(view: number, pattern: string, regex: boolean, from: number, backwards: boolean): LogMatches {
    const none = { count: 0, row: null, ordinal: 0, invalid: null };
    const open = this.#open(view);
    if (pattern === '') open.find = null;
    if (pattern === '') return none;
    let test: RegExp;
    try {
      test = new RegExp(regex ? pattern : pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
      open.find = new RegExp(`(${test.source})`, 'i');
    } catch {
      return { ...none, invalid: 'This is not a regular expression: something opened is not closed' };
    }
    const rows = this.#window(view, 0, Math.min(this.#rows(view), 5_000)).rows.filter((row) =>
      test.test(text(row)),
    );
    const at = backwards
      ? rows.findLastIndex((row) => row.index <= from)
      : rows.findIndex((row) => row.index >= from);
    const found = at < 0 ? (backwards ? rows.length - 1 : 0) : at;
    return {
      count: rows.length,
      row: rows[found]?.index ?? null,
      ordinal: rows.length === 0 ? 0 : found + 1,
      invalid: null,
    };
  }
}

function text(row: Row): string {
  return [row.logger ?? '', ...row.segments.map((one) => one.text)].join(row.logger ? ' ' : '');
}

/** Words in one colour, split where what is searched for begins and ends. */
function marked(words: string, color: string | null, find: RegExp | null): Segment[] {
  const parts = find === null ? [words] : words.split(find);
  // Every other one is what was found.
  const segments = parts.map((part, at) => ({ text: part, color, bold: false, marked: at % 2 === 1 }));
  return segments.filter((one) => one.text !== '');
}
