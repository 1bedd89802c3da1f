import { describe, expect, it } from 'vitest';

import { settle, show } from '../screens/testing';

describe('the side bar', () => {
  // A browser makes a click of what was pressed and let go only where both were on something that is still there.
  it('keeps what is under the pointer while something happens', async () => {
    const { app, backend, screen } = await show('overview');
    const drawn = () => [...screen.getByTestId('nav-overview').querySelectorAll('svg *')];
    const before = drawn();
    expect(before.length).toBeGreaterThan(0);
    const { id } = app.locations[0]!;
    backend.change(id, { reloading: true });
    await settle();
    backend.change(id, { reloading: false });
    await settle();
    expect(drawn()).toEqual(before);
    drawn().forEach((one, at) => expect(one).toBe(before[at]));
  });
});
