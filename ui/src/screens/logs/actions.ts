// What can be done to a log on screen by key, and to its selected line.

import type { LogLevel } from '../../backend/generated';
import { unless, type Action } from '../../state/actions/action';
import type { App } from '../../state/app.svelte';
import type { LogState } from './log.svelte';

const LEVEL_KEYS: [LogLevel, string, string][] = [
  ['error', 'Errors', 'E'],
  ['warning', 'Warnings', 'W'],
  ['info', 'Information', 'I'],
  ['debug', 'Debugging', 'D'],
];

/** What keys do anywhere beside the log; `find` puts the keyboard into the field. */
export function logActions(log: LogState, find: () => void): Action[] {
  const levels = LEVEL_KEYS.map(([level, word, keys]): Action => ({
    id: `level-${level}`,
    label: `${word} on or off`,
    icon: 'filter',
    keys,
    title: '',
    disabled: false,
    run: () => log.toggleLevel(level),
  }));
  return [
    { id: 'find', label: 'Find', icon: 'search', keys: 'Mod+F', title: '', disabled: false, run: find },
    regexAction(log),
    ...levels,
  ];
}

/** Reads the pattern as a regular expression, or as it stands. */
export function regexAction(log: LogState): Action {
  const run = () => {
    log.search.regex = !log.search.regex;
    void log.search.again();
  };
  const label = 'Regular expression';
  return { id: 'regex', label, icon: 'search', keys: 'Alt+R', title: '', disabled: false, run };
}

/** Copies the selected lines, or everything where none is. */
export function copyLinesAction(log: LogState): Action {
  return {
    id: 'copy-lines',
    label: 'Copy the line',
    icon: 'copy',
    keys: 'C',
    ...unless('', log.total === 0 ? 'There is nothing to copy' : null),
    run: () => void log.copy(),
  };
}

/** What keys do in the list of lines. */
export function lineActions(app: App, log: LogState): Action[] {
  const row = log.row(log.selected);
  const file = row?.kind === 'ownFrame' ? row.subject : null;
  const noError = log.marks.errors.length === 0 ? 'There is no error here' : null;
  return [
    {
      id: 'open-file',
      label: 'Open the line’s file',
      icon: 'file',
      keys: 'O',
      ...unless('', file === null ? 'Select a line that names a file of yours first' : null),
      run: () => file !== null && void app.openPath(file.path, file.line),
    },
    copyLinesAction(log),
    {
      id: 'next-error',
      label: 'Next error',
      icon: 'down',
      keys: 'N',
      ...unless('', noError),
      run: () => log.goError(1),
    },
    {
      id: 'previous-error',
      label: 'Previous error',
      icon: 'up',
      keys: 'P',
      ...unless('', noError),
      run: () => log.goError(-1),
    },
    {
      id: 'millis',
      label: 'Milliseconds on or off',
      icon: 'clock',
      keys: 'T',
      title: '',
      disabled: false,
      run: () => (log.millis = !log.millis),
    },
    {
      id: 'follow',
      label: 'Follow the end',
      icon: 'follow',
      keys: 'End',
      title: '',
      disabled: false,
      run: () => log.setFollow(true),
    },
  ];
}
