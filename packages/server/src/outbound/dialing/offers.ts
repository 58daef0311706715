import { newId, RingbackError } from '../../kernel/index.js';
import { type Decision, parseTarget, type RouteRequest } from '../../routing/index.js';
import type { Transaction } from '../../store/index.js';
import { CallResult } from '../list/index.js';
import type { AgentAssignments } from './agent-assignments.js';
import type { Announcements } from './announcements.js';
import type { RecordKeys } from './desktop-message.js';
import type { Dial } from './dial.js';
import { type GroupOptions, groupOptions } from './group-options.js';
import { readGroup, type StoredGroup } from './group-store.js';
import { type HeldChain, heldOfAgent, lockHeldOfRequest, storeHeld } from './held-chain.js';
import { freeNumbers, handleOf, holdNumber } from './held-record.js';
import type { DialingParts } from './parts.js';
import { type Processing, released } from './processing.js';
import { recordKeys } from './record-keys.js';
import { newRequestId, purposeOf } from './request-ids.js';

/** A record that cannot be given out now, because its number is being called or its agent has enough: milliseconds. */
const PUT_OFF_MS = 15_000;

/**
 * Brings records to agents who have not asked for them: pushed previews, and callbacks that are due. The router finds the
 * agent, so that records stand in one line with calls; the agent is kept for as long as a preview may take. Who does not
 * take a record in that time loses it and is not ready any more, so that the next one does not meet the same silence.
 */
export class Offers {
  readonly #parts: DialingParts;
  readonly #announcements: Announcements;
  readonly #processing: Processing;
  readonly #dial: Dial;
  readonly #assignments: AgentAssignments;
  readonly #changed: (group: number) => void;

  constructor(
    parts: DialingParts,
    announcements: Announcements,
    processing: Processing,
    dial: Dial,
    assignments: AgentAssignments,
    changed: (group: number) => void,
  ) {
    this.#parts = parts;
    this.#announcements = announcements;
    this.#processing = processing;
    this.#dial = dial;
    this.#assignments = assignments;
    this.#changed = changed;
  }

