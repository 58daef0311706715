import { isNextInChain, type TreatmentActionName } from '../../config/index.js';
import { CallResult } from './call-result.js';
import { readLocalTime } from './local-time.js';
import type { Chain, ListRecord } from './record.js';
import { isFinal, nextStatus, type RecordInput, RecordStatus } from './record-status.js';
import { isPersonalType, isScheduledType, RecordType } from './record-type.js';
import type { CallAction, Treatment } from './treatment.js';
import { readTreatmentHistory, type TreatmentHistory, writeTreatmentHistory } from './treatment-history.js';
import { callableAt, type ListWindow } from './window.js';

/** What a list says about treating results. */
export interface TreatmentSettings extends ListWindow {
  /** Most dials of one record; a record that has had them is dialed no more. */
  readonly maxAttempts: number;
  /** Delays up to this are waited for in memory, longer ones in the list (option `treatment_sched_threshold`). */
  readonly scheduleThresholdMs: number;
}

/** A callback that an agent has arranged with the customer. */
export interface Arrangement {
  readonly at: number;
  /** PersonalCallBack or CampaignCallBack. */
  readonly type: RecordType;
  /** Whose it is, if personal. */
  readonly agentId?: string | undefined;
}

export interface TreatmentInput {
  readonly treatments: readonly Treatment[];
  /** As it is held: with the record as it was before this result. */
  readonly chain: Chain;
  /** `chain_n` of the record that was dialed. Its `attempt` counts this attempt already. */
  readonly chainN: number;
  readonly result: CallResult;
  /**
   * What the last decision about this chain left, as long as the chain is held. Absent: the record's column `treatments`
   * is read, for types 3 to 6 alone, as the original does.
   */
  readonly history?: string | undefined;
  /** What an agent has arranged for this record, for the action Reschedule. */
  readonly arranged?: Arrangement | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings: TreatmentSettings;
}

/** Why it was decided so, for the journal and for people. */
export interface TreatmentReason {
  /** Name of the treatment; absent: none applies. */
  treatment?: string;
  action?: TreatmentActionName;
  /**
   * Why the chain is done with: `completed` by a treatment that ends it, `exhausted` when cycle attempts or dates are used
   * up, `withdrawn` when the record was cancelled or put on do-not-call while it was dialed.
   */
  ended?: 'no-treatment' | 'completed' | 'exhausted' | 'max-attempts' | 'not-applicable' | 'withdrawn';
}

export type TreatmentDecision =
  /** The chain is done with: every record is in its last state. */
  | { kind: 'finalize'; records: ListRecord[]; reason: TreatmentReason }
  /** The chain stays where it is held; the record `chainN` is dialed at `at` (`now`: at once). */
  | { kind: 'hold'; chainN: number; at: number; history: string; records: ListRecord[]; reason: TreatmentReason }
  /** The chain goes back to the list: the record `chainN` is Ready with its time, the others wait for it. */
  | { kind: 'return'; chainN: number; at: number; history: string; records: ListRecord[]; reason: TreatmentReason };

/**
 * What happens to a chain after a result (spec outbound.md 5.4). A pure function: nothing but `input` counts.
 *
 * - Treatments of one result form a sequence by number: the k-th time in a row that the chain ends with this result the
 *   k-th of them applies, the last one again and again until its cycle attempts are used up.
 * - `cycleAttempt` counts redials; for Next in chain it counts rounds over the chain, whatever the results in between.
 * - A record that has had its most attempts is not dialed again. Next in chain goes on with the others of its chain.
 * - Where nothing applies any more the chain is finalised with the result.
 * - A time outside of the record's window is moved to its next opening.
 */
export function decideTreatment(input: TreatmentInput): TreatmentDecision {
  const record = input.chain.records.find(({ chainN }) => chainN === input.chainN);
  if (!record) throw new RangeError(`Chain ${input.chain.chainId} has no record ${input.chainN}.`);
  const dialed: ListRecord = isFinal(record.recordStatus)
    ? record
    : { ...record, callResult: input.result, callTime: input.now };
  const state: Dialed = { ...input, dialed };
  if (isFinal(record.recordStatus)) return finalize(state, { ended: 'withdrawn' });
  const applied = treatmentFor(state);
  if (!applied) return finalize(state, { ended: 'no-treatment' });
  if (input.result === CallResult.AgentCallbackError && !FOR_AGENT_CALLBACK_ERROR.has(applied.treatment.action)) {
    return finalize(state, { ...named(applied.treatment), ended: 'not-applicable' });
  }
  return ACTIONS[applied.treatment.action](state, applied);
}

/** What the treatment that the result would have does with the call. Pure; undefined: nothing. */
export function callActionFor(input: TreatmentInput): CallAction | undefined {
  const record = input.chain.records.find(({ chainN }) => chainN === input.chainN);
  if (!record || isFinal(record.recordStatus)) return undefined;
  return treatmentFor({ ...input, dialed: { ...record, callResult: input.result } })?.treatment.call;
}

