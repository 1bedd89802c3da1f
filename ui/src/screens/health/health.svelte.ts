// What the Health screen shows of the findings, and what its buttons do.

import type { CheckView, FindingView, FixDoes, HealthView, Severity } from '../../backend/generated';
import { refusal, unless, type Action } from '../../state/actions/action';
import type { App } from '../../state/app.svelte';
import {
  asksFirst,
  checkHealth,
  counted,
  fixLabel,
  groupKey,
  grouped,
  LEVELS,
  levels,
  safeFixes,
} from '../../state/health';
import { askAdd } from '../../state/projects';

/** Up to this many groups show their passed checks all at once. */
const FEW = 12;

/** The Health screen's state. */
export class HealthState {
  readonly #app: App;

  /** The levels that are shown. */
  levels = $state.raw<ReadonlySet<Severity>>(new Set(LEVELS));
  /** Whether passed checks are shown too. */
  passed = $state(false);
  /** Whether the groups without findings are named one by one. */
  unfolded = $state(false);
  /** Groups of which the person wants to see the passed checks, or not to. */
  #turned = $state.raw<ReadonlyMap<string, boolean>>(new Map());
  /** Findings shown with everything that is known of them. */
  detailed = $state.raw<ReadonlySet<string>>(new Set());
  /** Every check that was made; null until they are asked for. */
  checks = $state.raw<ReadonlyMap<string, CheckView[]> | null>(null);
  /** Whether the person asked for the checks that are being made. */
  asking = $state(false);

  constructor(app: App) {
    this.#app = app;
  }

  get health(): HealthView {
    return this.#app.health;
  }

  readonly groups = $derived.by(() => grouped(this.health));
  readonly safe = $derived.by(() => safeFixes(this.health));
  /** How many findings are being put right. */
  readonly fixing = $derived.by(
    () => this.health.findings.filter((one) => one.state.kind === 'fixing').length,
  );
  /** The groups with findings of the levels that are shown. */
  readonly shown = $derived.by(() =>
    this.groups.found
      .map((one) => ({ ...one, findings: one.findings.filter((finding) => this.shows(finding)) }))
      .filter((one) => one.findings.length > 0),
  );

  /** Whether a finding's level is shown. */
  shows(finding: FindingView): boolean {
    return this.levels.has(finding.severity);
  }

  /** Whether the passed checks of a group are shown. */
  opens(key: string): boolean {
    const few = this.health.groups.length <= FEW;
    return this.#turned.get(key) ?? ((this.passed || this.unfolded) && few && !this.#busy(key));
  }

  /** A group with findings shows its passed checks only when asked: what is wrong comes first. */
  #busy(key: string): boolean {
    return !this.passed && this.groups.found.some((one) => one.key === key);
  }

  /** Shows or hides the passed checks of a group. */
  turn(key: string): void {
    this.#turned = new Map([...this.#turned, [key, !this.opens(key)]]);
  }

  /** Shows or hides a level. */
  toggle(level: Severity): void {
    const next = new Set(this.levels);
    if (!next.delete(level)) next.add(level);
    this.levels = next;
  }

  /** Shows findings of every level. */
  showAll(): void {
    this.levels = new Set(LEVELS);
  }

  /** Shows or hides every passed check. */
  togglePassed(): void {
    this.passed = !this.passed;
    this.unfolded = this.passed;
    this.#turned = new Map();
  }

  /** Shows everything that is known of a finding, or less again. */
  detail(id: string): void {
    const next = new Set(this.detailed);
    if (!next.delete(id)) next.add(id);
    this.detailed = next;
  }

  /** Fetches every check that was made. */
  async list(): Promise<void> {
    const answer = await this.#app.run('health_list', {});
    if (answer === null) return;
    const byGroup = new Map<string, CheckView[]>();
    for (const check of answer.checks.filter((one) => one.found === 0)) {
      const key = groupKey(check);
      byGroup.set(key, [...(byGroup.get(key) ?? []), check]);
    }
    this.checks = byGroup;
  }

  /** Makes every check anew. */
  async check(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    await checkHealth(this.#app);
    this.asking = false;
  }

  /** Why a finding's fix can't run now; null where it can. */
  refusal(finding: FindingView): string | null {
    const runs = finding.fix?.does.kind === 'steps';
    return runs ? refusal(this.#app) : this.#app.owner.halted;
  }

  /** Why the safe fixes can't run now; null where they can. */
  get safeRefusal(): string | null {
    const refused = refusal(this.#app);
    if (refused !== null || this.safe.length > 0) return refused;
    const none = counted(levels(this.health)) === '';
    return none ? 'There is nothing to fix' : 'None of the open findings has a safe fix';
  }

  /** Puts a finding right, as its button says. */
  fixAction(finding: FindingView | null): Action {
    const fix = finding?.fix ?? null;
    const kind = finding?.state.kind;
    const label = fix === null ? 'Fix it' : fixLabel(fix);
    return {
      id: 'fix',
      label,
      icon: fix?.does.kind === 'copy' ? 'copy' : 'wrench',
      keys: 'F',
      ...unless(
        label,
        finding === null ? 'Go to a finding first' : null,
        kind === 'fixed' ? 'It is put right already' : null,
        fix === null ? 'Dagdeck knows no fix for it' : null,
        kind === 'fixing' ? 'It is being put right' : null,
        finding === null ? null : this.refusal(finding),
      ),
      busy: kind === 'fixing',
      run: () => finding !== null && this.begin(finding),
    };
  }

  /** Does what a finding's button says. What could change the person's files is shown first. */
  begin(finding: FindingView): void {
    const { fix, state } = finding;
    if (fix === null || state.kind === 'fixing' || state.kind === 'fixed') return;
    if (this.refusal(finding) !== null) return;
    if (asksFirst(fix)) this.#app.ask({ kind: 'fix', finding });
    else if (fix.does.kind === 'steps') void this.fix([finding]);
    else void this.#lead(fix.does);
  }

  /** Puts findings right. */
  async fix(findings: FindingView[]): Promise<void> {
    this.putAway();
    if (findings.length === 0) return;
    const fixes = findings.flatMap(({ id, fix }) => (fix ? [{ finding: id, basis: fix.basis }] : []));
    await this.#app.run('health_fix', { fixes });
  }

  /** Puts this screen's dialogs away. */
  putAway(): void {
    for (const kind of ['fix', 'safeFixes', 'report'] as const) this.#app.putAway(kind);
  }

  /** Takes a fix back. */
  async undo(finding: FindingView): Promise<void> {
    await this.#app.run('health_undo', { findings: [finding.id] });
  }

  /** Leads to where the person puts it right. */
  async #lead(does: FixDoes): Promise<void> {
    const app = this.#app;
    if (does.kind === 'open') return app.openPath(does.subject.path, does.subject.line);
    if (does.kind === 'copy') return app.copy(does.command, 'Command copied');
    if (does.kind !== 'show') return;
    const { screen, location } = does;
    if (screen === 'settings') app.go({ view: 'settings' });
    else if (screen === 'addProjects') askAdd(app);
    else if (screen === 'webserver' || screen === 'daemon') app.go({ view: 'service', name: screen });
    else if (location === null) app.go({ view: 'overview' });
    else if (screen === 'packages') app.ask({ kind: 'packages', location });
    else app.goLocation(location, screen === 'environment' ? 'environment' : 'logs');
  }
}
