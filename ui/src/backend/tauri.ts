// The real backend: every word to and from the shell passes here.

import { invoke } from '@tauri-apps/api/core';
import { getCurrentWindow } from '@tauri-apps/api/window';

import { toApiError, type Backend } from './backend';
import { ask, type Asked } from './first';
import type { CommandName, Commands } from './generated';

/** Which workspace a window shows is decided by the shell, which knows of all windows. */
const WINDOWS_OWN: Partial<Record<CommandName, string>> = {
  workspace_open: 'window_workspace_open',
  workspace_close: 'window_workspace_close',
};

/** Makes the backend that speaks to the Tauri shell and takes over what was asked already. */
export function tauriBackend(asked: Asked): Backend {
  let first: Asked | null = asked;
  return {
    fake: false,
    async call<N extends CommandName>(name: N, request: Commands[N]['request']) {
      try {
        return await invoke<Commands[N]['response']>(WINDOWS_OWN[name] ?? name, { request });
      } catch (thrown) {
        throw toApiError(thrown);
      }
    },
    async subscribe(hear) {
      const now = first ?? ask();
      first = null;
      now.hear(hear);
      return now.begun;
    },
    pickFolder: (start) => invoke<string | null>('dialog_pick_folder', { start }),
    openUrl: (url) => invoke('open_url', { url }),
    openPath: (request) => invoke('open_path', { request }),
    revealPath: (path) => invoke('reveal_path', { path }),
    openOwnLog: () => invoke('own_log_open'),
    copy: (text) => invoke('clipboard_write', { text }),
    painted: (screen) => invoke('window_painted', { screen }),
    decideClose: (decision, remember) => invoke('window_close_decide', { decision, remember }),
    takeOver: () => invoke('owner_take_over'),
    restartOwner: () => invoke('owner_restart'),
    window: {
      minimise: () => void getCurrentWindow().minimize(),
      toggleMaximise: () => void getCurrentWindow().toggleMaximize(),
      close: () => void getCurrentWindow().close(),
    },
  };
}
