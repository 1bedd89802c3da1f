// The screens that are never the first one, and what opens over them.

export { default as AddDefinition } from './scaffold/AddDefinition.svelte';
export { default as AllLogs } from './logs/AllLogs.svelte';
export { default as Create } from './create/Create.svelte';
export { default as Health } from './health/Health.svelte';
export { default as Location } from './location/Location.svelte';
export { default as AddProjects } from './projects/AddProjects.svelte';
export { default as MoveProject } from './projects/MoveProject.svelte';
export { default as RemoveProject } from './projects/RemoveProject.svelte';
export { default as Packages } from './packages/Packages.svelte';
export { default as Palette } from './palette/Palette.svelte';
export { default as Python } from './python/Python.svelte';
export { default as Service } from './service/Service.svelte';
export { default as CloseDialog } from '../frame/CloseDialog.svelte';
export { default as DeploymentDialog } from './overview/DeploymentDialog.svelte';
export { default as KeysHelp } from '../frame/KeysHelp.svelte';
export { default as OwnerDialogs } from '../frame/OwnerDialogs.svelte';
export { default as RowMenu } from './overview/RowMenu.svelte';
export { default as SyncDialog } from './sync/SyncDialog.svelte';
export { default as WorkspaceMenu } from '../frame/WorkspaceMenu.svelte';
export { default as Settings } from './settings/Settings.svelte';
