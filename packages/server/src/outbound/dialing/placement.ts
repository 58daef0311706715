import { isObject } from '../../kernel/index.js';
import { callableAt, isCallResult } from '../list/index.js';
import type { AttemptCalls } from './attempt-calls.js';
import { type Attempt, readAttempt } from './attempt-store.js';
import { currentRecord, type Dial } from './dial.js';
import type { Errands } from './errands.js';
import { type GroupOptions, groupOptions } from './group-options.js';
import { readGroup } from './group-store.js';
import { readHeld } from './held-chain.js';
import type { DialingParts } from './parts.js';

/** General Error. */
const REFUSED = 3;
const CONFLICT = 409;

/**
 * Carries out attempts whose intent is committed: asks the validation before the dial, and dials. It is asked for again
 * after a crash: what is still only intended then is checked again, since time has passed, and the network is asked
 * before anybody is dialed (`Calls.dial`).
 */
export class Placement {
  readonly #parts: DialingParts;
  readonly #errands: Errands;
  readonly #attemptCalls: () => AttemptCalls;
  readonly #dial: () => Dial;

  constructor(parts: DialingParts, errands: Errands, attemptCalls: () => AttemptCalls, dial: () => Dial) {
    this.#parts = parts;
    this.#errands = errands;
    this.#attemptCalls = attemptCalls;
    this.#dial = dial;
  }

  /** The attempt has just been stored. */
  begin(attemptId: string): void {
    this.#errands.run('dialing', () => this.#carryOut(attemptId, false));
  }

  /** The attempt was stored by a process that is gone. */
  resume(attemptId: string): void {
    this.#errands.run('dialing after a restart', () => this.#carryOut(attemptId, true));
  }

  async #carryOut(attemptId: string, isLate: boolean): Promise<void> {
    const { database, calls, configuration } = this.#parts;
    const attempt = await readAttempt(database, attemptId);
    if (!attempt) return;
    if (attempt.state === 'agent-ringing' && attempt.agentLeg !== undefined) return calls.dial(attempt.agentLeg);
    if (attempt.state !== 'intended') return;
    const group = await readGroup(database, attempt.group);
    const options = group && groupOptions(configuration, group);
    if (isLate && !(await this.#isStillAllowed(attempt))) return calls.hangup(attempt.id);
    if (options?.validation) {
      const refused = await this.#validate(attempt, options.validation);
      if (refused !== undefined) {
        return database.transaction((tx) =>
          this.#attemptCalls().step(tx, attempt.id, { type: 'refused', result: refused }),
        );
      }
    }
    await calls.dial(attempt.id);
  }

  async #isStillAllowed(attempt: Attempt): Promise<boolean> {
    const { database, lists, clock, configuration, compliance, calls } = this.#parts;
    const leg = await calls.get(attempt.id);
    if (leg?.state !== 'intended') return true;
    const now = clock.now();
    const held = attempt.chain === undefined ? undefined : await readHeld(database, attempt.chain);
    const group = await readGroup(database, attempt.group);
    const chain = held && (await lists.chain(held.list, held.chainId));
    const record = chain && currentRecord(chain, held);
    const settings = lists.settings(attempt.list);
    if (group?.state !== 'running' || !record || !settings) return false;
    const [standing] = await lists.standing(database, [record]);
    const options = groupOptions(configuration, group);
    return (
      standing === 'callable' &&
      callableAt(record, settings, now).open &&
      compliance.check(this.#dial().subjectOf({ group, options, kind: attempt.kind }, record), now).allowed
    );
  }

  /**
   * Asks whether a record is to be dialed (spec 2.5): 200 dials, 409 does not.
   * @returns the call result of a record that is not dialed; undefined: it is
   */
  async #validate(attempt: Attempt, validation: NonNullable<GroupOptions['validation']>): Promise<number | undefined> {
    const leg = await this.#parts.calls.get(attempt.id);
    try {
      const answer = await fetch(validation.uri, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(leg?.userData ?? {}),
        signal: AbortSignal.timeout(validation.timeoutMs),
      });
      const body = await answer.text();
      if (answer.ok) return undefined;
      if (answer.status === CONFLICT) return resultIn(body) ?? REFUSED;
      this.#parts.log.warn({ status: answer.status, uri: validation.uri }, 'The validation before the dial failed');
    } catch (error) {
      this.#parts.log.warn({ err: error, uri: validation.uri }, 'The validation before the dial does not answer');
    }
    return validation.timeoutResult;
  }
}

function resultIn(body: string): number | undefined {
  if (body.trim() === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    const result = isObject(parsed) ? Number(parsed.GSW_CALL_RESULT) : Number.NaN;
    return isCallResult(result) ? result : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
