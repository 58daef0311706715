import { RingbackError } from '../../kernel/index.js';
import type { Decision, RouteRequest } from '../../routing/index.js';
import type { Transaction } from '../../store/index.js';
import type { LegChange } from '../../telephony/index.js';
import { CallResult } from '../list/index.js';
import type { AgentAssignments } from './agent-assignments.js';
import type { Announcements } from './announcements.js';
import { type AttemptEffect, type AttemptInput, attemptStep, isLive } from './attempt.js';
import { type Attempt, attemptOfRequest, factsOf, lockAttempt, readAttempt, storeAttempt } from './attempt-store.js';
import { withHandling } from './call-handling.js';
import type { Engagements } from './engagements.js';
import type { Errands } from './errands.js';
import { groupOptions } from './group-options.js';
import { readGroup } from './group-store.js';
import { lockHeld, storeHeld } from './held-chain.js';
import type { DialingParts } from './parts.js';
import type { Processing } from './processing.js';
import { newRequestId, purposeOf } from './request-ids.js';

/** How long an agent is kept for a call whose agent's phone has not rung yet, milliseconds. */
const RESERVATION_MS = 10_000;
const DEFAULT_PRIORITY = 0;

/**
 * The calls of attempts: takes what telephony and the router report into the life cycle of the attempt (attempt.ts), stores
 * the step and does what follows from it. Locks the attempt before the held chain, as everybody here does.
 */
export class AttemptCalls {
  readonly #parts: DialingParts;
  readonly #announcements: Announcements;
  readonly #processing: Processing;
  readonly #engagements: Engagements;
  readonly #assignments: AgentAssignments;
  readonly #errands: Errands;
  readonly #changed: (group: number) => void;

  constructor(parts: {
    dialing: DialingParts;
    announcements: Announcements;
    processing: Processing;
    engagements: Engagements;
    assignments: AgentAssignments;
    errands: Errands;
    /** The group may dial, or be done, after the commit. */
    changed: (group: number) => void;
  }) {
    this.#parts = parts.dialing;
    this.#announcements = parts.announcements;
    this.#processing = parts.processing;
    this.#engagements = parts.engagements;
    this.#assignments = parts.assignments;
    this.#errands = parts.errands;
    this.#changed = parts.changed;
  }

