import { instant, type JsonObject, type KvList, RingbackError } from '../../kernel/index.js';
import { type Dialing, OutboundError, type RecordKeys } from '../../outbound/index.js';
import type { AgentState, Agents } from '../../routing/index.js';
import type { Calls } from '../../telephony/index.js';
import { processedRequest } from '../outbound/user-data.js';

/**
 * What an agent can do at a desktop besides UserEvents: the own state, the own phone, and the record that is shown. Where
 * a frame names no record, the only one on the desktop is meant.
 */
export class AgentSeat {
  readonly #agents: Agents;
  readonly #calls: Calls;
  readonly #dialing: Dialing;

  constructor({ agents, calls, dialing }: { agents: Agents; calls: Calls; dialing: Dialing }) {
    this.#agents = agents;
    this.#calls = calls;
    this.#dialing = dialing;
  }

  async state(agentId: string): Promise<JsonObject & { state: string }> {
    return shown(await this.#agents.state(agentId));
  }

  /** @throws RingbackError `invalid-state` */
  async change(
    agentId: string,
    wish: 'login' | 'ready' | 'not-ready' | 'logout',
    reason?: string,
  ): Promise<JsonObject & { state: string }> {
    const why = reason === undefined ? {} : { reason };
    switch (wish) {
      case 'login':
        return shown(await this.#agents.login(agentId));
      case 'ready':
        return shown(await this.#agents.ready(agentId));
      case 'not-ready':
        return shown(await this.#agents.notReady(agentId, why));
      case 'logout':
        return shown(await this.#agents.logout(agentId, why));
    }
  }

  /** The records on the desktop. */
  records(agentId: string): Promise<RecordKeys[]> {
    return this.#dialing.recordsOf(agentId);
  }

  /** The call at the agent's phone, with its attached data. */
  async call(agentId: string): Promise<JsonObject | undefined> {
    const { call } = await this.#agents.state(agentId);
    const leg = call === undefined ? undefined : await this.#calls.get(call);
    if (!leg || leg.state === 'ended') return undefined;
    const { state, callId, id, number, from, userData } = leg;
    return { event: state, call: callId, leg: id, number, from, userData };
  }

  /** @throws RingbackError `no-call` */
  async answer(agentId: string): Promise<void> {
    await this.#calls.answer(await this.#leg(agentId));
  }

  /** @throws RingbackError `no-call` */
  async hangUp(agentId: string): Promise<void> {
    await this.#calls.hangup(await this.#leg(agentId));
  }

  async acceptPreview(agentId: string, handle?: number): Promise<void> {
    await this.#dialing.dialRecord(agentId, await this.#own(agentId, handle));
  }

  async rejectPreview(agentId: string, handle?: number): Promise<RecordKeys> {
    return this.#dialing.reject(await this.#own(agentId, handle));
  }

  /** RecordProcessed with what the agent says of the conversation. */
  async dispose(agentId: string, handle: number | undefined, data: KvList): Promise<RecordKeys> {
    return this.#dialing.processed(await this.#own(agentId, handle), processedRequest(data));
  }

  async #leg(agentId: string): Promise<string> {
    const { call } = await this.#agents.state(agentId);
    if (call === undefined) throw new RingbackError('no-call', 'There is no call at your phone.');
    return call;
  }

  async #own(agentId: string, handle: number | undefined): Promise<number> {
    if (handle !== undefined) {
      const held = await this.#dialing.held(handle);
      if (held?.agentId !== undefined && held.agentId !== agentId) throw new OutboundError('record-handle-not-found');
      return handle;
    }
    const [record, another] = await this.#dialing.recordsOf(agentId);
    const only = record?.GSW_RECORD_HANDLE;
    if (typeof only !== 'number') throw new OutboundError('record-handle-not-found');
    if (another) {
      throw new RingbackError('ambiguous-record', 'Several records are on the desktop: name one by its handle.');
    }
    return only;
  }
}

function shown({ state, since, reason, call, next }: AgentState): JsonObject & { state: string } {
  return {
    state,
    ...(since > 0 && { since: instant(since) }),
    ...(reason !== undefined && { reason }),
    ...(call !== undefined && { leg: call }),
    ...(next !== undefined && { next: next.state }),
  };
}