interface Dialed extends TreatmentInput {
  /** The record that was dialed, with the result. */
  readonly dialed: ListRecord;
}

/** A treatment and how often it has been applied in a row: redials, or the round over the chain that is under way. */
interface Applied {
  readonly treatment: Treatment;
  readonly cycle: number;
  /** Its place in the sequence, from 1. */
  readonly number: number;
}

function treatmentFor(state: Dialed): Applied | undefined {
  const sequence = state.treatments
    .filter(({ callResult }) => callResult === state.result)
    .sort((one, other) => one.number - other.number);
  const history = readTreatmentHistory(
    state.history ?? (isScheduledType(state.dialed.recordType) ? state.dialed.treatments : undefined),
  );
  const last = history ? sequence.findIndex(({ id }) => id === history.id) : -1;
  const index = Math.min(last + 1, sequence.length - 1);
  const treatment = sequence[index];
  if (!treatment) return undefined;
  const repeated = index === last;
  return { treatment, cycle: cycleBefore(state, treatment, history, repeated), number: index + 1 };
}

function cycleBefore(
  state: Dialed,
  treatment: Treatment,
  history: TreatmentHistory | undefined,
  repeated: boolean,
): number {
  if (!history) return 0;
  if (repeated) return history.cycle;
  // Rounds over a chain are rounds of the chain: other results in between do not begin them anew.
  const former = state.treatments.find(({ id }) => id === history.id);
  return isNextInChain(treatment.action) && former && isNextInChain(former.action) ? history.cycle : 0;
}

type Act = (state: Dialed, applied: Applied) => TreatmentDecision;

const ACTIONS: Readonly<Record<TreatmentActionName, Act>> = {
  MarkDB: (state, { treatment }) => finalize(state, { ...named(treatment), ended: 'completed' }),
  MarkAllChain: (state, { treatment }) =>
    finalize(state, { ...named(treatment), ended: 'completed' }, { resultOfAll: true }),
  MarkAsAgentError: (state, { treatment }) =>
    finalize(state, { ...named(treatment), ended: 'completed' }, { input: 'mark-agent-error' }),
  Cycle: (state, applied) => redial(state, applied, (cycle) => state.now + waitOf(applied.treatment, cycle)),
  RetryIn: (state, applied) => redial(state, applied, (cycle) => state.now + waitOf(applied.treatment, cycle)),
  RetryAtDate: (state, applied) => redial(state, applied, () => futureDate(state, applied.treatment, state.dialed)),
  NextInChain: (state, applied) => nextInChain(state, applied, () => state.now),
  NextInChainAfter: (state, applied) =>
    nextInChain(state, applied, (_next, cycle) => state.now + waitOf(applied.treatment, cycle)),
  // The date is the earliest time: when it has come, the rest of the chain follows at once.
  NextInChainAtDate: (state, applied) =>
    nextInChain(state, applied, (next) => futureDate(state, applied.treatment, next) ?? state.now),
  AssignToGroup: assignToGroup,
  Reschedule: reschedule,
};

/** The only actions for a callback whose agent could not take it (original's "Apply to Record Actions"). */
const FOR_AGENT_CALLBACK_ERROR: ReadonlySet<TreatmentActionName> = new Set([
  'AssignToGroup',
  'MarkAsAgentError',
  'Cycle',
  'RetryAtDate',
  'RetryIn',
]);

function redial(state: Dialed, applied: Applied, when: (cycle: number) => number | undefined): TreatmentDecision {
  const { treatment } = applied;
  const cycle = applied.cycle + 1;
  const reason = named(treatment);
  const limited = treatment.action === 'Cycle' || treatment.cycleAttempt > 0;
  if (limited && cycle > treatment.cycleAttempt) return finalize(state, { ...reason, ended: 'exhausted' });
  if (state.dialed.attempt >= state.settings.maxAttempts) return finalize(state, { ...reason, ended: 'max-attempts' });
  const at = when(cycle);
  if (at === undefined) return finalize(state, { ...reason, ended: 'exhausted' });
  return dialLater(state, applied, { record: state.dialed, cycle, at });
}

function nextInChain(
  state: Dialed,
  applied: Applied,
  when: (next: ListRecord, cycle: number) => number,
): TreatmentDecision {
  const { treatment } = applied;
  const reason = named(treatment);
  const { records } = state.chain;
  const position = records.findIndex(({ chainN }) => chainN === state.chainN);
  const mayBeDialed = (record: ListRecord) => isDialable(record.chainN === state.chainN ? state.dialed : record, state);
  const after = records.slice(position + 1).find(mayBeDialed);
  const next = after ?? records.find(mayBeDialed);
  if (!next) return finalize(state, { ...reason, ended: 'max-attempts' });
  const cycle = Math.max(applied.cycle, 1) + (after ? 0 : 1);
  if (cycle > Math.max(treatment.cycleAttempt, 1)) return finalize(state, { ...reason, ended: 'exhausted' });
  const record = next.chainN === state.chainN ? state.dialed : next;
  return dialLater(state, applied, { record, cycle, at: when(record, cycle) });
}

