// Every command and place that the palette knows, for what is open and selected now.

import type { GlyphName, IconName } from '../../design/drawings';
import type { App } from '../../state/app.svelte';
import { askClose } from '../../state/closing';
import { openCreate, takesProjects } from '../../state/creating';
import { plural } from '../../state/format';
import { differNames } from '../../state/owner.svelte';
import { askAdd, askRemove, listsProjects } from '../../state/projects';
import { anythingRuns, launchPlan, launchSentence } from '../../state/summary';
import {
  deploymentPythonVerb,
  deploymentVerb,
  openDagsterUi,
  previewVerb,
  pythonVerb,
  reloadVerb,
  restartVerb,
  serviceVerbs,
  startVerb,
  stopVerb,
  addDefinitionVerb,
  syncVerb,
} from '../../state/verbs';
import { locationGlyph, locationKey, locationShown, type Tone } from '../../state/words';

/** One line of the palette. */
export interface Entry {
  id: string;
  group: 'For the selected location' | 'Workspace' | 'Go to' | 'Dagdeck';
  label: string;
  hint: string;
  icon?: IconName;
  glyph?: { name: GlyphName; tone: Tone };
  keys?: string;
  /** The exact shell line that it runs, for copying. */
  command?: string;
  /** The same without folder and environment, for showing. */
  line?: string;
  run: () => void;
}

/** Everything that can be done or gone to. What can't be done now is left out. */
export function entries(app: App): Entry[] {
  const all = [...forLocation(app), ...forWorkspace(app), ...places(app), ...dagdeck(app)];
  if (app.owner.halted === null) return [...all, ...forOwner(app)];
  return [...forOwner(app), ...all.filter(({ id, group }) => group === 'Go to' || NEEDS_NOBODY.has(id))];
}

/** What can be done though nobody runs the workspace, beside going somewhere. */
const NEEDS_NOBODY = new Set(['copy', 'folder', 'root', 'open', 'settings', 'keys', 'close']);

/** What can be done about who runs the workspace. */
function forOwner(app: App): Entry[] {
  const { owner } = app;
  const group = 'Workspace' as const;
  if (owner.halted !== null) {
    const label = owner.gone ? 'Run it here' : 'Stop it and run it here…';
    const hint = owner.other?.said ?? 'what ran this workspace has ended';
    const run = () => owner.runHere();
    return [{ id: 'run-here', group, label, hint, icon: 'play', keys: 'Mod+Enter', run }];
  }
  if (owner.differs.length === 0) return [];
  const run = () => app.ask({ kind: 'restartOwner' });
  const hint = differNames(owner.differs);
  return [
    {
      id: 'restart-owner',
      group,
      label: 'Restart with this window’s environment…',
      hint,
      icon: 'restart',
      run,
    },
  ];
}

function forLocation(app: App): Entry[] {
  const location = app.current;
  if (location === null) return [];
  const group = 'For the selected location' as const;
  const { name, id } = location;
  const shell = location.command?.shell;
  const stopped = locationKey(location) === 'stopped';
  const list: (Entry & { off?: boolean })[] = [];
  const start = startVerb(app, location);
  const stop = stopVerb(app, location);
  const restart = restartVerb(app, location);
  const reload = reloadVerb(app, location);
  const sync = syncVerb(app, location);
  const add = addDefinitionVerb(app, location);
  const preview = previewVerb(app, location);
  const python = pythonVerb(app, location);
  list.push(
    {
      id: 'start',
      group,
      label: `Start ${name}`,
      hint: '',
      icon: 'play',
      keys: 'Space',
      command: shell,
      run: start.run,
      off: !stopped || start.disabled,
    },
    {
      id: 'stop',
      group,
      label: `${stop.label} ${name}`,
      hint: stop.title,
      icon: 'stop',
      keys: 'Space',
      run: stop.run,
      off: stopped || stop.disabled,
    },
    {
      id: 'restart',
      group,
      label: `Restart ${name}`,
      hint: 'stops, then starts',
      icon: 'restart',
      keys: 'Shift+R',
      command: shell,
      run: restart.run,
      off: stopped || restart.disabled,
    },
    {
      id: 'reload',
      group,
      label: `Reload code of ${name}`,
      hint: 'without a gap',
      icon: 'reload',
      keys: 'R',
      command: shell,
      run: reload.run,
      off: reload.disabled,
    },
    {
      id: 'add-definition',
      group,
      label: `Add a definition to ${name}…`,
      hint: add.title,
      icon: 'plus',
      run: add.run,
      off: add.disabled,
    },
    {
      id: 'sync',
      group,
      label: `Sync environment of ${name}`,
      hint: location.environment.detail,
      icon: 'env',
      command: location.sync?.shell,
      run: sync.run,
      off: sync.disabled,
    },
    {
      id: 'sync-preview',
      group,
      label: `Show what a sync of ${name} would change`,
      hint: '',
      icon: 'env',
      command: location.sync?.shell,
      run: preview.run,
      off: preview.disabled || location.environment.state === 'syncing',
    },
    {
      id: 'python',
      group,
      label: `Change Python of ${name}…`,
      hint: location.environment.python ?? '',
      icon: 'env',
      run: python.run,
      off: python.disabled,
    },
    {
      id: 'copy',
      group,
      label: `Copy start command of ${name}`,
      hint: '',
      icon: 'copy',
      command: shell,
      run: () => void app.copy(shell ?? '', 'Command copied'),
      off: shell === undefined,
    },
    {
      id: 'folder',
      group,
      label: `Show folder of ${name}`,
      hint: location.path,
      icon: 'folder',
      run: () => void app.reveal(location.folder),
    },
    {
      id: 'auto',
      group,
      label: location.autoReload ? `Stop reloading ${name} on change` : `Reload ${name} when files change`,
      hint: '',
      icon: 'eye',
      run: () => void app.run('location_set_auto_reload', { location: id, on: !location.autoReload }),
    },
    {
      id: 'take-out',
      group,
      label: `Take ${name} out of the workspace…`,
      hint: 'its files stay',
      icon: 'minus',
      run: () => askRemove(app, id, false),
      off: !listsProjects(app),
    },
    {
      id: 'remove',
      group,
      label: `Remove ${name}…`,
      hint: 'its folder goes to the trash',
      icon: 'trash',
      run: () => askRemove(app, id, true),
      off: !listsProjects(app),
    },
  );
  return list.filter((one) => one.off !== true);
}

