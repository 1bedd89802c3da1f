// What screens read and call of the window's parts, each passed on to the part that it belongs to. Decides nothing.

import type { Backend } from '../backend';
import type {
  ApiError,
  Creation,
  HealthView,
  LocationView,
  Settings,
  Snapshot,
  WorkspaceView,
} from '../backend/generated';
import { Offers } from './actions/offers';
import type { Measured } from './apply';
import type { CameFrom } from './creating';
import type { Dialog, DialogKind, DialogOf, Plain, Question } from './dialog';
import { Dialogs } from './dialogs.svelte';
import type { Feed, GrowthListener } from './feed.svelte';
import { Notices } from './notices.svelte';
import type { Route } from './route';
import { Whereabouts } from './whereabouts.svelte';

const UNCHECKED: HealthView = { findings: [], groups: [], checkedAt: null, checking: false };

/** The window's parts, as one. */
export abstract class Front {
  readonly backend: Backend;
  /** What is shown. */
  protected abstract readonly feed: Feed;
  /** Where the person is. */
  protected readonly at = new Whereabouts();
  protected readonly dialogs = new Dialogs();
  protected readonly notices = new Notices();
  /** What the parts of the window on screen offer to keys. */
  readonly offers = new Offers();

  constructor(backend: Backend) {
    this.backend = backend;
  }

  get snapshot(): Snapshot | null {
    return this.feed.snapshot;
  }

  /** Grows when the window shows something else. */
  get source(): number {
    return this.feed.source;
  }

  get measured(): Measured {
    return this.feed.readings.measured;
  }

  /** The last memory readings by log id, for the sparkline. */
  get memory(): Record<string, number[]> {
    return this.feed.readings.memory;
  }

  /** The open workspace. */
  get workspace(): WorkspaceView | null {
    return this.snapshot?.workspace ?? null;
  }

  get settings(): Settings | null {
    return this.snapshot?.settings ?? null;
  }

  /** What the checks answered last. */
  get health(): HealthView {
    return this.snapshot?.health ?? UNCHECKED;
  }

  /** What is being made, or was and is not put away yet. */
  get creation(): Creation | null {
    return this.snapshot?.creation ?? null;
  }

  get locations(): LocationView[] {
    return this.workspace?.locations ?? [];
  }

  /** The location with an id. */
  location(id: string | null): LocationView | null {
    return this.locations.find((one) => one.id === id) ?? null;
  }

  /** The location that single letters and the palette act on. */
  get current(): LocationView | null {
    return this.location(this.route.view === 'location' ? this.route.id : this.selected);
  }

  /** Takes a whole snapshot, unless a newer one is already shown. */
  adopt(snapshot: Snapshot): void {
    this.feed.adopt(snapshot);
  }

  /** Hears of a log view's growth until the answer is called. */
  onGrowth(view: number, listener: GrowthListener): () => void {
    return this.feed.onGrowth(view, listener);
  }

  get route(): Route {
    return this.at.route;
  }

  /** The selected row's location. */
  get selected(): string | null {
    return this.at.selected;
  }
  set selected(id: string | null) {
    this.at.selected = id;
  }

  /** The root that the person browses without trusting it. */
  get readOnly(): string | null {
    return this.at.readOnly;
  }
  set readOnly(root: string | null) {
    this.at.readOnly = root;
  }

  get sideHidden(): boolean {
    return this.at.sideHidden;
  }
  set sideHidden(hidden: boolean) {
    this.at.sideHidden = hidden;
  }

  /** Where closing the questions of creating leads back to. */
  get cameFrom(): CameFrom | null {
    return this.at.cameFrom;
  }
  set cameFrom(from: CameFrom | null) {
    this.at.cameFrom = from;
  }

  /** Banners put away until the next start. */
  get hidden(): ReadonlySet<string> {
    return this.at.hidden;
  }

  hide(banner: string): void {
    this.at.hide(banner);
  }

  /** The dialog that has the keyboard. */
  get dialog(): Dialog | null {
    return this.dialogs.open;
  }

  /** Opens a dialog. */
  ask(dialog: Plain | Question): void {
    this.dialogs.ask(dialog);
  }

  /** Puts a kind of dialog away, also where another stands over it. */
  putAway(kind: DialogKind): void {
    this.dialogs.putAway(kind);
  }

  /** The dialog of a kind, while it is on screen. */
  shown<Kind extends DialogKind>(kind: Kind): DialogOf<Kind> | null {
    return this.dialogs.shown(kind);
  }

  /** What went wrong last, until it is put away. */
  get failure(): ApiError | null {
    return this.notices.failure;
  }
  set failure(failure: ApiError | null) {
    this.notices.failure = failure;
  }

  get toast(): { text: string; at: number } | null {
    return this.notices.toast;
  }
  set toast(toast: { text: string; at: number } | null) {
    this.notices.toast = toast;
  }

  /** What the polite live region says. */
  get announcement(): string {
    return this.notices.announcement;
  }

  /** Shows what went wrong; something taken back is no alarm. */
  fail(thrown: unknown): void {
    this.notices.fail(thrown);
  }

  /** Says the result of something done elsewhere. */
  say(text: string): void {
    this.notices.say(text);
  }

  /** Puts text on the clipboard and says so. */
  async copy(text: string, said = 'Copied'): Promise<void> {
    try {
      await this.backend.copy(text);
      this.say(said);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  async openUrl(url: string): Promise<void> {
    await this.backend.openUrl(url).catch((thrown: unknown) => this.fail(thrown));
  }

  async openPath(path: string, line: number | null = null): Promise<void> {
    await this.backend.openPath({ path, line }).catch((thrown: unknown) => this.fail(thrown));
  }

  async reveal(path: string): Promise<void> {
    await this.backend.revealPath(path).catch((thrown: unknown) => this.fail(thrown));
  }
}
