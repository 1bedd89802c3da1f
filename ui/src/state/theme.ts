// Light, dark, or as the system says, on the root element.

import type { Theme } from '../backend/generated';

const LIGHT = '(prefers-color-scheme: light)';

/** Shows a theme. */
export function applyTheme(theme: Theme): void {
  const light = theme === 'light' || (theme === 'system' && window.matchMedia(LIGHT).matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
}

/** Follows the system while the theme says so; answers what ends that. */
export function followSystem(theme: Theme): () => void {
  applyTheme(theme);
  if (theme !== 'system') return () => {};
  const query = window.matchMedia(LIGHT);
  const hear = () => applyTheme('system');
  query.addEventListener('change', hear);
  return () => query.removeEventListener('change', hear);
}
