// Where the person is in the window: the view, the selected row, and what is put out of sight.

import type { CameFrom } from './creating';
import type { Route } from './route';

/** Where the person is. */
export class Whereabouts {
  route = $state.raw<Route>({ view: 'overview' });
  /** The selected row's location. */
  selected = $state<string | null>(null);
  /** The root that the person browses without trusting it. */
  readOnly = $state<string | null>(null);
  sideHidden = $state(false);
  /** Banners put away until the next start. */
  hidden = $state.raw<ReadonlySet<string>>(new Set());
  /** Where closing the questions of creating leads back to. */
  cameFrom: CameFrom | null = null;

  /** Goes to a view. */
  go(route: Route): void {
    this.route = route;
    if (route.view === 'location') this.selected = route.id;
  }

  /** Puts a banner away. */
  hide(banner: string): void {
    this.hidden = new Set([...this.hidden, banner]);
  }

  /** Lets go of what was about something that is shown no longer; of all of it where that has another root. */
  leave(elsewhere: boolean): void {
    this.selected = null;
    if (!elsewhere) return;
    this.route = { view: 'overview' };
    this.cameFrom = null;
    this.readOnly = null;
  }
}