function forWorkspace(app: App): Entry[] {
  const { workspace } = app;
  if (workspace === null || workspace.kind === 'notAWorkspace') return [];
  const group = 'Workspace' as const;
  const list: Entry[] = [];
  const plan = launchPlan(workspace);
  const first = plan.locations[0]?.command?.shell;
  if (
    workspace.trusted &&
    !workspace.launch.active &&
    (plan.locations.length > 0 || plan.services.length > 0)
  ) {
    list.push({
      id: 'launch',
      group,
      label: 'Launch',
      hint: launchSentence(workspace),
      icon: 'play',
      keys: 'Mod+Enter',
      command: first,
      run: () => app.requestLaunch(),
    });
  }
  if (anythingRuns(workspace)) {
    list.push({
      id: 'stop-all',
      group,
      label: 'Stop all',
      hint: '',
      icon: 'stop',
      keys: 'Mod+.',
      run: () => void app.run('stop_all', {}),
    });
  }
  if (workspace.webserver.url !== null && workspace.webserver.lifecycle.state === 'running') {
    list.push({
      id: 'ui',
      group,
      label: 'Open Dagster UI',
      hint: workspace.webserver.url,
      icon: 'globe',
      keys: 'Mod+U',
      run: () => openDagsterUi(app),
    });
  }
  for (const service of [workspace.webserver, workspace.daemon]) {
    for (const verb of serviceVerbs(app, service)) {
      if (verb.disabled) continue;
      const command = verb.label === 'Stop' ? undefined : service.command?.shell;
      list.push({
        id: `${service.name}-${verb.label}`,
        group,
        label: `${verb.label} ${service.name}`,
        hint: '',
        icon: verb.icon,
        command,
        run: verb.run,
      });
    }
  }
  if (listsProjects(app)) {
    list.push({
      id: 'add-projects',
      group,
      label: 'Add existing project…',
      hint: 'lists a folder that has one',
      icon: 'plus',
      run: () => askAdd(app),
    });
  }
  if (workspace.trusted) {
    list.push({
      id: 'sync-all',
      group,
      label: 'Sync all environments that need it…',
      hint: 'shows first what would change',
      icon: 'env',
      run: () => void app.sync.ask({ locations: [], deployment: false }),
    });
    const deployment = workspace.deployment && deploymentVerb(app, workspace.deployment);
    if (deployment) {
      list.push({
        id: 'sync-deployment',
        group,
        label: `${deployment.label} ${workspace.deployment?.path}`,
        hint: 'the environment of the webserver and the daemon',
        icon: 'env',
        command: workspace.deployment?.sync?.shell,
        run: deployment.run,
      });
    }
    const python = workspace.deployment && deploymentPythonVerb(app, workspace.deployment);
    if (python) {
      list.push({
        id: 'python-deployment',
        group,
        label: `Change Python of ${workspace.deployment?.path}…`,
        hint: workspace.deployment?.environment.python ?? '',
        icon: 'env',
        run: python.run,
      });
    }
  }
  list.push(
    {
      id: 'check',
      group,
      label: 'Check again',
      hint: 'reads the folder and asks uv',
      icon: 'reload',
      keys: 'Mod+R',
      run: () => void app.checkAgain(),
    },
    {
      id: 'script',
      group,
      label: 'Copy everything Dagdeck ran as a shell script',
      hint: '',
      icon: 'copy',
      run: () => void copyScript(app),
    },
    {
      id: 'root',
      group,
      label: 'Show the workspace’s folder',
      hint: workspace.root,
      icon: 'folder',
      run: () => void app.reveal(workspace.root),
    },
  );
  return list;
}

