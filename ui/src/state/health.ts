// What the checks found, counted, grouped and put into words.

import type {
  FindingView,
  FixView,
  HealthGroup,
  HealthView,
  Severity,
  Snapshot,
  WorkspaceView,
} from '../backend/generated';
import type { App } from './app.svelte';
import { clock, clockSeconds, count, fileName, listed, plural, spelled, when } from './format';
import type { Shown } from './labels';

/** How old an answer may get before coming back to the window asks anew, in ms. */
export const OLD_AFTER = 60_000;

/** Levels, the gravest first. */
export const LEVELS: Severity[] = ['blocker', 'warning', 'note'];

/** What a level is called. */
export const LEVEL_SHOWN: Record<Severity, Shown> = {
  blocker: { word: 'Blocker', glyph: 'error', tone: 'err' },
  warning: { word: 'Warning', glyph: 'warn', tone: 'warn' },
  note: { word: 'Note', glyph: 'note', tone: 'busy' },
};

/** Checks everything anew, because the person asked. */
export async function checkHealth(app: App): Promise<void> {
  await app.run('health_check', { asked: true });
}

/** Checks again where the last answer is old: the person comes back and may have changed anything meanwhile. */
export async function checkIfOld(app: App): Promise<void> {
  const { health, workspace } = app.snapshot ?? {};
  if (!health || !workspace || health.checking || health.checkedAt === null) return;
  if (Date.now() - health.checkedAt > OLD_AFTER) await app.run('health_check', { asked: false });
}

/** The findings that are not put right. */
export function openFindings(health: HealthView): FindingView[] {
  return health.findings.filter((one) => one.state.kind !== 'fixed');
}

/** How many findings of each level are not put right. */
export function levels(health: HealthView): Record<Severity, number> {
  const counts = { blocker: 0, warning: 0, note: 0 };
  for (const finding of openFindings(health)) counts[finding.severity] += 1;
  return counts;
}

/** How many checks passed. */
export function passedChecks(health: HealthView): number {
  return health.groups.reduce((sum, one) => sum + one.passed, 0);
}

/** Whether a finding asks something of the person: a note that nothing can be done about doesn't. */
function asks(finding: FindingView): boolean {
  return finding.severity !== 'note' || finding.fix !== null;
}

/** What the title bar says: the worst that is open and asks for something. Before the first answer nothing is claimed. */
export function healthPill(health: HealthView): Shown {
  if (health.checkedAt === null) return { word: 'Checking', glyph: 'starting', tone: 'off' };
  const counts = levels({ ...health, findings: health.findings.filter(asks) });
  const worst = LEVELS.find((level) => counts[level] > 0);
  if (worst === undefined) return { word: 'Healthy', glyph: 'ready', tone: 'ok' };
  const { glyph, tone } = LEVEL_SHOWN[worst];
  const shown = worst === 'note' ? 'ok' : tone;
  return { word: `Health: ${plural(counts[worst], worst)}`, glyph, tone: shown };
}

/** "2 blockers, 2 warnings and 2 notes"; nothing where nothing is open. */
export function counted(counts: Record<Severity, number>): string {
  return listed(LEVELS.filter((level) => counts[level] > 0).map((level) => plural(counts[level], level)));
}

/** When the checks were made: "Checked 6 s ago, at 14:03:16". */
export function checkedWords(at: number, now: number): string {
  const ago = when(at, now);
  if (now - at < OLD_AFTER) return `Checked ${ago}, at ${clockSeconds(at)}`;
  return ago === clock(at) ? `Checked at ${clockSeconds(at)}` : `Checked ${ago}`;
}

/** The checks of one subject with what they found. */
export interface Found {
  key: string;
  group: HealthGroup;
  findings: FindingView[];
}

/** What was found, by group, and the groups where everything passed. */
export interface Grouped {
  found: Found[];
  clean: HealthGroup[];
}

