// Finding commands by a few letters: words that begin with them first, then letters in order.

/** Where the letters of a query were found in a label. */
export interface Hit {
  score: number;
  /** Indices of the matched characters. */
  at: number[];
}

/** How well a label answers a query; null when it doesn't. */
export function match(query: string, label: string): Hit | null {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return { score: 0, at: [] };
  const text = label.toLowerCase();
  const whole = text.indexOf(wanted);
  if (whole >= 0) {
    const begins = whole === 0 || !/[a-z0-9]/.test(text[whole - 1] ?? '');
    return { score: (begins ? 1000 : 500) - whole, at: range(whole, whole + wanted.length) };
  }
  // Letters strewn about are no match a person would see: they begin where a word does.
  return inOrder(wanted.replaceAll(' ', ''), text);
}

function inOrder(wanted: string, text: string): Hit | null {
  let best: Hit | null = null;
  for (const word of text.matchAll(/[a-z0-9]+/g)) {
    const hit = from(wanted, text, word.index);
    if (hit !== null && (best === null || hit.score > best.score)) best = hit;
  }
  return best;
}

function from(wanted: string, text: string, start: number): Hit | null {
  const at: number[] = [];
  let next = start;
  for (const letter of wanted) {
    const found = text.indexOf(letter, next);
    if (found < 0 || (at.length === 0 && found !== start)) return null;
    at.push(found);
    next = found + 1;
  }
  const spread = (at.at(-1) ?? 0) - start;
  return spread > wanted.length * 4 ? null : { score: 200 - spread, at };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** A label cut into runs that matched and runs that didn't. */
export function runs(label: string, at: number[]): { text: string; hit: boolean }[] {
  const hits = new Set(at);
  const out: { text: string; hit: boolean }[] = [];
  for (const [index, letter] of [...label].entries()) {
    const hit = hits.has(index);
    const last = out.at(-1);
    if (last?.hit === hit) last.text += letter;
    else out.push({ text: letter, hit });
  }
  return out;
}
