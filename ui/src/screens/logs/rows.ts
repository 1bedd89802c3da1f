// How a row's text is shown where that is not as it was printed.

import type { Row, Segment } from '../../backend/generated';

/** The segments of a row: one's own frame with its place in short, an exception with its class told apart. */
export function shownSegments(row: Row, root: string): Segment[] {
  if (row.kind === 'ownFrame') {
    const text = row.segments.map((one) => one.text).join('');
    const where = /, in (.+?)\s*$/.exec(text)?.[1] ?? / in (<?\w+>?)\s*$/.exec(text)?.[1];
    const { path, line } = row.subject;
    const short = root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    const place = line === null ? short : `${short}:${line}`;
    const shown = where === undefined ? place : `${place} in ${where}`;
    const marked = row.segments.some((one) => one.marked);
    return [{ text: shown, color: null, bold: false, marked }];
  }
  if (row.kind === 'exception' && row.segments.every((one) => one.color === null)) {
    const text = row.segments.map((one) => one.text).join('');
    return reddened(row.segments, text.search(/:\s|$/));
  }
  return row.segments;
}

/** The same with so many of their characters in red. */
function reddened(segments: Segment[], characters: number): Segment[] {
  let left = characters;
  return segments.flatMap((one) => {
    const parts = [
      { ...one, text: one.text.slice(0, left), color: 'red' },
      { ...one, text: one.text.slice(left) },
    ];
    left = Math.max(0, left - one.text.length);
    return parts.filter((part) => part.text !== '');
  });
}
