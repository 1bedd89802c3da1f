// Which dialog is open. One at a time: what stands over another says so, by holding what it stands over.

import type { Running } from '../backend';
import type { ApiError, FindingView, SyncPreview, SyncRequest } from '../backend/generated';

/** A dialog that is open by itself. Another one takes its place. */
export type Plain =
  /** Every command and place. */
  | { kind: 'palette' }
  /** The keys of the view. */
  | { kind: 'keys' }
  /** Adding existing projects, looked for in a folder. */
  | { kind: 'addProjects'; folder: string }
  /** Taking a project out of the workspace, with its folder or without. */
  | { kind: 'removeProject'; location: string; trash: boolean }
  /** Where a project is now whose folder isn't where the workspace lists it. */
  | { kind: 'moveProject'; location: string }
  /** Changing a location's packages. */
  | { kind: 'packages'; location: string }
  /** Another Python for an environment, by its location; null there means deployments/local. */
  | { kind: 'python'; location: string | null; name: string }
  /** Adding a definition to a location's project. */
  | { kind: 'definition'; location: string }
  /** Launching needs an environment for the webserver first. */
  | { kind: 'deployment' }
  /** A fix before it runs. */
  | { kind: 'fix'; finding: FindingView }
  /** All safe fixes before they run. */
  | { kind: 'safeFixes' }
  /** The report to hand on. */
  | { kind: 'report' }
  /** What becomes of what a creation made so far. */
  | { kind: 'leaveCreation' }
  /** Closing the workspace stops what it runs. */
  | { kind: 'closeWorkspace' }
  /** Running the workspace here stops what another version runs. */
  | { kind: 'takeOver' }
  /** Starting everything again, with this window's environment. */
  | { kind: 'restartOwner' };

/** A question that comes when it has to, whatever is open; what it stands over is there again afterwards. */
export type Question =
  /** What a sync would change. */
  | {
      kind: 'sync';
      request: SyncRequest;
      /** Null while uv is being asked. */
      preview: SyncPreview | null;
      /** Why there is no preview at all. */
      failure: ApiError | null;
      /** What moved since another preview was shown, where its start was refused. */
      moved: ApiError | null;
    }
  /** What becomes of running processes when the window closes. */
  | ({ kind: 'close' } & Running);

/** An open dialog. */
export type Dialog = Plain | (Question & { over: Dialog | null });

/** Names a kind of dialog. */
export type DialogKind = Dialog['kind'];

/** A dialog of one kind. */
export type DialogOf<Kind extends DialogKind> = Extract<Dialog, { kind: Kind }>;

/** The dialogs that are on screen, the one with the keyboard first. */
export function stack(open: Dialog | null): Dialog[] {
  if (open === null) return [];
  return [open, ...('over' in open ? stack(open.over) : [])];
}

/** What is open once another is shown. Closing the window is asked above everything, a sync above all else. */
export function opened(open: Dialog | null, next: Plain | Question): Dialog {
  if (open?.kind === 'close' && next.kind !== 'close') return { ...open, over: opened(open.over, next) };
  if (next.kind !== 'sync' && next.kind !== 'close') return next;
  return { ...next, over: without(open, next.kind) };
}

/** What is open once a kind of dialog is put away, wherever it stands. */
export function without(open: Dialog | null, kind: DialogKind): Dialog | null {
  if (open === null || !('over' in open)) return open?.kind === kind ? null : open;
  const under = without(open.over, kind);
  if (open.kind === kind) return under;
  // Kept as it is where nothing changed: what shows it would begin anew.
  return under === open.over ? open : { ...open, over: under };
}