/** Names a group. */
export function groupKey(of: { scope: HealthGroup['scope']; location: string | null }): string {
  return of.scope === 'project' ? `project:${of.location ?? ''}` : of.scope;
}

const RANK: Record<Severity, number> = { blocker: 0, warning: 1, note: 2 };

/** Groups what was found: the machine, the workspace, then projects, the gravest first. What was put right keeps its
 * place, so that nothing jumps under the pointer. */
export function grouped(health: HealthView): Grouped {
  const byKey = new Map<string, Found>();
  for (const group of health.groups) {
    const key = groupKey(group);
    byKey.set(key, { key, group, findings: [] });
  }
  for (const finding of health.findings) {
    const key = groupKey(finding);
    const { scope, location } = finding;
    // What was put right of a project that is gone since.
    const gone: HealthGroup = { scope, location, name: location ?? 'Workspace', passed: 0 };
    const found = byKey.get(key) ?? { key, group: gone, findings: [] };
    found.findings.push(finding);
    byKey.set(key, found);
  }
  const all = [...byKey.values()];
  for (const one of all) one.findings.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  const worst = (one: Found) => {
    const first = one.findings[0];
    return one.group.scope === 'project' && first !== undefined ? RANK[first.severity] : -1;
  };
  return {
    found: all.filter((one) => one.findings.length > 0).sort((a, b) => worst(a) - worst(b)),
    clean: all.filter((one) => one.findings.length === 0 && one.group.passed > 0).map((one) => one.group),
  };
}

/** The names of the groups where everything passed; of many only the first are named. */
export function cleanNames(clean: HealthGroup[], named = 4): string {
  const names = clean.map((one) => one.name);
  if (names.length <= named + 1) return names.join(', ');
  return `${names.slice(0, named).join(', ')} and ${count(names.length - named)} more`;
}

/** What Dagdeck puts right without touching more than environments, its own folder and new files, in the order shown. */
function safely(health: HealthView): FindingView[] {
  const inOrder = grouped(health).found.flatMap((one) => one.findings);
  return inOrder.filter((one) => one.fix?.safe === true && one.fix.does.kind === 'steps');
}

/** What "Fix all safe" puts right. What was tried and did not help is left to the person. */
export function safeFixes(health: HealthView): FindingView[] {
  return safely(health).filter((one) => one.state.kind === 'open');
}

/** The same with what is at work. */
export function safePlan(health: HealthView): FindingView[] {
  return safely(health).filter((one) => one.state.kind === 'open' || one.state.kind === 'fixing');
}

/** Whether a fix asks before it runs. */
export function asksFirst(fix: FixView): boolean {
  return fix.does.kind === 'steps' && !fix.safe;
}

/** The verb on a fix’s button; `…` where a question follows. */
export function fixLabel(fix: FixView): string {
  return asksFirst(fix) && !fix.verb.endsWith('…') ? `${fix.verb}…` : fix.verb;
}

/** The files that a fix changes. */
function changed(fix: FixView): string[] {
  if (fix.does.kind !== 'steps') return [];
  return [...new Set(fix.does.steps.flatMap((step) => (step.edit ? [fileName(step.edit.path)] : [])))];
}

/** Whether a note tells how long or how large: only such a note goes on after a comma. */
function measures(note: string | null): note is string {
  return note?.startsWith('about ') === true;
}

/** What to know before a fix, a line each: "safe, about 12 s", "changes dg.toml", "your code". */
export function fixNote(fix: FixView): string {
  const { does, note, safe } = fix;
  if (does.kind === 'steps' && safe) {
    if (note === null) return 'safe';
    return measures(note) ? `safe, ${note}` : `safe\n${note}`;
  }
  if (note !== null) return note;
  if (does.kind === 'open') return 'yours to edit';
  if (does.kind === 'copy') return 'yours to run';
  if (does.kind === 'show') return 'yours to choose';
  const files = changed(fix);
  return files.length > 0 ? `changes ${listed(files)}` : 'asks first';
}

