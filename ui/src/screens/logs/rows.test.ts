import { expect, it } from 'vitest';

import type { Row } from '../../backend/generated';
import { shownSegments } from './rows';

const row = (kind: Partial<Row>, text: string) =>
  ({
    index: 0,
    time: 0,
    level: 'error',
    source: 'a',
    logger: null,
    cut: false,
    segments: [{ text, color: null, bold: false, marked: false }],
    ...kind,
  }) as Row;
const words = (one: Row, root = '/w') => shownSegments(one, root).map((part) => part.text);

it('shows the place of one’s own frame in short', () => {
  const subject = { path: '/w/projects/a/defs.py', line: 3, column: null };
  const own = row({ kind: 'ownFrame', subject }, '  File "/w/projects/a/defs.py", line 3, in <module>');
  expect(words(own)).toEqual(['projects/a/defs.py:3 in <module>']);
  expect(words(own, '/elsewhere')).toEqual(['/w/projects/a/defs.py:3 in <module>']);
});

it('tells an exception’s class from its message', () => {
  const exception = row({ kind: 'exception' }, "ModuleNotFoundError: No module named 'a'");
  expect(shownSegments(exception, '')).toMatchObject([
    { text: 'ModuleNotFoundError', color: 'red' },
    { text: ": No module named 'a'", color: null },
  ]);
  expect(words(row({ kind: 'exception' }, 'KeyboardInterrupt'))).toEqual(['KeyboardInterrupt']);
});

it('keeps what is marked where it shows a row otherwise', () => {
  const marked = (text: string, on: boolean) => ({ text, color: null, bold: false, marked: on });
  const parts = [marked('Module', false), marked('NotFoundError: no', true), marked(' a', false)];
  const exception = { ...row({ kind: 'exception' }, ''), segments: parts };
  expect(shownSegments(exception, '').map((one) => [one.text, one.color, one.marked])).toEqual([
    ['Module', 'red', false],
    ['NotFoundError', 'red', true],
    [': no', null, true],
    [' a', null, false],
  ]);
  const subject = { path: '/w/a.py', line: 3, column: null };
  const own = { ...row({ kind: 'ownFrame', subject }, ''), segments: parts };
  expect(shownSegments(own, '/w').map((one) => one.marked)).toEqual([true]);
});

it('leaves every other row as it was printed', () => {
  expect(words(row({ kind: 'line' }, 'Error: this: that'))).toEqual(['Error: this: that']);
});
