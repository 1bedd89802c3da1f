import type { Channel } from '@tauri-apps/api/core';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, expect, it } from 'vitest';

import { workspace, designLocations, snapshot } from './fake/fixture';
import { askInside } from './first';
import type { Envelope } from './generated';

afterEach(clearMocks);

const batch = (revision: number): Envelope[] => [
  { revision, event: { kind: 'metricsMeasured', metrics: {} } },
];

it('asks nobody in a plain browser', () => {
  expect(askInside()).toBeNull();
});

it('hands over what came before anybody listened, in order, and then what comes', async () => {
  const begun = { snapshot: snapshot(workspace(designLocations(0)), 0), unopened: null };
  let channel: Channel<Envelope[]> | null = null;
  mockIPC((command, args) => {
    expect(command).toBe('events_subscribe');
    channel = (args as { channel: Channel<Envelope[]> }).channel;
    return begun;
  });
  const asked = askInside();
  const told = (revision: number) => channel?.onmessage(batch(revision));
  told(2);
  told(3);
  const heard: number[] = [];
  asked?.hear((events) => heard.push(...events.map((one) => one.revision)));
  told(4);
  expect(heard).toEqual([2, 3, 4]);
  expect(await asked?.begun).toBe(begun);
});
