// Who runs the workspace that is shown, and what follows from it for the window. Only here is an OwnerView read to decide.

import type { Difference, OwnerView } from '../backend';
import type { ApiError } from '../backend/generated';
import type { App } from './app.svelte';
import { fileName, listed, plural, tilde } from './format';

const NOBODY: OwnerView = {
  state: 'none',
  pid: null,
  version: null,
  terminals: 0,
  windows: 0,
  differs: [],
  running: 0,
  refused: null,
  root: null,
};

/** What is said once nothing runs the workspace any more. */
export const GONE = 'The Dagdeck process that ran this workspace has ended, and with it all that it ran.';

/** A Dagdeck of another version that runs the workspace. */
export interface Other {
  said: string;
  /** What it is called in a question: "Dagdeck 0.2.0". */
  name: string;
  /** How many processes it runs. */
  running: number;
  /** What is to be done before anything else. */
  first: string;
}

/** The process that runs the workspace, as the window sees it. */
export class Owner {
  readonly #app: App;
  #view = $state.raw<OwnerView>(NOBODY);
  /** Whether another is about to run the workspace. */
  changing = $state(false);

  constructor(app: App) {
    this.#app = app;
  }

  /** Takes in who runs the workspace now. What was asked about the one before is put away. */
  hear(view: OwnerView): void {
    const before = this.#view;
    this.#view = view;
    if (before.state === view.state && before.pid === view.pid && before.refused === view.refused) return;
    if (this.halted === null) {
      this.#app.putAway('takeOver');
      this.#app.putAway('restartOwner');
    } else this.#app.putAwayAll();
  }

  /** Why no command can work now; null where commands do. */
  get halted(): string | null {
    if (this.refused !== null) return 'No Dagdeck process runs this workspace. Run it here first.';
    if (this.gone) return 'The Dagdeck process that ran this workspace has ended. Run it here first.';
    if (this.other !== null) return this.other.first;
    return null;
  }

  /** What stands over what was shown last, once nothing runs it; null where something does. */
  get lost(): { title: string; said: string } | null {
    if (this.refused !== null)
      return {
        title: 'Nothing can run',
        said: 'Below is what was read. It can be launched once it runs here.',
      };
    if (this.gone)
      return {
        title: 'Nothing runs any more',
        said: 'Below is what was known last. It can be launched once it runs here.',
      };
    return null;
  }

  /** Whether what ran the workspace ended without being asked. */
  get gone(): boolean {
    return this.#view.state === 'gone';
  }

  /** Why no process could be had to run the workspace. */
  get refused(): ApiError | null {
    return this.gone ? this.#view.refused : null;
  }

  /** The other version that runs the workspace. */
  get other(): Other | null {
    const { state, version, pid, running, root } = this.#view;
    if (state !== 'other') return null;
    const facts = [version, pid === null ? null : `process ${pid}`].filter((one) => one !== null);
    const who = `${ageOf(version, this.#app.snapshot?.version ?? '')} Dagdeck`;
    const where = root === null ? 'This workspace' : tilde(root, this.#app.snapshot?.home ?? '');
    const said = `${where} is run by ${who}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}.`;
    const name = version === null ? 'the other Dagdeck' : `Dagdeck ${version}`;
    const what = root === null ? 'this workspace' : fileName(root);
    return { said, name, running, first: `First stop ${name}, which runs ${what}.` };
  }

  /** The variables in which what runs differs from this window. */
  get differs(): Difference[] {
    return this.#view.state === 'attached' ? this.#view.differs : [];
  }

  /** Names the present difference, so that a banner that was put away comes again with another one only. */
  get difference(): string {
    return JSON.stringify([this.#view.pid, this.differs]);
  }

  /** "1 terminal attached"; empty where none is. */
  get attached(): string {
    return this.#terminals > 0 ? `${plural(this.#terminals, 'terminal')} attached` : '';
  }

  /** The same as a sentence. */
  get attachedSaid(): string {
    return this.#terminals === 0 ? '' : `${attachedTo(this.#terminals)}.`;
  }

  /** What stopping does to the terminals that are attached. */
  get stoppingSaid(): string {
    return terminalsSaid(this.#terminals);
  }

  get #terminals(): number {
    return this.#view.state === 'attached' ? this.#view.terminals : 0;
  }

  /** Runs the workspace here; asks first where that would stop something. */
  runHere(): void {
    if (this.other !== null) this.#app.ask({ kind: 'takeOver' });
    else if (this.gone) void this.takeOver();
  }

  /** Runs the workspace here. What comes of it is told by the channel. */
  async takeOver(): Promise<void> {
    this.#app.putAway('takeOver');
    await this.#change(() => this.#app.backend.takeOver());
  }

  /** Starts everything again with this window's environment. */
  async restart(): Promise<void> {
    this.#app.putAway('restartOwner');
    await this.#change(() => this.#app.backend.restartOwner());
  }

  async #change(ask: () => Promise<void>): Promise<void> {
    if (this.changing) return;
    this.changing = true;
    this.#app.failure = null;
    await ask().catch((thrown: unknown) => this.#app.fail(thrown));
    this.changing = false;
  }
}

/** What stopping does to terminals that are attached; empty where none is. */
export function terminalsSaid(terminals: number): string {
  if (terminals === 0) return '';
  return `${attachedTo(terminals)}; stopping ends what ${terminals === 1 ? 'it shows' : 'they show'}.`;
}

const attachedTo = (terminals: number) => `${plural(terminals, 'terminal is', 'terminals are')} attached too`;

/** "DAGSTER_HOME and PATH": the names of what differs. */
export function differNames(differs: Difference[]): string {
  return listed(differs.map((one) => one.name));
}

/** "an older", "a newer", or "another", where versions tell nothing. */
function ageOf(theirs: string | null, own: string): string {
  const [a, b] = [numbers(theirs ?? ''), numbers(own)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const step = (a[at] ?? 0) - (b[at] ?? 0);
    if (a.length > 0 && b.length > 0 && step !== 0) return step < 0 ? 'an older' : 'a newer';
  }
  return 'another';
}

/** The numbers a version begins with. */
function numbers(version: string): number[] {
  const start = /^\d+(\.\d+)*/.exec(version);
  return start === null ? [] : start[0].split('.').map(Number);
}
