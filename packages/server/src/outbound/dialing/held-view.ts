import type { Sql } from '../../store/index.js';
import type { AttemptState } from './attempt.js';
import { attemptsOfRecord, attemptsUnderWay } from './attempt-store.js';
import { readGroup } from './group-store.js';
import { readHeld } from './held-chain.js';
import { recordOfHandle } from './held-record.js';

/** A record that dialing holds. */
export interface HeldRecord {
  handle: number;
  /** DBID of the campaign group. */
  group: number;
  campaign: string;
  list: string;
  recordId: number;
  chainId: number;
  /** The agent on whose desktop it is. */
  agentId?: string;
}

/** One attempt in the history of a record. Times: milliseconds since 1970. */
export interface AttemptView {
  attempt: string;
  list: string;
  recordId: number;
  campaign: string;
  phone: string;
  at: number;
  dialedAt?: number;
  answeredAt?: number;
  connectedAt?: number;
  endedAt?: number;
  agentId?: string;
  /** Call result (spec 4.5); absent while the call is under way. */
  result?: number;
  /** Why it was not dialed. */
  blockedBy?: string;
  /** The DN that a treatment has sent the answered call to. */
  destination?: string;
  /** Probability, when it was dialed, that nobody would be free at the answer. */
  nobodyFree?: number;
}

/** What the network has noted of an attempt's call. Times: milliseconds since 1970. */
export interface AttemptCall {
  /** The caller number that was shown. */
  from?: string;
  /** When the phone of the agent who was found began to ring. */
  agentRingingAt?: number;
}

/** The calls of a campaign group that are under way, by how far they are. */
export interface CallsUnderWay {
  /** About to be dialed, or waiting for the agent who has taken the record to pick up. */
  dialing: number;
  /** At the phone of the person called. */
  ringing: number;
  /** Answered, without an agent yet. */
  answered: number;
  /** With an agent, or with an application. */
  talking: number;
}

const STAGES: Readonly<Partial<Record<AttemptState, keyof CallsUnderWay>>> = {
  'agent-ringing': 'dialing',
  intended: 'dialing',
  dialing: 'ringing',
  detecting: 'answered',
  queued: 'answered',
  offered: 'answered',
  joining: 'answered',
  connected: 'talking',
};

export async function viewCalls(sql: Sql, group: number): Promise<CallsUnderWay> {
  const calls: CallsUnderWay = { dialing: 0, ringing: 0, answered: 0, talking: 0 };
  for (const { state, count } of await attemptsUnderWay(sql, group)) {
    const stage = STAGES[state];
    if (stage !== undefined) calls[stage] += count;
  }
  return calls;
}

export async function viewHeld(sql: Sql, handle: number): Promise<HeldRecord | undefined> {
  const record = await recordOfHandle(sql, handle);
  const held = record && (await readHeld(sql, record.chain));
  const group = held && (await readGroup(sql, held.group));
  if (!record || !held || !group) return undefined;
  return {
    handle,
    group: held.group,
    campaign: group.campaign.name,
    list: held.list,
    recordId: record.recordId,
    chainId: held.chainId,
    ...(held.agent !== undefined && { agentId: held.agent }),
  };
}

/** The attempts of a record, oldest first, those that were not dialed too. */
export async function viewAttempts(sql: Sql, list: string, recordId: number): Promise<AttemptView[]> {
  return (await attemptsOfRecord(sql, list, recordId)).map((attempt) => {
    const {
      id,
      campaign,
      phone,
      at,
      agent,
      dialedAt,
      answeredAt,
      connectedAt,
      endedAt,
      result,
      blockedBy,
      destination,
      nobodyFree,
    } = attempt;
    return {
      attempt: id,
      ...{ list, recordId, campaign, phone, at },
      ...(dialedAt !== undefined && { dialedAt }),
      ...(answeredAt !== undefined && { answeredAt }),
      ...(connectedAt !== undefined && { connectedAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(agent !== undefined && { agentId: agent }),
      ...(result !== undefined && { result }),
      ...(blockedBy !== undefined && { blockedBy }),
      ...(destination !== undefined && { destination }),
      ...(nobodyFree !== undefined && { nobodyFree }),
    };
  });
}
