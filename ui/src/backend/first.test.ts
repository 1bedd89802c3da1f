import type { Channel } from '@tauri-apps/api/core';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, expect, it } from 'vitest';

import { workspace, designLocations, snapshot } from './fake/fixture';
import { askInside } from './first';
import type { Heard } from './backend';
import { NOBODY } from './fake/owner';
import type { Envelope } from './generated';

afterEach(clearMocks);

const batch = (revision: number): Envelope[] => [
  { revision, event: { kind: 'metricsMeasured', metrics: {} } },
];

it('asks nobody in a plain browser', () => {
  expect(askInside()).toBeNull();
});

it('hands over what came before anybody listened, in order, and then what comes', async () => {
  const begun = { snapshot: snapshot(workspace(designLocations(0)), 0), owner: NOBODY };
  let channel: Channel<Heard> | null = null;
  mockIPC((command, args) => {
    expect(command).toBe('events_subscribe');
    channel = (args as { channel: Channel<Heard> }).channel;
    return begun;
  });
  const asked = askInside();
  const told = (one: Heard) => channel?.onmessage(one);
  for (const one of [batch(2), batch(3), { owner: NOBODY }]) told(one);
  const heard: Heard[] = [];
  asked?.hear((one) => heard.push(one));
  told({ snapshot: begun.snapshot });
  told(batch(1));
  expect(heard).toEqual([batch(2), batch(3), { owner: NOBODY }, { snapshot: begun.snapshot }, batch(1)]);
  expect(await asked?.begun).toBe(begun);
});
