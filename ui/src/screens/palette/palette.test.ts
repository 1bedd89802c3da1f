import { describe, expect, it } from 'vitest';

import { settle, show } from '../testing';
import { entries } from './commands';

describe('the palette', () => {
  it('opens Dagdeck’s own log, also where no workspace is open', async () => {
    for (const scene of ['welcome', 'overview']) {
      const { app, last } = await show(scene);
      entries(app)
        .find(({ action }) => action.label === 'Open Dagdeck’s own log')
        ?.action.run();
      await settle();
      expect(last('openOwnLog'), scene).toEqual({});
    }
  });
});
