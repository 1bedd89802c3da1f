// Puts a drawing into an svg element. Each is parsed once and copied from then on: a screen has a hundred of them.

import type { Attachment } from 'svelte/attachments';

const parsed = new Map<string, DocumentFragment>();

function drawing(markup: string): DocumentFragment {
  let made = parsed.get(markup);
  if (made === undefined) {
    const holder = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    holder.innerHTML = markup;
    made = document.createDocumentFragment();
    made.append(...holder.childNodes);
    parsed.set(markup, made);
  }
  return made;
}

/** Draws markup of ours in the element, in place of what was there. */
export function draw(markup: string): Attachment<SVGSVGElement> {
  return (element) => element.replaceChildren(drawing(markup).cloneNode(true));
}