async function copyScript(app: App): Promise<void> {
  const script = await app.run('operations_script', {});
  if (script !== null) await app.copy(script.text, 'Shell script copied');
}

function places(app: App): Entry[] {
  const { workspace } = app;
  if (workspace === null || workspace.kind === 'notAWorkspace') return [];
  const group = 'Go to' as const;
  const located = workspace.locations.map((location): Entry => {
    const shown = locationGlyph(location);
    return {
      id: `go:${location.id}`,
      group,
      label: location.name,
      hint: `${locationShown(location).word}, ${location.path}`,
      // What is known last may be over: no colour says that it is so now.
      glyph: { name: shown.glyph, tone: app.owner.halted === null ? shown.tone : 'off' },
      command: location.command?.shell,
      run: () => app.goLocation(location.id),
    };
  });
  return [
    ...located,
    {
      id: 'go-overview',
      group,
      label: 'Overview',
      hint: plural(workspace.locations.length, 'location'),
      icon: 'overview',
      keys: 'Mod+1',
      run: () => app.go({ view: 'overview' }),
    },
    {
      id: 'go-logs',
      group,
      label: 'Logs',
      hint: 'all processes',
      icon: 'logs',
      keys: 'Mod+2',
      run: () => app.go({ view: 'logs' }),
    },
    {
      id: 'go-health',
      group,
      label: 'Health',
      hint: 'what is wrong here, and what puts it right',
      icon: 'health',
      keys: 'Mod+3',
      run: () => app.go({ view: 'health' }),
    },
    {
      id: 'go-webserver',
      group,
      label: 'Webserver',
      hint: '',
      icon: 'globe',
      run: () => app.go({ view: 'service', name: 'webserver' }),
    },
    {
      id: 'go-daemon',
      group,
      label: 'Daemon',
      hint: '',
      icon: 'daemon',
      run: () => app.go({ view: 'service', name: 'daemon' }),
    },
  ];
}

function dagdeck(app: App): Entry[] {
  const group = 'Dagdeck' as const;
  const theme = app.settings?.theme === 'light' ? 'dark' : 'light';
  return [
    {
      id: 'open',
      group,
      label: 'Open workspace…',
      hint: '',
      icon: 'folder',
      keys: 'Mod+O',
      run: () => void app.openByDialog(),
    },
    ...(takesProjects(app)
      ? [
          {
            id: 'new-project',
            group,
            label: 'New project…',
            hint: '',
            icon: 'plus' as const,
            keys: 'Mod+N',
            run: () => openCreate(app, 'project'),
          },
        ]
      : []),
    {
      id: 'new-workspace',
      group,
      label: 'New workspace…',
      hint: '',
      icon: 'plus',
      keys: takesProjects(app) ? undefined : 'Mod+N',
      run: () => openCreate(app, 'workspace'),
    },
    {
      id: 'sample',
      group,
      label: 'Try the sample…',
      hint: 'two small projects, made and launched',
      icon: 'flask',
      run: () => openCreate(app, 'sample'),
    },
    {
      id: 'settings',
      group,
      label: 'Settings',
      hint: '',
      icon: 'gear',
      keys: 'Mod+,',
      run: () => app.go({ view: 'settings' }),
    },
    {
      id: 'theme',
      group,
      label: `Use the ${theme} theme`,
      hint: '',
      icon: 'eye',
      run: () => void app.setSettings({ theme }),
    },
    {
      id: 'keys',
      group,
      label: 'Show keys',
      hint: '',
      icon: 'keys',
      keys: '?',
      run: () => app.ask({ kind: 'keys' }),
    },
    {
      id: 'machine',
      group,
      label: 'Look at this machine’s tools again',
      hint: '',
      icon: 'wrench',
      run: () => void app.run('machine_check', {}),
    },
    ...(app.workspace === null
      ? []
      : [
          {
            id: 'close',
            group,
            label: 'Close workspace',
            hint: '',
            icon: 'x' as const,
            run: () => askClose(app),
          },
        ]),
  ];
}
