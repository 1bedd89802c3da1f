// Makes up which Pythons there are, and what another one would change.

import type {
  PythonOffers,
  PythonPlan,
  PythonRequest,
  Snapshot,
  SyncPreview,
  SyncRequest,
} from '../generated';
import { command } from './fixture';

const FITS = '>=3.10,<3.15';
const PYTHONS: [version: string, path: string | null, fits: boolean][] = [
  ['3.13.0', '/usr/local/bin/python3.13', true],
  ['3.12.7', '/usr/local/bin/python3.12', true],
  ['3.14.2', null, true],
  ['3.9.18', '/usr/bin/python3.9', false],
];

const minor = (version: string) => version.split('.').slice(0, 2).join('.');

/** The Pythons to choose from. */
export function pythonOffers(snapshot: Snapshot, location: string | null): PythonOffers {
  const open = snapshot.workspace;
  const found =
    location === null
      ? { name: open?.deployment?.path, environment: open?.deployment?.environment }
      : open?.locations.find((one) => one.id === location);
  return {
    now: found?.environment?.python ?? null,
    pinned: null,
    pythons: PYTHONS.map(([version, path, fits]) => ({
      version,
      path,
      fault: fits ? null : `${found?.name} asks for Python ${FITS}`,
    })),
    fault: null,
  };
}

/** What one of them would change. */
export function pythonPlan(
  request: PythonRequest,
  preview: (request: SyncRequest) => SyncPreview,
): PythonPlan {
  const { location, python } = request;
  const locations = location === null ? [] : [location];
  const plan = preview({ locations, deployment: location === null }).environments[0];
  if (plan === undefined) throw new Error(`no location ${location}`);
  const folder = plan.path.replace(/\/\.venv$/, '');
  const pin = minor(python);
  const downloads = PYTHONS.some(([version, path]) => version === python && path === null);
  const lines = [
    ...(downloads ? [`uv python install --no-bin ${python}`] : []),
    `uv python pin --no-python-downloads ${pin}`,
  ];
  const commands = lines.map((line) => command(folder, line));
  return {
    python,
    pin,
    edits: [{ path: `${folder}/.python-version`, diff: [`+${pin}`] }],
    sync: { ...plan, anew: true, downloads, python, commands: [...commands, ...plan.commands] },
    basis: `python ${python}`,
  };
}
