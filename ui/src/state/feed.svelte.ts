// The snapshot, kept true by what the channel tells, in its order. Decides nothing about what is on screen.

import type { Heard, OwnerView, Wanted } from '../backend';
import type { Envelope, Event, Snapshot } from '../backend/generated';
import { apply, stepOf } from './apply';
import { Readings } from './readings.svelte';

/** Tells a log view that it has more rows. */
export type GrowthListener = (event: Extract<Event, { kind: 'logGrew' }>) => void;

/** What the feed needs of the window, and tells it. */
export interface FeedEnds {
  /** Asks for the whole snapshot. */
  fetch: () => Promise<Snapshot>;
  failed: (thrown: unknown) => void;
  /** An event is about to change the snapshot before it. */
  told: (before: Snapshot, event: Event) => void;
  owner: (view: OwnerView) => void;
  /** The shell has the window do something, whatever is shown. */
  wanted: (wanted: Wanted) => void;
  /** Files begin or cease to be dragged over the window. */
  dragging: (over: boolean) => void;
  /** Something else is about to be shown; whether it has another root. */
  turning: (elsewhere: boolean) => void;
  /** A whole snapshot is shown. */
  adopted: () => void;
  /** Events have been applied. */
  applied: () => void;
}

/** What the window is told. */
export class Feed {
  snapshot = $state.raw<Snapshot | null>(null);
  /** Grows when the window shows something else: what belongs to the former is put away, and its answers are dropped. */
  source = $state(0);
  readonly readings = new Readings();

  readonly #ends: FeedEnds;
  #fetching = false;
  #waiting: Heard[] = [];
  /** The root that is on screen before the channel has come to it: what opening it answered, or what was read of it. */
  #ahead: string | null = null;
  #growth = new Map<number, GrowthListener>();

  constructor(ends: FeedEnds) {
    this.#ends = ends;
  }

  /** Takes what the channel tells, in its order. */
  hear(told: Heard): void {
    if ('wanted' in told) this.#ends.wanted(told.wanted);
    else if ('dragging' in told) this.#ends.dragging(told.dragging);
    else if (this.snapshot === null) this.#waiting.push(told);
    else if ('snapshot' in told) this.#hearSnapshot(told.snapshot);
    else if ('owner' in told) this.#ends.owner(told.owner);
    else this.#hearEvents(told, this.snapshot);
  }

  /** Takes a batch of events in order; a gap in their numbers fetches everything anew. */
  #hearEvents(batch: Envelope[], shown: Snapshot): void {
    // Until the channel too has come to what was opened, it tells of what was shown before.
    if (this.#ahead !== null) return;
    if (this.#fetching) {
      this.#waiting.push(batch);
      return;
    }
    let snapshot = shown;
    const events: Event[] = [];
    for (const [index, envelope] of batch.entries()) {
      const step = stepOf(snapshot, envelope);
      if (step === 'old') continue;
      if (step === 'gap') {
        this.#waiting.push(batch.slice(index));
        void this.refetch();
        break;
      }
      const { event } = envelope;
      if (event.kind === 'logGrew') this.#growth.get(event.view)?.(event);
      this.#ends.told(snapshot, event);
      snapshot = apply(snapshot, envelope);
      events.push(event);
    }
    this.snapshot = snapshot;
    this.readings.take(events);
    this.#ends.applied();
  }

  /** The window shows something else from here on, unless the answer to opening it did so already. */
  #hearSnapshot(snapshot: Snapshot): void {
    const known = this.#ahead !== null && this.#ahead === snapshot.workspace?.root;
    this.#ahead = null;
    if (known) this.adopt(snapshot, true);
    else this.#turnTo(snapshot);
  }

  /** Shows something else, whatever its revision. Of the former nothing stays that could act on the new. */
  #turnTo(snapshot: Snapshot): void {
    const elsewhere = snapshot.workspace?.root !== this.snapshot?.workspace?.root;
    this.source += 1;
    this.#waiting = [];
    this.#fetching = false;
    this.#growth = new Map();
    this.readings.forget();
    this.#ends.turning(elsewhere);
    this.adopt(snapshot, true);
  }

  /** Shows what the app itself read of a workspace, before the channel comes to its owner. */
  look(snapshot: Snapshot): void {
    this.adopt(snapshot, true);
    this.#ahead = snapshot.workspace?.root ?? null;
  }

  /** Shows what opening a folder answered, before the channel comes to it. */
  turnAhead(snapshot: Snapshot, root: string): void {
    this.#turnTo(snapshot);
    this.#ahead = root;
  }

  /** Fetches the snapshot, then applies what was said meanwhile. */
  async refetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    const { source } = this;
    try {
      const snapshot = await this.#ends.fetch();
      if (source === this.source) this.adopt(snapshot, true);
    } catch (thrown) {
      if (source === this.source) this.#ends.failed(thrown);
    }
    if (source !== this.source) return;
    this.#fetching = false;
    this.catchUp();
  }

  /** Takes what was told while there was no snapshot to apply it to. */
  catchUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const told of waiting) this.hear(told);
  }

  /** Takes a whole snapshot, unless a newer one is already shown. */
  adopt(snapshot: Snapshot, force = false): void {
    if (force || this.snapshot === null || snapshot.revision >= this.snapshot.revision)
      this.snapshot = snapshot;
    this.#ends.adopted();
  }

  /** Hears of a log view's growth until the answer is called. */
  onGrowth(view: number, listener: GrowthListener): () => void {
    const growth = this.#growth;
    growth.set(view, listener);
    return () => growth.delete(view);
  }
}