  /** To be called once, before the switch and the router start. */
  listen(): void {
    const { calls, router } = this.#parts;
    calls.onChange((tx, change) => this.#legChanged(tx, change));
    router.onSelected((tx, decision) => this.#selected(tx, decision));
    router.onTimeout((tx, request) => this.#timedOut(tx, request));
  }

  /** One step of an attempt's life. */
  async step(tx: Transaction, attemptId: string, input: AttemptInput): Promise<void> {
    const before = await lockAttempt(tx, attemptId);
    if (!before || before.endedAt !== undefined) return;
    const { course, effects } = attemptStep(before, await withHandling(tx, this.#parts, before, input));
    if (course === before) return;
    let attempt: Attempt = { ...before, ...course };
    for (const effect of effects) attempt = await this.#do(tx, attempt, effect);
    await storeAttempt(tx, attempt);
    await this.#tell(tx, before, attempt);
    await this.#follow(tx, before, attempt);
    tx.afterCommit(() => this.#changed(attempt.group));
  }

  /** Gives an engaged agent who waits to an answered call. @returns false when there is none */
  async serve(tx: Transaction, attempt: Attempt, engagements: Engagements): Promise<boolean> {
    const engaged = await engagements.take(tx, attempt.group, attempt.id);
    if (!engaged) return false;
    const current = await lockAttempt(tx, attempt.id);
    if (!current) return false;
    await storeAttempt(tx, { ...current, agentLeg: engaged.id });
    await this.step(tx, attempt.id, { type: 'agent-found', agent: engaged.agent });
    return true;
  }

  /** Does again what a dead process may not have done: every effect is harmless when repeated. */
  resume(attempt: Attempt): void {
    const { calls } = this.#parts;
    const { id, agentLeg } = attempt;
    switch (attempt.state) {
      case 'agent-ringing':
      case 'offered':
        if (agentLeg !== undefined) this.#errands.run('ringing an agent', () => calls.dial(agentLeg));
        break;
      case 'joining':
        if (agentLeg !== undefined) this.#join(id, agentLeg);
        break;
      case 'releasing':
        this.#errands.run('hanging up', () => calls.hangup(id));
        break;
      default:
    }
  }

  async #legChanged(tx: Transaction, { leg, previous, event }: LegChange): Promise<void> {
    if (leg.role === 'customer') {
      if (leg.id !== leg.callId) return;
      const input = customerInput(leg, previous.state, event);
      if (input) await this.step(tx, leg.id, input);
      return;
    }
    if (leg.role !== 'agent' || leg.state === previous.state) return;
    if (leg.id === leg.callId) return this.#engagements.legChanged(tx, leg, (id, input) => this.step(tx, id, input));
    if (leg.userData.GSW_CALL_ATTEMPT_GUID !== leg.callId) return;
    const attempt = await readAttempt(tx, leg.callId);
    if (attempt?.agentLeg !== leg.id) return;
    if (leg.state === 'answered') await this.step(tx, attempt.id, { type: 'agent-answered' });
    else if (leg.state === 'ended') await this.step(tx, attempt.id, { type: 'agent-lost' });
  }

  async #selected(tx: Transaction, { request, agent }: Decision): Promise<void> {
    if (purposeOf(request.id) !== 'attempt') return;
    const attempt = await attemptOfRequest(tx, request.id);
    if (attempt?.state !== 'queued') {
      await this.#parts.router.release(tx, request.id);
      return;
    }
    await this.step(tx, attempt.id, { type: 'agent-found', agent: agent.id });
  }

  async #timedOut(tx: Transaction, request: RouteRequest): Promise<void> {
    if (purposeOf(request.id) !== 'attempt') return;
    const attempt = await attemptOfRequest(tx, request.id);
    if (attempt) await this.step(tx, attempt.id, { type: 'no-agent' });
  }

  async #do(tx: Transaction, attempt: Attempt, effect: AttemptEffect): Promise<Attempt> {
    const { calls, router } = this.#parts;
    const { id, agentLeg, request } = attempt;
    switch (effect) {
      case 'dial-customer':
        tx.afterCommit(() => this.#errands.run('dialing a customer', () => calls.dial(id)));
        return attempt;
      case 'request-agent':
        return this.#requestAgent(tx, attempt);
      case 'cancel-request':
        if (request !== undefined && !(await router.cancel(tx, request))) await router.release(tx, request);
        return attempt;
      case 'take-engaged':
        return this.#takeEngaged(tx, attempt);
      case 'to-ivr':
        return this.#toIvr(tx, attempt);
      case 'ring-agent':
        return this.#ringAgent(tx, attempt);
      case 'ring-destination':
        return this.#ringDestination(tx, attempt);
      case 'join':
        if (agentLeg !== undefined) tx.afterCommit(() => this.#join(id, agentLeg));
        return attempt;
      case 'hang-up-customer':
        tx.afterCommit(() => this.#errands.run('hanging up on a customer', () => calls.hangup(id)));
        return attempt;
      case 'hang-up-agent':
        if (agentLeg !== undefined) {
          tx.afterCommit(() => this.#errands.run('hanging up on an agent', () => calls.hangup(agentLeg)));
        }
        return attempt;
    }
  }

  /** The agent stays on the line when the customer has gone only as long as nobody has hung up: the network releases him. */
  #join(bridge: string, agentLeg: string): void {
    this.#errands.run('connecting a customer with an agent', () => this.#parts.calls.join(bridge, [bridge, agentLeg]));
  }

  async #requestAgent(tx: Transaction, attempt: Attempt): Promise<Attempt> {
    const { router, configuration, clock } = this.#parts;
    const group = await readGroup(tx, attempt.group);
    if (!group) return this.#withoutAgent(tx, attempt);
    const options = groupOptions(configuration, group);
    const now = clock.now();
    const answeredAt = attempt.answeredAt ?? now;
    const isRepeated = attempt.request !== undefined;
    const request = newRequestId('attempt');
    try {
      await router.submit(tx, {
        id: request,
        interaction: attempt.id,
        virtualQueue: group.name,
        targets: await this.#assignments.targets(tx, group),
        priority: Number(options.option('outbound-priority') ?? DEFAULT_PRIORITY) || DEFAULT_PRIORITY,
        arrival: answeredAt,
        selectable: true,
        // Who had an agent who did not take the call is given as long again, and no longer.
        timeoutAt: (isRepeated || attempt.found !== undefined ? now : answeredAt) + options.patienceMs,
        reservationMs: RESERVATION_MS,
      });
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code !== 'no-targets') throw error;
      return this.#withoutAgent(tx, attempt);
    }
    return { ...attempt, request };
  }

  #withoutAgent(tx: Transaction, attempt: Attempt): Attempt {
    tx.afterCommit(() => this.#errands.run('dropping a call', () => this.#parts.calls.hangup(attempt.id)));
    return { ...attempt, state: 'releasing', result: attempt.found ?? CallResult.Dropped };
  }

  async #takeEngaged(tx: Transaction, attempt: Attempt): Promise<Attempt> {
    const engaged = await this.#engagements.take(tx, attempt.group, attempt.id);
    if (!engaged) return attempt;
    const { id } = attempt;
    tx.afterCommit(() => this.#join(id, engaged.id));
    return { ...attempt, state: 'joining', agent: engaged.agent, agentLeg: engaged.id };
  }

  async #toIvr(tx: Transaction, attempt: Attempt): Promise<Attempt> {
    const { applications, calls, configuration, clock } = this.#parts;
    const group = await readGroup(tx, attempt.group);
    const leg = await calls.get(attempt.id, tx);
    const dn = attempt.destination ?? (group && groupOptions(configuration, group).ivrDn);
    const taken =
      leg !== undefined &&
      dn !== undefined &&
      (await applications.takeCall(tx, {
        callId: attempt.id,
        legId: attempt.id,
        dn,
        from: leg.from,
        phone: attempt.phone,
        userData: leg.userData,
      }));
    const { found } = attempt;
    if (taken) return { ...attempt, state: 'connected', connectedAt: clock.now(), result: found ?? CallResult.Answer };
    this.#parts.log.error({ dn, group: group?.name }, 'No flow takes the calls of a campaign group');
    tx.afterCommit(() => this.#errands.run('dropping a call', () => calls.hangup(attempt.id)));
    return { ...attempt, state: 'releasing', result: found ?? CallResult.NoFreePort };
  }

  async #ringAgent(tx: Transaction, attempt: Attempt): Promise<Attempt> {
    const agent = this.#parts.configuration.object('agents', attempt.agent ?? '');
    if (!agent) return this.#withoutAgent(tx, attempt);
    return this.#ring(tx, attempt, { dn: agent.dn, agent: agent.id });
  }

  /** The call goes to a DN that rings (Apply to Call). */
  async #ringDestination(tx: Transaction, attempt: Attempt): Promise<Attempt> {
    const { destination, agent } = attempt;
    if (destination === undefined) return this.#withoutAgent(tx, attempt);
    return this.#ring(tx, attempt, { dn: destination, agent });
  }

  async #ring(tx: Transaction, attempt: Attempt, to: { dn: string; agent: string | undefined }): Promise<Attempt> {
    const { calls, configuration } = this.#parts;
    const group = await readGroup(tx, attempt.group);
    const customer = await calls.get(attempt.id, tx);
    if (!group || !customer) return this.#withoutAgent(tx, attempt);
    const agentLeg = `${attempt.id}/${attempt.request?.slice(-12) ?? ''}`;
    const userData = { ...customer.userData, ...(to.agent !== undefined && { GSW_AGENT_ID: to.agent }) };
    await calls.intend(tx, {
      legId: agentLeg,
      callId: attempt.id,
      role: 'agent',
      number: to.dn,
      from: attempt.phone,
      timeoutMs: groupOptions(configuration, group).agentRingMs,
      callProgress: false,
      ...(to.agent !== undefined && { agentId: to.agent }),
      userData,
    });
    if (to.agent !== undefined) {
      this.#announcements.send(tx, to.agent, { userEvent: 'AttachedData', keys: keysOf(userData) });
    }
    tx.afterCommit(() => this.#errands.run('ringing an agent', () => calls.dial(agentLeg)));
    return { ...attempt, agentLeg };
  }

  /** Events of what has changed between two steps. */
  async #tell(tx: Transaction, before: Attempt, attempt: Attempt): Promise<void> {
    const header = { at: this.#parts.clock.now(), group: attempt.group, campaign: attempt.campaign };
    const facts = factsOf(attempt);
    if (before.dialedAt === undefined && attempt.dialedAt !== undefined) {
      await this.#announcements.emit(tx, { ...header, type: 'dial', ...facts });
    }
    const isReached = before.connectedAt === undefined && attempt.connectedAt !== undefined;
    // Who gets a machine on the line has not reached the customer.
    if (isReached && attempt.found === undefined) {
      await this.#announcements.emit(tx, { ...header, type: 'contact', ...facts });
    }
    const { result } = attempt;
    if (before.result === undefined && result !== undefined) {
      await this.#announcements.emit(tx, { ...header, type: 'result', result, ...facts });
      await this.#parts.compliance.settle(tx, {
        attempt: attempt.id,
        at: header.at,
        result,
        answeredLive: isLive(attempt),
        abandoned: result === CallResult.Abandoned || result === CallResult.Dropped,
        ...(isLive(attempt) &&
          attempt.connectedAt !== undefined &&
          attempt.answeredAt !== undefined && { secondsToAgent: (attempt.connectedAt - attempt.answeredAt) / 1000 }),
      });
    }
    if (attempt.endedAt !== undefined && before.endedAt === undefined) {
      if (result === undefined) await this.#parts.compliance.withdraw(tx, attempt.id);
      else await this.#announcements.emit(tx, { ...header, type: 'call-ended', result, ...facts });
    }
  }

  /** What the step means to the record. */
  async #follow(tx: Transaction, before: Attempt, attempt: Attempt): Promise<void> {
    const isOver = attempt.state === 'ended' && before.state !== 'ended';
    const isConnected = attempt.state === 'connected' && before.state !== 'connected';
    if ((!isOver && !isConnected) || attempt.chain === undefined) return;
    const held = await lockHeld(tx, attempt.chain);
    if (held?.attempt !== attempt.id) return;
    const now = this.#parts.clock.now();
    const { recordId, result } = attempt;
    if (isConnected) {
      await this.#processing.countAttempt(tx, held, recordId, result ?? CallResult.Answer);
      if (hasNoAgent(attempt)) return;
      await storeHeld(tx, { ...held, state: 'desktop', agent: attempt.agent, result, since: now });
      return;
    }
    const counts = attempt.dialedAt !== undefined && attempt.connectedAt === undefined;
    if (held.state === 'desktop') {
      // The agent has the record and says what becomes of it.
      if (counts && result !== undefined) await this.#processing.countAttempt(tx, held, recordId, result);
      await storeHeld(tx, { ...held, result: held.result ?? result });
      return;
    }
    if (result === undefined) return this.#processing.giveBack(tx, [held]);
    const final = hasNoAgent(attempt) ? (held.result ?? result) : result;
    await this.#processing.treat(tx, held, { recordId, result: final, counts });
  }
}

/** Nobody of ours says what becomes of the record. */
function hasNoAgent({ kind, agent }: Attempt): boolean {
  return kind === 'ivr' || (kind === 'transferred' && agent === undefined);
}

/** What the network reports of the customer's leg. */
function customerInput(
  leg: LegChange['leg'],
  before: LegChange['leg']['state'],
  event: LegChange['event'],
): AttemptInput | undefined {
  if (event.type === 'joined') return { type: 'joined', at: event.at };
  if (event.type === 'call-progress') return { type: 'detected', found: event.result };
  if (leg.state === before) return undefined;
  switch (leg.state) {
    case 'dialing':
    case 'ringing':
      return { type: 'dialed', at: leg.dialedAt ?? event.at };
    case 'answered':
      return { type: 'answered', at: event.at, detects: leg.callProgress };
    case 'ended':
      return { type: 'customer-ended', at: event.at, cause: leg.cause ?? 'normal' };
    case 'intended':
      return undefined;
  }
}

function keysOf(userData: Readonly<Record<string, unknown>>): Record<string, string | number> {
  const keys: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(userData)) {
    if (typeof value === 'string' || typeof value === 'number') keys[key] = value;
  }
  return keys;
}
