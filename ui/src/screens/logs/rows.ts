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
    return [{ text: where === undefined ? place : `${place} in ${where}`, color: null, bold: false }];
  }
  const [only] = row.segments;
  if (row.kind === 'exception' && row.segments.length === 1 && only !== undefined && only.color === null) {
    const end = only.text.search(/:\s|$/);
    return [
      { ...only, text: only.text.slice(0, end), color: 'red' },
      { ...only, text: only.text.slice(end) },
    ];
  }
  return row.segments;
}
