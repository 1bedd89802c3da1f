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

/** Where the window begins. */
export interface Begun {
  snapshot: Snapshot;
  /** A folder that this start of the app named and that could not be opened. */
  unopened: string | null;
}

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** What screens may ask of the world outside the window. */
export interface Backend {
  /** Whether nothing real is behind it. */
  readonly fake: boolean;
  /** Sends one command; rejects with an {@link ApiError}. */
  call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['response']>;
  /** Hears every event from the answer's snapshot on, in batches, in order. */
  subscribe(hear: (batch: Envelope[]) => void): Promise<Begun>;
  /** Shows the folder dialog; null when it was dismissed. */
  pickFolder(start: string | null): Promise<string | null>;
  openUrl(url: string): Promise<void>;
  openPath(request: OpenPathRequest): Promise<void>;
  revealPath(path: string): Promise<void>;
  copy(text: string): Promise<void>;
  /** Says that a screen was painted, for those who measure. */
  painted(screen: string): Promise<void>;
  /** Answers the close question. */
  decideClose(decision: CloseDecision, remember: boolean): Promise<void>;
  /** Hears that the window wants to close while this many processes run. */
  onCloseAsked(hear: (processes: number) => void): Unsubscribe;
  /** Hears of a folder that a second start or the command line named. */
  onFolderOpened(hear: (path: string) => void): Unsubscribe;
  /** Hears of files dragged over the window (null when they left) and dropped on it. */
  onDrop(hear: (event: { over: boolean; paths: string[] }) => void): Unsubscribe;
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
