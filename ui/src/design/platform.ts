// The names of keys on this machine's keyboard.

let apple = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** Says which platform's key names to show. */
export function setPlatform(platform: string): void {
  apple = platform === 'macos';
}

/** Whether the machine is a Mac. */
export function isApple(): boolean {
  return apple;
}

const APPLE: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↵' };
const OTHER: Record<string, string> = { Mod: 'Ctrl', Shift: 'Shift', Alt: 'Alt', Enter: '↵' };

/** "Mod+Enter" → ["Ctrl", "↵"] or ["⌘", "↵"]. */
export function keyNames(keys: string): string[] {
  const names = apple ? APPLE : OTHER;
  return keys.split('+').map((key) => names[key] ?? key);
}
