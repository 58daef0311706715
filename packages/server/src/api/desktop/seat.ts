import type { Invitation, Invitations } from '../../callback/index.js';
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
  readonly #invitations: Invitations;

  constructor(parts: { agents: Agents; calls: Calls; dialing: Dialing; invitations: Invitations }) {
    this.#agents = parts.agents;
    this.#calls = parts.calls;
    this.#dialing = parts.dialing;
    this.#invitations = parts.invitations;
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

  /** What callbacks ask the agent. */
  invitations(agentId: string): Promise<Invitation[]> {
    return this.#invitations.ofAgent(agentId);
  }

  async acceptPreview(agentId: string, handle?: number): Promise<void> {
    const asked = await this.#asked(agentId, 'preview', handle);
    if (asked !== undefined) return void (await this.#invitations.answer(agentId, asked, { type: 'accept' }));
    await this.#dialing.dialRecord(agentId, await this.#own(agentId, handle));
  }

  /** @returns the keys of a record's acknowledgement; undefined for the preview of a callback, which has none */
  async rejectPreview(agentId: string, handle?: number): Promise<RecordKeys | undefined> {
    const asked = await this.#asked(agentId, 'preview', handle);
    if (asked !== undefined) return void (await this.#invitations.answer(agentId, asked, { type: 'reject' }));
    return this.#dialing.reject(await this.#own(agentId, handle));
  }

  /**
   * What the agent says of the conversation: RecordProcessed of a record, or the answer about a callback, whose member
   * `result` is one of its choices.
   */
  async dispose(agentId: string, handle: number | undefined, data: KvList): Promise<RecordKeys | undefined> {
    const asked = await this.#asked(agentId, 'disposition', handle);
    if (asked !== undefined) {
      const { GSW_CALL_RESULT: result, ...rest } = data.toJSON();
      const answer = { ...rest, ...(result !== undefined && { result }) };
      return void (await this.#invitations.answer(agentId, asked, { type: 'disposition', data: answer }));
    }
    return this.#dialing.processed(await this.#own(agentId, handle), processedRequest(data));
  }

  /**
   * The open question of a callback that a frame answers: the named one, or the only one while no record is shown.
   * @throws RingbackError `ambiguous-record`
   */
  async #asked(agentId: string, kind: Invitation['kind'], handle?: number): Promise<number | undefined> {
    const open = (await this.#invitations.ofAgent(agentId)).filter((invitation) => invitation.kind === kind);
    if (handle !== undefined) return open.find((invitation) => invitation.handle === handle)?.handle;
    const [only, another] = open;
    if (!only) return undefined;
    if (!another && (await this.#dialing.recordsOf(agentId)).length === 0) return only.handle;
    throw new RingbackError('ambiguous-record', 'Several records are on the desktop: name one by its handle.');
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
