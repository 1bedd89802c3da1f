// What a fake folder holds, and what adding and removing its projects would do.

import type { ProjectsChange, ProjectsFound, ProjectsPlan, WorkspaceView } from '../generated';
import { ROOT } from './fixture';

/** What is found in a folder: one that is listed, one that can be added, one that can't. */
export function found(folder: string): ProjectsFound {
  const project = (name: string, listed: boolean, refused: string | null) => ({
    path: `${ROOT}/projects/${name}`,
    name,
    kind: 'dgProject' as const,
    listed,
    refused,
  });
  const refusal =
    'It has no dg settings, and dg stops at a project without them. Add a [tool.dg] table with directory_type = "project" to its pyproject.toml.';
  const all = [
    project('data_science', true, 'It is listed already, as projects/data_science.'),
    project('old-pipeline', false, null),
    project('reporting', false, null),
    project('scripts', false, refusal),
  ];
  const here = all.filter((one) => one.path === folder || one.path.startsWith(`${folder}/`));
  return { folder, projects: here, cut: false };
}

/** What a change would do. */
export function planned(open: WorkspaceView | null, change: ProjectsChange): ProjectsPlan {
  const short = (path: string) => path.replace(`${ROOT}/`, '');
  const entry = (sign: string, path: string) => [`${sign}[[workspace.projects]]`, `${sign}path = "${path}"`];
  const moved = change.moved.flatMap(({ location, path }) => {
    const was = open?.locations.find((one) => one.id === location)?.path ?? '';
    return [' [[workspace.projects]]', `-path = "${was}"`, `+path = "${short(path)}"`];
  });
  const gone = (open?.locations ?? []).filter((one) => change.remove.includes(one.id));
  const diff = [
    ...gone.flatMap((one) => entry('-', one.path)),
    ...moved,
    ...change.add.flatMap((path) => [' ', ...entry('+', short(path))]),
  ];
  return {
    edits: [{ path: `${ROOT}/dg.toml`, diff }],
    remarks: change.add.map((path) => ({
      path,
      message: 'It has no usable environment yet; sync it afterwards.',
      blocks: false,
    })),
    stops: gone.filter((one) => one.lifecycle.state === 'running').map((one) => one.name),
    trash: change.trash
      ? gone.map((one) => ({ path: one.folder, files: 12_408, bytes: 391_000_000, cut: false }))
      : [],
    basis: 'b1',
  };
}