/** Whether a record of the chain can still be dialed some time. */
function isDialable(record: ListRecord, { settings, now }: TreatmentInput): boolean {
  return (
    !isFinal(record.recordStatus) &&
    record.recordType !== RecordType.NoCall &&
    record.attempt < settings.maxAttempts &&
    Number.isFinite(callableAt(record, settings, now).opensAt)
  );
}

function assignToGroup(state: Dialed, applied: Applied): TreatmentDecision {
  const { dialed, now } = state;
  if (!isPersonalType(dialed.recordType)) {
    return finalize(state, { ...named(applied.treatment), ended: 'not-applicable' });
  }
  const recordType =
    dialed.recordType === RecordType.PersonalCallBack ? RecordType.CampaignCallBack : RecordType.CampaignRescheduled;
  return giveBack(state, applied, { record: { ...dialed, recordType }, cycle: applied.cycle + 1, at: now });
}

function reschedule(state: Dialed, applied: Applied): TreatmentDecision {
  const { arranged, dialed } = state;
  if (!arranged) {
    return finalize(state, { ...named(applied.treatment), ended: 'not-applicable' });
  }
  const record = { ...dialed, recordType: arranged.type, agentId: arranged.agentId ?? dialed.agentId };
  return giveBack(state, applied, { record, cycle: applied.cycle + 1, at: arranged.at });
}

interface Next {
  record: ListRecord;
  cycle: number;
  at: number;
}

/** The next dial: waited for in memory when it is soon, else in the list. */
function dialLater(state: Dialed, applied: Applied, next: Next): TreatmentDecision {
  const { settings, now } = state;
  const { opensAt } = callableAt(next.record, settings, next.at);
  if (opensAt - now <= settings.scheduleThresholdMs) return hold(state, applied, { ...next, at: opensAt });
  const personal = isPersonalType(next.record.recordType);
  const recordType = personal ? RecordType.PersonalRescheduled : RecordType.CampaignRescheduled;
  return giveBack(state, applied, { ...next, record: { ...next.record, recordType }, at: opensAt });
}

function hold(state: Dialed, applied: Applied, { record, cycle, at }: Next): TreatmentDecision {
  const { chainN } = record;
  const history = writeTreatmentHistory({ id: applied.treatment.id, cycle, chainN, number: applied.number });
  const next = { ...record, treatments: history };
  const records = chainN === state.chainN ? [next] : [state.dialed, next];
  return { kind: 'hold', chainN, at, history, records, reason: named(applied.treatment) };
}

function giveBack(state: Dialed, applied: Applied, { record, cycle, at }: Next): TreatmentDecision {
  const { chainN } = record;
  const history = writeTreatmentHistory({ id: applied.treatment.id, cycle, chainN, number: applied.number });
  const opensAt = callableAt(record, state.settings, at).opensAt;
  const due = Number.isFinite(opensAt) ? opensAt : at;
  const next = moved({ ...record, scheduledAt: due, treatments: history }, 'schedule');
  const others = state.chain.records
    .filter((other) => other.chainN !== chainN && !isFinal(other.recordStatus))
    .map((other) => moved(other.chainN === state.chainN ? state.dialed : other, 'wait-for-chain'));
  return { kind: 'return', chainN, at: due, history, records: [next, ...others], reason: named(applied.treatment) };
}

function finalize(
  state: Dialed,
  reason: TreatmentReason,
  { input = 'finalize', resultOfAll = false }: { input?: RecordInput; resultOfAll?: boolean } = {},
): TreatmentDecision {
  const others = state.chain.records
    .filter((other) => other.chainN !== state.chainN && !isFinal(other.recordStatus))
    .map((other) => moved(resultOfAll ? { ...other, callResult: state.result } : other, 'finalize-with-chain'));
  const own = isFinal(state.dialed.recordStatus) ? [] : [moved(state.dialed, input)];
  return { kind: 'finalize', records: [...own, ...others], reason };
}

/** A record that was dialed is Retrieved, whatever it was read as. */
function moved(record: ListRecord, input: RecordInput): ListRecord {
  const recordStatus =
    nextStatus(record.recordStatus, input) ?? nextStatus(RecordStatus.Retrieved, input) ?? record.recordStatus;
  return { ...record, recordStatus };
}

function waitOf({ intervalMs, incrementMs }: Treatment, cycle: number): number {
  return intervalMs + (cycle - 1) * incrementMs;
}

/** The date of a treatment on the record's wall clock; undefined when it has passed or there is none. */
function futureDate({ now }: Dialed, { date }: Treatment, { zone }: ListRecord): number | undefined {
  const at = date === undefined ? undefined : readLocalTime(date, zone);
  return at !== undefined && at > now ? at : undefined;
}

function named(treatment: Treatment): TreatmentReason {
  return { treatment: treatment.name, action: treatment.action };
}
