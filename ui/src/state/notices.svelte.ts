// What is said to the person beside the screens: a failure, a toast, and what the live region reads out.

import { toApiError } from '../backend';
import type { ApiError, Creation, Event, Snapshot } from '../backend/generated';
import { creationSentence } from './creating';
import { fixedSentence } from './health';
import type { Route } from './route';
import { locationKey, locationShown } from './labels';

/** How often a change of state that isn't grave is read out at most, in ms. */
const ANNOUNCE_EVERY = 5_000;

/** What is said now. */
export class Notices {
  /** What went wrong last, until it is put away. */
  failure = $state.raw<ApiError | null>(null);
  toast = $state.raw<{ text: string; at: number } | null>(null);
  /** What the polite live region says. */
  announcement = $state('');
  #lastAnnounced = 0;

  /** Shows what went wrong; something taken back is no alarm. */
  fail(thrown: unknown): void {
    const error = toApiError(thrown);
    if (error.code !== 'cancelled') this.failure = error;
  }

  /** Says the result of something done elsewhere. */
  say(text: string): void {
    this.toast = { text, at: Date.now() };
  }

  /** Tells what an event means for the snapshot before it, to somebody who looks at a view. */
  tell(before: Snapshot, event: Event, view: Route['view']): void {
    if (event.kind === 'locationChanged') this.#tellLocation(before, event.location);
    if (event.kind === 'creationChanged') this.#tellCreation(before.creation, event.creation, view);
    if (event.kind === 'healthChanged') this.#tellHealth(fixedSentence(before.health, event.health), view);
  }

  /** Announces a change of state, but not every few seconds. */
  #tellLocation(before: Snapshot, location: Extract<Event, { kind: 'locationChanged' }>['location']): void {
    const old = before.workspace?.locations.find((one) => one.id === location.id);
    if (old === undefined || locationKey(old) === locationKey(location)) return;
    const now = Date.now();
    const grave = locationKey(location) === 'loadError' || locationKey(location) === 'crashed';
    if (!grave && now - this.#lastAnnounced < ANNOUNCE_EVERY) return;
    this.#lastAnnounced = now;
    this.announcement = `${location.name}: ${locationShown(location).word.toLowerCase()}`;
  }

  /** Says how a creation ended; in a toast where its own screen is not there to show that it went well. */
  #tellCreation(before: Creation | null, now: Creation | null, view: Route['view']): void {
    if (now === null || before?.state !== 'running' || now.state === 'running') return;
    this.announcement = creationSentence(now);
    if (now.state === 'succeeded' && view !== 'create') this.say(creationSentence(now));
  }

  /** Says how fixes ended; in a toast where Health is not there to show it. */
  #tellHealth(sentence: string | null, view: Route['view']): void {
    if (sentence === null) return;
    this.announcement = sentence;
    if (view !== 'health') this.say(`Health: ${sentence}`);
  }
}
