// The keys that only move: through rows, lines and regions. What they move, the lists know themselves.

/** A key and where it leads. */
export interface Move {
  keys: string;
  /** Other keys that lead there too. */
  also?: string[];
  does: string;
}

/** Moves focus to the next part of the window. */
export const NEXT_REGION: Move = { keys: 'F6', does: 'Next region' };

/** Through the rows of the overview. */
export const ROWS = {
  up: { keys: '↑', also: ['K'], does: 'Previous row' },
  down: { keys: '↓', also: ['J'], does: 'Next row' },
} satisfies Record<string, Move>;

/** Through the findings of Health. */
export const FINDINGS = {
  up: { keys: '↑', does: 'Previous finding' },
  down: { keys: '↓', does: 'Next finding' },
  // The row is a button: the browser presses it.
  turn: { keys: 'Enter', does: 'Show or hide its details' },
} satisfies Record<string, Move>;

/** Through what was found in a log, in the field. */
export const MATCHES = {
  next: { keys: 'Enter', does: 'Next match, in the find field' },
  previous: { keys: 'Shift+Enter', does: 'Previous match' },
} satisfies Record<string, Move>;

/** Through the lines of a log. */
export const LINES = {
  up: { keys: '↑', does: 'Previous line' },
  down: { keys: '↓', does: 'Next line' },
  fold: { keys: '←', does: 'Fold frames' },
  unfold: { keys: '→', does: 'Unfold frames' },
} satisfies Record<string, Move>;

/** Every move there is. */
export const MOVES: Move[] = [
  NEXT_REGION,
  ...[ROWS, FINDINGS, MATCHES, LINES].flatMap((one): Move[] => Object.values(one)),
];
