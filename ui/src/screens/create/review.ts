// What a review says once instead of at every command.

import type { CreatePlan, PlannedStep } from '../../backend/generated';

/** The folder that most commands run in; null where none runs. */
export function usualFolder(steps: PlannedStep[]): string | null {
  const counts = new Map<string, number>();
  for (const { command } of steps) {
    if (command !== null) counts.set(command.folder, (counts.get(command.folder) ?? 0) + 1);
  }
  let usual: string | null = null;
  for (const [folder, count] of counts)
    if (usual === null || count > (counts.get(usual) ?? 0)) usual = folder;
  return usual;
}

/** The folder that a plan's files are told from: the folder that is made, less its own place in the tree. */
export function treeRoot(plan: CreatePlan): string {
  const top = plan.files.find((one) => plan.folder.endsWith(`/${one.path.replace(/\/$/, '')}`));
  return top === undefined ? plan.spec.parent : plan.folder.slice(0, -top.path.replace(/\/$/, '').length - 1);
}
