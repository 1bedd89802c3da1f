// What the parts of the window that are on screen offer to keys. Which key it was, `hearing` judges.

import type { Action } from './action';
import type { Move } from './moves';

/** What a part of the window offers to keys while it is on screen. */
export interface Offer {
  /** What the help calls it; parts of one title stand together. */
  title: string;
  actions: () => Action[];
  /** The keys that it hears itself. */
  moves?: Move[];
  /** Whether a key is for it; without this, every key is. */
  hears?: (event: KeyboardEvent) => boolean;
}

/** The offers of what is on screen now. */
export class Offers {
  readonly #offers = new Set<Offer>();

  /** Takes in what a part of the window offers, until the answer is called. */
  add(offer: Offer): () => void {
    this.#offers.add(offer);
    return () => void this.#offers.delete(offer);
  }

  /** What is offered, in the order in which it came. */
  get all(): Offer[] {
    return [...this.#offers];
  }
}
