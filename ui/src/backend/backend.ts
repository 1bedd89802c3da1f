// The one door to Rust, as an interface: the shell behind it in the app, a fake behind it in tests and in a browser.

import type { ApiError, CommandName, Commands, Envelope, OpenPathRequest, Snapshot } from './generated';

/** What to do with running programs when the window closes. */
export type CloseDecision = 'stop' | 'keep' | 'cancel';

/** Window controls, for the title bar that Dagdeck draws itself. */
export interface WindowControls {
  minimise(): void;
  toggleMaximise(): void;
  close(): void;
}

/** An environment variable that what runs a workspace has another value of than this window. */
export interface Difference {
  name: string;
  /** What runs was started with this; null where it is not set there, or secret. */
  owner: string | null;
  /** This window has this; null where it is not set here, or secret. */
  own: string | null;
}

/** Who runs the workspace that is shown: a process of its own, to which windows and terminals attach. */
export interface OwnerView {
  /**
   * `none`: nothing is run, as on the welcome screen. `attached`: this window is one of its hosts. `gone`: it ended
   * without being asked, and all that it ran with it. `other`: a Dagdeck of another version, which can only be stopped.
   */
  state: 'none' | 'attached' | 'gone' | 'other';
  pid: number | null;
  version: string | null;
  /** Terminals that are attached to it. */
  terminals: number;
  /** Windows that are attached to it beside this one. */
  windows: number;
  differs: Difference[];
  /** For `other`: how many processes run there. */
  running: number;
  /** For `gone`: why it never was there. */
  refused: ApiError | null;
  /** For `other`: the workspace's root, for it can't be looked at. */
  root: string | null;
}

/** Where the window begins. */
export interface Begun {
  snapshot: Snapshot;
  /** Whether that was only read by the app itself: a whole snapshot of the workspace's owner follows. */
  looked: boolean;
  owner: OwnerView;
}

/**
 * What the window is told, in this order only: events of what is shown; a snapshot of something else, which takes the
 * place of everything shown, whatever its revision; who runs it; what the window is to do; or whether files are being
 * dragged over it.
 */
export type Heard =
  Envelope[] | { snapshot: Snapshot } | { owner: OwnerView } | { wanted: Wanted } | { dragging: boolean };

/** What the shell has the window do. */
export interface Wanted {
  /** Folders to open: starts of the app named them, or they were dropped. */
  folders: string[];
  /** To ask whether it shall close, while this runs. */
  close: Running | null;
}

/** What closing a window would stop. */
export interface Running {
  processes: number;
  /** Terminals that show what these processes do. */
  terminals: number;
}

/** What screens may ask of the world outside the window. */
export interface Backend {
  /** Whether nothing real is behind it. */
  readonly fake: boolean;
  /** Sends one command; rejects with an {@link ApiError}. */
  call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['response']>;
  /** Hears all that happens from the answer's snapshot on, in order. */
  subscribe(hear: (told: Heard) => void): Promise<Begun>;
  /** Shows the folder dialog; null when it was dismissed. */
  pickFolder(start: string | null): Promise<string | null>;
  openUrl(url: string): Promise<void>;
  openPath(request: OpenPathRequest): Promise<void>;
  revealPath(path: string): Promise<void>;
  /** Opens the file that Dagdeck's own processes write to, for a bug report. */
  openOwnLog(): Promise<void>;
  copy(text: string): Promise<void>;
  /** Says that a screen was painted, for those who measure. */
  painted(screen: string): Promise<void>;
  /** Answers the close question. */
  decideClose(decision: CloseDecision, remember: boolean): Promise<void>;
  /** Runs the workspace that is shown from here: where nothing runs it any more, or, instead, another version. */
  takeOver(): Promise<void>;
  /** Stops everything and starts it again with this window's environment. */
  restartOwner(): Promise<void>;
  readonly window: WindowControls;
}

/** Makes an {@link ApiError} of whatever was thrown. */
export function toApiError(thrown: unknown): ApiError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const known = thrown as Partial<ApiError> & Pick<ApiError, 'code' | 'message'>;
    return { causes: [], hints: [], subject: null, ...known };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, causes: [], hints: [], subject: null };
}
