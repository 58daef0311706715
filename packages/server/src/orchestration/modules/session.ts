import type { Sql } from '../../store/sql.js';
import type { ActionModule } from '../action-module.js';
import type { ConfiguredObjects } from '../configured-objects.js';
import { type FetchParts, fetchAction } from './session/fetch.js';
import { sessionFunctions } from './session/functions.js';
import { type StartingParts, startingActions } from './session/starting.js';

interface SessionParts extends FetchParts, StartingParts {
  sql: Sql;
  configured: ConfiguredObjects;
}

/** `session`: web services, other sessions, and what is configured (ors-core-queue.md 2.1 to 2.5). */
export function sessionModule(parts: SessionParts): ActionModule {
  return {
    namespaces: ['www.genesyslab.com/modules/session'],
    prefix: 'session',
    actions: { fetch: fetchAction(parts), ...startingActions(parts) },
    ...sessionFunctions(parts),
  };
}
