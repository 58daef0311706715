import type { ActionDefinition, ActionModule } from '../action-module.js';
import { consultActions } from './interaction/consult.js';
import { createCall } from './interaction/create-call.js';
import { endingActions } from './interaction/ending.js';
import { messageActions } from './interaction/messages.js';
import { ownershipActions } from './interaction/ownership.js';
import type { InteractionParts } from './interaction/parts.js';
import { routingActions } from './interaction/routing.js';
import { transferActions } from './interaction/transfer.js';
import { userDataFunctions } from './interaction/user-data-functions.js';
import { waitingActions } from './interaction/waiting.js';

/**
 * `ixn`: calls, and who owns them (ors-interaction-dialog.md 2 to 5).
 *
 * @param toDefault `<queue:default>`, which applications write with this prefix as well (ors-core-queue.md 3.5)
 */
export function interactionModule(parts: InteractionParts, toDefault?: ActionDefinition): ActionModule {
  return {
    namespaces: ['www.genesyslab.com/modules/interaction'],
    prefix: 'interaction',
    actions: {
      createcall: createCall(parts),
      ...routingActions(parts),
      ...ownershipActions(parts),
      ...endingActions(parts),
      ...waitingActions(parts),
      ...transferActions(parts),
      ...consultActions(parts),
      ...messageActions(),
      ...(toDefault && { default: toDefault }),
    },
    functions: userDataFunctions(parts),
  };
}
