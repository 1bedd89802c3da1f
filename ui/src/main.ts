// The first script: it asks the shell, and what draws the answer is fetched meanwhile. Kept small, for all else waits.

import './design/app.css';

import { askInside } from './backend/first';
import { applyTheme } from './state/theme';

const asked = askInside();
// Before anything is drawn, so that nothing flashes.
applyTheme('system');
document.documentElement.dataset.platform = /Linux/.test(navigator.platform) ? 'linux' : 'other';
void import('./show').then(({ show }) => show(asked));
