import type { Agents } from '../routing/index.js';
import type { Transaction } from '../store/sql.js';
import type { Cause, LegChange } from '../telephony/index.js';

/** Causes that say that the phone was called in vain; after the others the call was taken away from the agent. */
const IN_VAIN: ReadonlySet<Cause> = new Set(['no-answer', 'rejected', 'busy', 'device-offline', 'invalid-number']);

/** Tells the agents' life cycle what happens at their phones, in the transaction that stores it. */
export function followAgentCalls(agents: Agents) {
  return async (tx: Transaction, { leg, previous }: LegChange): Promise<void> => {
    const { agentId: agent, id, state, cause = 'normal' } = leg;
    if (agent === undefined || state === previous.state) return;
    if (state === 'dialing' || state === 'ringing') await agents.offered(tx, agent, id);
    else if (state === 'answered') await agents.answered(tx, agent, id);
    else if (previous.state !== 'answered' && IN_VAIN.has(cause)) await agents.rejected(tx, agent, id, cause);
    else if (previous.state === 'intended') await agents.input(tx, agent, { type: 'released' });
    else await agents.ended(tx, agent, id);
  };
}
