import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';
import type { Envelope, Snapshot } from '../backend/generated';
import { apply, stepOf } from './apply';

const text = readFileSync('../tests/contract/story.json', 'utf8');
const story = JSON.parse(text) as { first: Snapshot; events: Envelope[]; last: Snapshot };

it('ends at the core’s own snapshot after the events that the core told', () => {
  let snapshot = story.first;
  for (const envelope of story.events) {
    expect(stepOf(snapshot, envelope)).toBe('next');
    snapshot = apply(snapshot, envelope);
  }
  expect(snapshot).toEqual(story.last);
});
