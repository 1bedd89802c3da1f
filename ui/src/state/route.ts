// Where in the window the person is.

import type { CreateKind, ServiceName } from '../backend/generated';

/** A tab of a location. */
export type LocationTab = 'logs' | 'definitions' | 'environment' | 'files';

/** The tabs in the order of their keys. */
export const LOCATION_TABS: LocationTab[] = ['logs', 'definitions', 'environment', 'files'];

/** A screen. */
export type Route =
  | { view: 'overview' }
  | { view: 'logs'; source?: string }
  | { view: 'health' }
  | { view: 'settings' }
  | { view: 'create'; kind: CreateKind; parent: string | null }
  | { view: 'location'; id: string; tab: LocationTab }
  | { view: 'service'; name: ServiceName };
