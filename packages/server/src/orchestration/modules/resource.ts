import type { ActionModule } from '../action-module.js';

/**
 * `resource`: has no actions and no events, only the enumeration `_genesys.resource.resourceType` (ors-core-queue.md 4.1;
 * see `routing-objects.ts`).
 */
export function resourceModule(): ActionModule {
  return { namespaces: ['www.genesyslab.com/modules/resource'], prefix: 'resource', actions: {} };
}