/** What a finding that no safe fix puts right wants of the person. */
function wanted(finding: FindingView): string {
  const { fix, state } = finding;
  if (state.kind === 'failed') return 'another try';
  if (fix === null) return 'a remedy outside Dagdeck';
  if (fix.does.kind === 'open') return 'an edit';
  if (fix.does.kind === 'copy') return 'a command to run';
  if (fix.does.kind === 'show') return 'a choice';
  if (fix.note?.startsWith('changes ') === true) return `a look at what changes in ${fix.note.slice(8)}`;
  const files = changed(fix);
  return files.length > 0 ? `a look at what changes in ${listed(files)}` : 'a look at what runs';
}

/** What is left to the person: "The other three need you: an edit, a choice and a look at what changes in uv.lock." */
export function leftToYou(health: HealthView): string | null {
  const safe = new Set(safeFixes(health).map((one) => one.id));
  const left = openFindings(health).filter(
    (one) => asks(one) && one.state.kind !== 'fixing' && !safe.has(one.id),
  );
  if (left.length === 0) return null;
  const many = left.length > 1;
  const who =
    safe.size > 0
      ? `The other ${many ? spelled(left.length) : 'one'}`
      : many
        ? `These ${spelled(left.length)}`
        : 'This one';
  return `${who} ${many ? 'need' : 'needs'} you: ${listed([...new Set(left.map(wanted))])}.`;
}

/** How many open findings Dagdeck knows a way out of, notes not counted. */
export function waysOut(health: HealthView): number {
  const open = openFindings(health);
  return open.filter((one) => one.severity !== 'note' && one.fix !== null).length;
}

/** What a line of the plan is about: where it belongs, and how long or large it is. */
export function planWords(health: HealthView, finding: FindingView): string {
  const note = finding.fix?.note ?? null;
  const name = groupName(health, finding);
  return measures(note) ? `${name}, ${note}` : name;
}

/** Where a finding belongs: "This machine", "Workspace", or the location’s name. */
function groupName(health: HealthView, finding: FindingView): string {
  const key = groupKey(finding);
  const group = health.groups.find((one) => groupKey(one) === key);
  return group?.name ?? finding.location ?? 'Workspace';
}

/** What is said when fixes have ended; null while none has. */
export function fixedSentence(before: HealthView, now: HealthView): string | null {
  const worked = new Set(before.findings.filter((one) => one.state.kind === 'fixing').map((one) => one.id));
  const ended = (kind: 'fixed' | 'failed') =>
    now.findings.filter((one) => worked.has(one.id) && one.state.kind === kind).length;
  const fixed = ended('fixed');
  const failed = ended('failed');
  if (fixed + failed === 0) return null;
  const parts = [fixed > 0 ? `${count(fixed)} fixed` : '', failed > 0 ? `${count(failed)} not fixed` : ''];
  return parts.filter(Boolean).join(', ');
}

/** Whether the time since the last check is shown in seconds now. */
export function countsSeconds(snapshot: Snapshot | null, view: string): boolean {
  const at = snapshot?.health.checkedAt ?? null;
  return view === 'health' && at !== null && Date.now() - at < OLD_AFTER + 1_000;
}

/** The command that shows what a sync would change, where a fix is one. */
export function syncOf(
  workspace: WorkspaceView,
  fix: FixView,
): { locations: string[]; deployment: boolean } | null {
  if (fix.does.kind !== 'steps') return null;
  const shells = new Set(fix.does.steps.flatMap((step) => (step.command ? [step.command.shell] : [])));
  const location = workspace.locations.find((one) => one.sync !== null && shells.has(one.sync.shell));
  if (location !== undefined) return { locations: [location.id], deployment: false };
  const own = workspace.deployment?.sync?.shell;
  return own !== undefined && shells.has(own) ? { locations: [], deployment: true } : null;
}