  listen(): void {
    const { router } = this.#parts;
    router.onSelected((tx, decision) => this.#selected(tx, decision));
    router.onTimeout((tx, request) => this.#timedOut(tx, request));
    router.onReservationExpired((tx, { request, agent }) => this.#ignored(tx, request, agent));
  }

  /** Has an agent looked for who takes the record: the one whose callback it is, else any of the group. */
  async make(tx: Transaction, group: StoredGroup, options: GroupOptions, held: HeldChain): Promise<void> {
    const { router, clock } = this.#parts;
    const now = clock.now();
    const { forAgent } = held;
    if (forAgent !== undefined && (await this.#isAway(tx, forAgent))) return this.#miss(tx, held);
    const request = newRequestId('offer');
    try {
      await router.submit(tx, {
        id: request,
        virtualQueue: group.name,
        targets:
          forAgent === undefined ? await this.#assignments.targets(tx, group) : [parseTarget(forAgent, { type: 'A' })],
        priority: 0,
        arrival: held.since,
        selectable: true,
        ...(held.isCallback && { timeoutAt: now + options.callbackPatienceMs }),
        reservationMs: options.offerMs,
      });
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code !== 'no-targets') throw error;
      return this.#miss(tx, held);
    }
    await storeHeld(tx, { ...held, state: 'offered', request });
  }

  /**
   * Puts a record on an agent's desktop.
   * @returns its keys; undefined when it must not be called, or its number is being called: then it waits
   */
  async place(tx: Transaction, group: StoredGroup, held: HeldChain, agent: string): Promise<RecordKeys | undefined> {
    const { lists, clock, configuration } = this.#parts;
    const now = clock.now();
    const options = groupOptions(configuration, group);
    const screened = await this.#dial.screen(tx, { group, options, held, kind: 'agent-first' });
    if ('outcome' in screened) return undefined;
    const { record } = screened;
    if (!(await holdNumber(tx, record.phoneKey, held.id))) {
      await storeHeld(tx, { ...released(held), state: 'waiting', dueAt: now + PUT_OFF_MS, since: now });
      return undefined;
    }
    const attempt = newId();
    await storeHeld(tx, { ...held, state: 'desktop', agent, attempt, result: undefined, since: now });
    return recordKeys(configuration, {
      ...{ group, record, attempt, now },
      settings: lists.settings(held.list),
      handle: await handleOf(tx, held, record.recordId),
      agentId: agent,
    });
  }

  /** Takes a record from a desktop back into the buffer. @param tell whether the desktop has to hear of it */
  async takeBack(tx: Transaction, held: HeldChain, tell: boolean): Promise<void> {
    if (tell && held.agent !== undefined) await this.tellWithdrawn(tx, held, held.agent);
    await this.freeAgent(tx, held);
    await freeNumbers(tx, held.id);
    await storeHeld(tx, { ...released(held), state: 'buffered', history: held.history });
    tx.afterCommit(() => this.#changed(held.group));
  }

  /** The agent is not kept for the record any more, if no call has come of it. */
  async freeAgent(tx: Transaction, held: HeldChain): Promise<void> {
    const { router } = this.#parts;
    if (held.request === undefined) return;
    if (!(await router.cancel(tx, held.request))) await router.release(tx, held.request);
  }

  /** `RecordCancel` to a desktop. */
  async tellWithdrawn(tx: Transaction, held: HeldChain, agent: string): Promise<void> {
    const group = await readGroup(tx, held.group);
    if (!group) return;
    this.#announcements.send(tx, agent, {
      userEvent: 'RecordCancel',
      keys: {
        GSW_APPLICATION_ID: group.appId,
        GSW_CAMPAIGN_NAME: group.campaign.name,
        GSW_CALLING_LIST: held.list,
        GSW_RECORD_HANDLE: await handleOf(tx, held, held.recordId),
      },
    });
  }

  async #selected(tx: Transaction, { request, agent }: Decision): Promise<void> {
    if (purposeOf(request.id) !== 'offer') return;
    const held = await lockHeldOfRequest(tx, request.id);
    const group = held && (await readGroup(tx, held.group));
    const keys = held?.state === 'offered' && group && (await this.#give(tx, group, held, agent.id));
    if (!keys) {
      await this.#parts.router.release(tx, request.id);
      if (held) tx.afterCommit(() => this.#changed(held.group));
      return;
    }
    this.#announcements.send(tx, agent.id, {
      userEvent: held.isCallback ? 'ScheduledCall' : 'PreviewRecord',
      keys: held.isCallback
        ? { ...keys, GSW_CALLBACK_TYPE: held.forAgent === undefined ? 'Campaign' : 'Personal' }
        : keys,
    });
  }

  async #give(tx: Transaction, group: StoredGroup, held: HeldChain, agent: string): Promise<RecordKeys | undefined> {
    const { desktopLimit } = groupOptions(this.#parts.configuration, group);
    if (desktopLimit > 0 && (await heldOfAgent(tx, agent)).length >= desktopLimit) {
      const now = this.#parts.clock.now();
      await storeHeld(tx, { ...released(held), state: 'waiting', dueAt: now + PUT_OFF_MS, since: now });
      return undefined;
    }
    return this.place(tx, group, held, agent);
  }

  /** Nobody had time for the callback. */
  async #timedOut(tx: Transaction, request: RouteRequest): Promise<void> {
    if (purposeOf(request.id) !== 'offer') return;
    const held = await lockHeldOfRequest(tx, request.id);
    if (held?.state === 'offered') await this.#miss(tx, held);
  }

  async #miss(tx: Transaction, held: HeldChain): Promise<void> {
    const result = held.forAgent === undefined ? CallResult.GroupCallbackError : CallResult.AgentCallbackError;
    await this.#processing.treat(tx, held, { recordId: held.recordId, result, counts: false });
    tx.afterCommit(() => this.#changed(held.group));
  }

  /** The agent has done nothing with the record for as long as he was kept for it. */
  async #ignored(tx: Transaction, request: string, agent: string): Promise<void> {
    if (purposeOf(request) !== 'offer') return;
    const held = await lockHeldOfRequest(tx, request);
    if (held?.state !== 'desktop' || held.agent !== agent) return;
    await this.takeBack(tx, { ...held, request: undefined }, true);
    await this.#parts.agents.input(tx, agent, { type: 'not-ready', reason: 'no-answer' });
  }

  async #isAway(tx: Transaction, agent: string): Promise<boolean> {
    const { agents, configuration } = this.#parts;
    if (!configuration.object('agents', agent)) return true;
    return (await agents.state(agent, tx)).state === 'logged-out';
  }
}
