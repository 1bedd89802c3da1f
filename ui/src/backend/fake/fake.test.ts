import { describe, expect, it } from 'vitest';

import { COMMAND_NAMES, type CommandName } from '../generated';
import { FakeBackend } from './fake';
import { scenes } from './scenes';

const fake = () => new FakeBackend(scenes.overview!(Date.now()));
/** What every request of the wire may name, so that one request fits all commands. */
const REQUEST = {
  path: '/home/ada/work/acme-data',
  location: 'data_engineering',
  locations: ['data_engineering'],
  service: 'webserver',
  key: 'dagster.asset',
  params: {},
  findings: [],
  fixes: [],
  change: { kind: 'add', requirement: 'polars', dev: false, add: [], remove: [], moved: [], trash: false },
  add: [],
  remove: [],
  moved: [],
  log: 'location:data_engineering',
  filter: { levels: [], sources: [] },
  unfolded: false,
  from: 0,
  count: 1,
  row: 0,
  pattern: 'a',
  kind: 'project',
  name: 'projects/inventory',
  parent: '/home/ada/work/acme-data',
  dagster: '',
  python: '3.13.0',
  sync: true,
  trust: false,
  git: false,
};
/** Those that start what was shown name it whole. */
const ANYTHING = { ...REQUEST, request: REQUEST, spec: REQUEST, basis: 'as shown' };

describe('the fake backend', () => {
  it('refuses a command that it does not know, and names it', async () => {
    const unknown = 'location_paint' as CommandName;
    await expect(fake().call(unknown, {})).rejects.toThrow('location_paint');
  });

  it('answers every command of the wire', async () => {
    for (const name of COMMAND_NAMES) {
      // Anew for each: one of them closes the workspace.
      const backend = fake();
      const { view } = await backend.call('log_open', ANYTHING);
      const answer: unknown = await backend.call(name, { ...ANYTHING, view } as never);
      expect(answer, name).toBeTypeOf('object');
    }
  });
});
