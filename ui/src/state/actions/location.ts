// What can be done to a location as it runs or rests.

import type { LocationView } from '../../backend/generated';
import type { IconName } from '../../design/drawings';
import type { App } from '../app.svelte';
import { locationKey, locationShown } from '../labels';
import { refusal, unless, type Action } from './action';

/** After this long, Stop becomes Force stop. */
export const FORCE_AFTER = 10_000;

const EXTERNAL = 'Another program runs this location';

/** The keys of what is done to the selected location. */
const KEYS = { startStop: 'Space', reload: 'R', restart: 'Shift+R' };

/** Starts a location. */
export function startAction(app: App, location: LocationView): Action {
  const { id, name, command } = location;
  const external = location.managed ? null : EXTERNAL;
  return {
    id: 'start',
    label: 'Start',
    named: `Start ${name}`,
    icon: 'play',
    keys: KEYS.startStop,
    ...unless('Starts this location', refusal(app), external, location.blocked),
    command: command ?? undefined,
    run: () => void app.run('location_start', { location: id }),
  };
}

/** Ends a location, or a start that is under way; at once where it takes long. */
export function stopAction(app: App, location: LocationView): Action {
  const { id, name, lifecycle } = location;
  const { halted } = app.owner;
  const stopping = lifecycle.state === 'stopping' ? lifecycle : null;
  const force = halted === null && stopping !== null && app.clock.now - stopping.since >= FORCE_AFTER;
  const run = () => void app.run('location_stop', { location: id, force });
  const common = { id: 'stop', keys: KEYS.startStop, run };
  if (stopping !== null) {
    const label = force ? 'Force stop' : 'Stopping';
    const asked = force ? null : 'It was asked to end';
    return {
      ...common,
      label,
      named: `${label} ${name}`,
      icon: 'stop',
      ...unless('Ends the whole process tree at once', halted, asked),
      busy: halted === null && !force,
    };
  }
  if (locationKey(location) === 'starting') {
    const named = `Cancel start of ${name}`;
    const can = unless('Ends this start', halted);
    return { ...common, label: 'Cancel start', short: 'Cancel', named, icon: 'x', ...can };
  }
  return {
    ...common,
    label: 'Stop',
    named: `Stop ${name}`,
    icon: 'stop',
    ...unless('Asks it to end', halted),
  };
}

/** Whether there is nothing to stop: what another program runs is not ours to stop either. */
export function rests(location: LocationView): boolean {
  return !location.managed || locationKey(location) === 'stopped';
}

/** Starts what rests, stops what doesn't. */
export function startStopAction(app: App, location: LocationView): Action {
  return rests(location) ? startAction(app, location) : stopAction(app, location);
}

/** Stops and starts a location. One that rests is started instead. */
export function restartAction(app: App, location: LocationView): Action {
  const { id, name, command, managed } = location;
  const external = managed ? null : EXTERNAL;
  const resting = rests(location) ? 'It isn’t running, so there is nothing to restart' : null;
  return {
    id: 'restart',
    label: 'Restart',
    named: `Restart ${name}`,
    icon: 'restart',
    keys: KEYS.restart,
    ...unless('Stops and starts this location', refusal(app), external, resting),
    command: command ?? undefined,
    run: () => void app.run('location_restart', { location: id }),
  };
}

/** Loads a location's code again without a gap. */
export function reloadAction(app: App, location: LocationView): Action {
  const { id, name, command, lifecycle, managed, reloading } = location;
  const { halted } = app.owner;
  const running = lifecycle.state === 'running';
  return {
    id: 'reload',
    label: reloading ? 'Reloading' : 'Reload code',
    named: reloading ? `Reloading code of ${name}` : `Reload code of ${name}`,
    icon: 'reload',
    keys: KEYS.reload,
    ...unless(
      'Starts the new code beside the old and swaps once it has loaded',
      halted,
      managed ? null : EXTERNAL,
      running ? null : 'It isn’t running',
      reloading ? 'It is being reloaded' : null,
    ),
    busy: halted === null && reloading,
    command: command ?? undefined,
    run: () => void app.run('location_reload', { location: id }),
  };
}

/** What its state alone asks for or allows, in the order of a menu. */
export function lifeActions(app: App, location: LocationView): Action[] {
  const restart = rests(location) ? [] : [restartAction(app, location)];
  return [startStopAction(app, location), reloadAction(app, location), ...restart];
}

/** The same as keys do it. What doesn't apply now is among them, to say so. */
export function lifeKeys(app: App, location: LocationView | null): Action[] {
  if (location === null) {
    const none = (id: string, label: string, icon: IconName, keys: string): Action => ({
      id,
      label,
      icon,
      keys,
      ...unless('', NONE_SELECTED),
      run: () => {},
    });
    return [
      none('start', 'Start or stop', 'play', KEYS.startStop),
      none('reload', 'Reload code', 'reload', KEYS.reload),
      none('restart', 'Restart', 'restart', KEYS.restart),
    ];
  }
  return [startStopAction(app, location), reloadAction(app, location), restartAction(app, location)];
}

const NONE_SELECTED = 'Select a location first';

/** Ways from a row of the overview to more about its location. */
export function rowKeys(app: App, location: LocationView | null, openMenu: (id: string) => void): Action[] {
  const can = unless('', location === null ? NONE_SELECTED : null);
  const of = (act: (id: string) => void) => () => location !== null && act(location.id);
  const open = of((id) => app.goLocation(id));
  return [
    { id: 'open', label: 'Open the location', icon: 'arrow', keys: 'Enter', ...can, run: open },
    { ...logsAction(app, location?.id ?? ''), keys: 'L', ...can },
    { id: 'menu', label: 'Menu', icon: 'more', keys: 'M', ...can, run: of(openMenu) },
  ];
}

/** Shows a location's log. */
export function logsAction(app: App, id: string): Action {
  const run = () => app.goLocation(id, 'logs');
  return { id: 'logs', label: 'Logs', icon: 'logs', title: '', disabled: false, run };
}

/** Shows what a location's load error means. */
export function showFixAction(app: App, location: LocationView): Action {
  const run = () => app.goLocation(location.id);
  const title = 'Shows what the error means';
  return { id: 'show-fix', label: 'Show fix', icon: 'wrench', title, disabled: false, run };
}

/** Goes to a location. */
export function locationPlace(app: App, location: LocationView): Action {
  const { id, name, path, command } = location;
  return {
    id: `go:${id}`,
    label: name,
    icon: 'arrow',
    title: `${locationShown(location).word}, ${path}`,
    disabled: false,
    command: command ?? undefined,
    run: () => app.goLocation(id),
  };
}
