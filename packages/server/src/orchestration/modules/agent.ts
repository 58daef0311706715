import type { AttributeDescriptor } from '@ringback/scxml';
import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Router } from '../../routing/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import { object, requiredText, text } from './attributes.js';

/** The reason with which an agent is not ready who does not want to be disturbed. */
const DO_NOT_DISTURB = 'do-not-disturb';

const VALUE: AttributeDescriptor = { kind: 'value' };
const LENIENT: AttributeDescriptor = { kind: 'lenient' };
const COMMON = { requestid: { kind: 'location' }, agent: VALUE, for: VALUE, hints: VALUE } as const;

/**
 * `agent`: changes what an agent does (ors-core-queue.md 4.4). The done event says that the change is accepted; during a
 * call it takes effect when the call lets the agent go.
 */
export function agentModule({ router }: { router: Router }): ActionModule {
  async function logout(tx: Transaction, action: Action): Promise<ActionOutcome> {
    await router.agents.input(tx, agentOf(action), { type: 'logout', ...reasonOf(action) });
    return { done: {} };
  }

  async function setMediaState(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const agent = agentOf(action);
    const media = requiredText(action, 'media');
    if (media !== 'TMediaVoice') {
      throw new RingbackError('invalidparameter', `media must be TMediaVoice, not ${media}`);
    }
    const state = requiredText(action, 'state').toLowerCase().replace(/[-_ ]/g, '');
    if (state !== 'ready' && state !== 'notready') {
      throw new RingbackError('invalidparameter', `state must be ready or notready, not ${state}`);
    }
    if (state === 'ready') await router.agents.input(tx, agent, { type: 'ready' });
    else await router.agents.input(tx, agent, { type: 'not-ready', ...reasonOf(action) });
    return { done: {} };
  }

  async function setDnd(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const agent = agentOf(action);
    const state = requiredText(action, 'state').toLowerCase();
    if (state === 'on') await router.agents.input(tx, agent, { type: 'not-ready', reason: DO_NOT_DISTURB });
    else if (state === 'off') await endDnd(tx, agent);
    else throw new RingbackError('invalidparameter', `state must be on or off, not ${state}`);
    return { done: {} };
  }

  /** Who is not ready for another reason stays so. */
  async function endDnd(tx: Transaction, agent: string): Promise<void> {
    const { state, reason, next } = await router.agents.locked(tx, agent);
    const isOn = (state === 'not-ready' && reason === DO_NOT_DISTURB) || next?.reason === DO_NOT_DISTURB;
    if (isOn) await router.agents.input(tx, agent, { type: 'ready' });
  }

  /** The agent at the DN of `for`; `agent`, if it is given, must be the one. */
  function agentOf(action: Action): string {
    const place = typeof action.attributes.for === 'string' ? { dn: action.attributes.for } : object(action, 'for');
    const dn = place.dn === undefined || place.dn === null ? '' : String(place.dn);
    if (dn === '') throw new RingbackError('invalidparameter', 'for must be an object with a dn');
    const found = router.staff.at(dn)?.id;
    if (found === undefined) throw new RingbackError('invalidparameter', `there is no agent at ${dn}`);
    const asked = text(action, 'agent');
    if (asked !== undefined && asked !== found) {
      throw new RingbackError('invalidparameter', `the agent at ${dn} is ${found}, not ${asked}`);
    }
    return found;
  }

  return {
    namespaces: ['www.genesyslab.com/modules/agent'],
    prefix: 'agent',
    actions: {
      logout: { attributes: COMMON, perform: logout },
      setmediastate: { attributes: { ...COMMON, media: LENIENT, state: LENIENT }, perform: setMediaState },
      setdnd: { attributes: { ...COMMON, state: LENIENT }, perform: setDnd },
    },
  };
}

/** The first of `hints.reasons`, as the reason of the agent's new state. */
function reasonOf(action: Action): { reason?: string } {
  const { reasons } = object(action, 'hints');
  if (typeof reasons === 'string' && reasons !== '') return { reason: reasons };
  if (reasons === null || typeof reasons !== 'object' || Array.isArray(reasons)) return {};
  const known = reasons as JsonObject; // a JSON value that is neither an array nor a scalar
  const reason = known.ReasonCode ?? Object.values(known)[0];
  return reason === undefined || reason === null ? {} : { reason: String(reason) };
}
