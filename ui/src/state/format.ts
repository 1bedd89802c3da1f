// Numbers, times and paths as words. Honest: every number carries its unit.

import type { OperationProgress, Subject } from '../backend/generated';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 1204 → "1,204". */
export function count(value: number): string {
  // Not Intl: it loads its tables at the first number, while the first screen waits.
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** (1, "asset") → "1 asset"; (3, "asset") → "3 assets". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "stopped" → "Stopped". */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "a", "a and b", "a, b and c". */
export function listed(items: string[]): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** A number up to ten as a word, for running text. */
export function spelled(value: number): string {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  return words[value] ?? count(value);
}

/** Milliseconds that someone waits for: "3.1 s", "14 s", "2 m 5 s". */
export function took(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return `${Math.floor(seconds / 60)} m ${Math.floor(seconds % 60)} s`;
}

/** Milliseconds that something has been up: "12 s", "6 m", "2 h 14 m", "3 d 4 h". */
export function uptime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Bytes as memory: "412 MB", "1.25 GB". */
export function memory(bytes: number): string {
  const mega = bytes / 1024 / 1024;
  if (mega < 1000) return `${Math.round(mega)} MB`;
  return `${(mega / 1024).toFixed(2)} GB`;
}

/** Bytes as a file's size: "812 B", "14 kB", "3.2 MB". */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** "14:03". */
export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** "14:03:02". */
export function clockSeconds(at: number): string {
  return `${clock(at)}:${two(new Date(at).getSeconds())}`;
}

/** "14:03:02.290". */
export function clockMillis(at: number): string {
  return `${clockSeconds(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Relative up to a minute, then the clock, then the date: "12 s ago", "14:03", "yesterday, 18:20", "12 Nov". */
export function when(at: number, now: number): string {
  const ago = now - at;
  if (ago < 5_000) return 'just now';
  if (ago < 60_000) return `${Math.floor(ago / 1000)} s ago`;
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days <= 0) return clock(at);
  if (days === 1) return `yesterday, ${clock(at)}`;
  return day(at, now);
}

/** As {@link when}, without a clock after "yesterday". */
export function whenShort(at: number, now: number): string {
  return when(at, now).replace(/, .*/, '');
}

function day(at: number, now: number): string {
  const date = new Date(at);
  const short = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return date.getFullYear() === new Date(now).getFullYear() ? short : `${short} ${date.getFullYear()}`;
}

/** A path with the home folder as `~`. */
export function tilde(path: string, home: string): string {
  if (home !== '' && path === home) return '~';
  return home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** A file below a root, with its line where there is one. */
export function placeOf(subject: Subject, root: string, home: string): string {
  const path = subject.path.startsWith(`${root}/`)
    ? subject.path.slice(root.length + 1)
    : tilde(subject.path, home);
  return subject.line === null ? path : `${path}:${subject.line}`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/** Two letters for the rail: "data_engineering" → "de", "finance" → "fi". */
export function initials(name: string): string {
  const parts = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const letters = parts.length > 1 ? `${parts[0]?.[0] ?? ''}${parts[1]?.[0] ?? ''}` : name.slice(0, 2);
  return letters.toLowerCase();
}

/** Milliseconds that something took in the end: "0.9 s", "11.8 s", "2 m 5 s". */
export function lasted(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : took(ms);
}

/** How far an operation is: "Fetching grpcio, 3 of 12". */
export function progressWords(progress: OperationProgress): string {
  if (progress.done === null || progress.total === null) return progress.words;
  return `${progress.words}, ${count(progress.done)} of ${count(progress.total)}`;
}
