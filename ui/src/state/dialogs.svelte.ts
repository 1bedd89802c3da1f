// Which dialogs are open, and which has the keyboard. What may stand over what, `dialog` decides.

import {
  opened,
  stack,
  without,
  type Dialog,
  type DialogKind,
  type DialogOf,
  type Plain,
  type Question,
} from './dialog';

/** The window's dialogs. */
export class Dialogs {
  /** The dialog that has the keyboard. */
  open = $state.raw<Dialog | null>(null);

  /** Opens a dialog. */
  ask(dialog: Plain | Question): void {
    this.open = opened(this.open, dialog);
  }

  /** Puts a kind of dialog away, also where another stands over it. */
  putAway(kind: DialogKind): void {
    this.open = without(this.open, kind);
  }

  /** Puts every dialog away. */
  clear(): void {
    this.open = null;
  }

  /** The dialog of a kind, while it is on screen. */
  shown<Kind extends DialogKind>(kind: Kind): DialogOf<Kind> | null {
    return (stack(this.open).find((one) => one.kind === kind) as DialogOf<Kind> | undefined) ?? null;
  }
}
