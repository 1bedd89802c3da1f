import { describe, expect, it } from 'vitest';

import { designLocations, loadError, location, service, workspace } from '../backend/fake/fixture';
import {
  clock,
  fileSize,
  initials,
  lasted,
  listed,
  memory,
  plural,
  tilde,
  took,
  uptime,
  when,
} from './format';
import { headline, launchPlan, launchSentence } from './summary';
import { lifecycleLine, locationKey, locationLine, locationShort, serviceLine } from './labels';

const NOW = new Date(2026, 10, 20, 14, 3, 2).getTime();

describe('a location’s state', () => {
  const running = { state: 'running', since: NOW - 9_000 } as const;

  it('is Running only when the definitions are loaded, not when the port answers', () => {
    const loading = location('a', 1, { lifecycle: running, readiness: { state: 'loading' } });
    expect(locationKey(loading)).toBe('starting');
    expect(locationLine(loading, NOW)).toBe('loading definitions 9.0 s');
    expect(locationKey({ ...loading, readiness: { state: 'ready', at: NOW, took: 1 } })).toBe('running');
  });

  it('is a load error, never Stopped, while the server is up with nothing to serve', () => {
    const broken = location('a', 1, {
      lifecycle: running,
      readiness: { state: 'loadError', error: loadError(NOW), stillServing: null },
    });
    expect(locationKey(broken)).toBe('loadError');
    expect(locationLine(broken, NOW)).toBe('Two Definitions objects in one module');
    const serving = location('a', 1, {
      lifecycle: running,
      readiness: { state: 'loadError', error: loadError(NOW), stillServing: NOW },
    });
    expect(locationLine(serving, NOW)).toBe('still serving the code of 14:03');
  });

  it('says who stopped it', () => {
    const never = { state: 'stopped', at: null, by: null } as const;
    expect(lifecycleLine(never, NOW)).toBe('never started here');
    expect(serviceLine(never, NOW)).toBe('Launch starts it');
    expect(lifecycleLine({ state: 'stopped', at: NOW - 3_600_000, by: 'closing' }, NOW)).toBe(
      'stopped when Dagdeck closed, 13:03',
    );
  });

  it('says when a start takes long', () => {
    const slow = {
      state: 'starting',
      phase: 'importing',
      since: NOW - 14_000,
      phaseSince: NOW - 14_000,
      usual: 5_000,
    } as const;
    expect(lifecycleLine(slow, NOW)).toBe('importing 14 s, usually 5.0 s');
    expect(lifecycleLine({ ...slow, usual: 9_000 }, NOW)).toBe('importing 14 s');
  });

  it('tells a crash with its retry', () => {
    const crash = {
      state: 'crashed',
      reason: 'ended with code 1',
      refusal: null,
      at: NOW,
      retryAt: NOW + 2_500,
      lastLines: [],
    } as const;
    expect(lifecycleLine({ ...crash, lastLines: [] }, NOW)).toBe('ended with code 1, tries again in 3 s');
    expect(lifecycleLine({ ...crash, lastLines: [], retryAt: null }, NOW)).toBe(
      'ended with code 1, just now',
    );
  });

  it('is External when another program runs it', () => {
    expect(locationKey(location('a', 1, { managed: false }))).toBe('external');
  });

  it('has a short word for the sidebar', () => {
    const [, , , , outOfSync, missing] = designLocations(NOW);
    expect(locationShort(outOfSync!, NOW)).toBe('Sync');
    expect(locationShort(missing!, NOW)).toBe('No env');
  });
});

describe('the headline', () => {
  it('counts what runs, starts and needs attention', () => {
    expect(headline(designLocations(NOW))).toBe('1 running, 1 starting, 3 need attention');
  });
  it('is short when all is well', () => {
    const all = designLocations(NOW)
      .slice(0, 1)
      .flatMap((one) => [one, { ...one, id: 'b' }]);
    expect(headline(all)).toBe('All 2 running');
    expect(headline([location('a', 1), location('b', 2)])).toBe('All 2 stopped');
    expect(headline([location('a', 1)])).toBe('Stopped');
  });
  it('says that all is stopped also where something needs attention', () => {
    const [, , , , outOfSync, missing] = designLocations(NOW);
    expect(headline([location('a', 1), missing!])).toBe('All 2 stopped, 1 needs attention');
    expect(headline([location('a', 1), missing!, outOfSync!])).toBe('All 3 stopped, 2 need attention');
    const crashed = location('b', 2, {
      lifecycle: {
        state: 'crashed',
        reason: 'ended with code 1',
        refusal: null,
        at: NOW,
        retryAt: null,
        lastLines: [],
      },
    });
    expect(headline([location('a', 1), crashed])).toBe('None running, 1 needs attention');
    const external = location('c', 3, { managed: false });
    expect(headline([location('a', 1), location('b', 2), external])).toBe('All 2 stopped, 1 external');
  });
});

describe('Launch', () => {
  it('says what it starts and what it can’t', () => {
    const open = workspace(designLocations(NOW));
    expect(launchPlan(open).locations.map((one) => one.name)).toEqual(['finance']);
    expect(launchSentence(open)).toBe(
      'Launch starts finance, the webserver and the daemon. The other two can’t start until their problem is fixed.',
    );
  });
  it('does not name a daemon that another one keeps from running', () => {
    const daemon = service('daemon', { blocked: 'The daemon of acme runs for this instance already.' });
    const open = workspace([location('a', 1)], { daemon });
    expect(launchPlan(open).services).toEqual(['the webserver']);
  });
  it('says that nothing runs in a folder that isn’t trusted', () => {
    expect(launchSentence(workspace([location('a', 1)], { trusted: false }))).toMatch(/isn’t trusted/);
  });
});

describe('numbers and times', () => {
  it('carry their unit', () => {
    expect([took(3_140), took(14_900), took(125_000), lasted(11_800)]).toEqual([
      '3.1 s',
      '14 s',
      '2 m 5 s',
      '11.8 s',
    ]);
    expect([uptime(12_000), uptime(360_000), uptime(8_040_000), uptime(273_600_000)]).toEqual([
      '12 s',
      '6 m',
      '2 h 14 m',
      '3 d 4 h',
    ]);
    expect([memory(412 * 1024 * 1024), memory(1.25 * 1024 ** 3)]).toEqual(['412 MB', '1.25 GB']);
    expect([fileSize(812), fileSize(14_233), fileSize(3_200_000)]).toEqual(['812 B', '14 kB', '3.2 MB']);
    expect([plural(1, 'asset'), plural(1204, 'asset')]).toEqual(['1 asset', '1,204 assets']);
  });
  it('are relative up to a minute, then a clock, then a date', () => {
    expect(when(NOW - 12_000, NOW)).toBe('12 s ago');
    expect(when(NOW - 600_000, NOW)).toBe(clock(NOW - 600_000));
    expect(when(new Date(2026, 10, 19, 18, 20).getTime(), NOW)).toBe('yesterday, 18:20');
    expect(when(new Date(2026, 10, 12, 9).getTime(), NOW)).toBe('12 Nov');
    expect(when(new Date(2025, 10, 12, 9).getTime(), NOW)).toBe('12 Nov 2025');
  });
  it('shorten names and paths', () => {
    expect([initials('data_engineering'), initials('finance')]).toEqual(['de', 'fi']);
    expect([tilde('/home/ada/work', '/home/ada'), tilde('/home/adam', '/home/ada')]).toEqual([
      '~/work',
      '/home/adam',
    ]);
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
