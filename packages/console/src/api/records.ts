import { useQueries, useQuery } from '@tanstack/react-query';
import { sayOfAnswer } from './answers.js';
import { listPath } from './calling-lists.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

/** A record of a calling list. */
export interface ListRecord {
  list: string;
  id: number;
  phone: string;
  type: number;
  status: number;
  result: number;
  attempts: number;
  chain: number;
  placeInChain: number;
  /** All columns that have a value, as they are printed. */
  columns: Readonly<Record<string, string>>;
}

/** One attempt, also one that was prevented. */
export interface RecordAttempt {
  id: string;
  campaign: string;
  phone: string;
  at: number;
  dialedAt?: number;
  answeredAt?: number;
  connectedAt?: number;
  endedAt?: number;
  agent?: string;
  result?: number;
  blockedBy?: string;
  /** DN that a treatment has sent the answered call to. */
  destination?: string;
  /** Between 0 and 1. */
  nobodyFree?: number;
}

/** What keeps a record from being dialed. */
export interface Obstacle {
  kind: string;
  reason: string;
  until?: number;
}

export interface RecordHistory {
  record: ListRecord;
  obstacles: Obstacle[];
  attempts: RecordAttempt[];
  /** The states that it came into, oldest first. */
  timeline: RecordMoment[];
}

/** A state that a record came into, or that a rule kept it from being dialed. */
export interface RecordMoment {
  at: number;
  type?: number;
  status?: number;
  result?: number;
  scheduledAt?: number;
  agent?: string;
  campaign?: string;
  /** What the record waits for another attempt by. */
  treatment?: AppliedTreatment;
  blocked?: string;
}

/** What the column `treatments` says: `<DBID>@<cycle attempt>@<chain_n to dial>@<number in the sequence>`. */
export interface AppliedTreatment {
  /** DBID, or the name of a treatment without one. */
  id: string;
  cycle: number;
  next: number;
  number: number;
}

/** By what records are found. */
export const RECORD_KEYS = ['phone', 'record_id', 'chain_id', 'customer_id'] as const;
export type RecordKey = (typeof RECORD_KEYS)[number];

/** Most records that are shown of one list. */
export const MOST_RECORDS = 100;
const REFRESH_MS = 5_000;

/** The records of lists that have something, in the order of the lists; without a value the first ones of each. */
export function useRecords(lists: readonly string[], key: RecordKey, value: string) {
  const filter = new URLSearchParams({ limit: String(MOST_RECORDS), ...(value !== '' && { [key]: value }) });
  return useQueries({
    queries: lists.map((list) => ({
      queryKey: ['calling-list-records', list, key, value],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        objects(await request(`${listPath(list)}/records?${filter}`, { signal })).flatMap((one) =>
          parseRecord(list, one),
        ),
      refetchInterval: REFRESH_MS,
    })),
  });
}

/** A record with its attempts and what is against dialing it. */
export function useRecordHistory(list: string, id: string) {
  return useQuery({
    queryKey: ['record-history', list, id],
    queryFn: async ({ signal }) =>
      parseHistory(list, await request(`${listPath(list)}/records/${encodeURIComponent(id)}/history`, { signal })),
    refetchInterval: REFRESH_MS,
  });
}

export function parseRecord(list: string, members: Members): ListRecord[] {
  const id = number(members, 'record_id');
  if (id === undefined) return [];
  const columns = Object.keys(members).flatMap((name) => {
    const value = text(members, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return [
    {
      ...{ list, id },
      phone: text(members, 'contact_info') ?? '',
      type: number(members, 'record_type') ?? 0,
      status: number(members, 'record_status') ?? 0,
      result: number(members, 'call_result') ?? 0,
      attempts: number(members, 'attempt') ?? 0,
      chain: number(members, 'chain_id') ?? 0,
      placeInChain: number(members, 'chain_n') ?? 0,
      columns: Object.fromEntries(columns),
    },
  ];
}

function parseHistory(list: string, value: unknown): RecordHistory {
  const body = isObject(value) ? value : {};
  const [record] = isObject(body.record) ? parseRecord(list, body.record) : [];
  if (record === undefined) throw new Error(sayOfAnswer('noRecord'));
  return {
    record,
    obstacles: objects(body.obstacles).map((obstacle) => {
      const until = instant(obstacle, 'until');
      return {
        kind: text(obstacle, 'kind') ?? '',
        reason: text(obstacle, 'reason') ?? '',
        ...(until !== undefined && { until }),
      };
    }),
    attempts: objects(body.attempts).flatMap(parseAttempt),
    timeline: objects(body.timeline).flatMap(parseMoment),
  };
}

function parseMoment(members: Members): RecordMoment[] {
  const at = instant(members, 'at');
  if (at === undefined) return [];
  const moment: RecordMoment = { at };
  for (const [member, column] of [
    ['type', 'record_type'],
    ['status', 'record_status'],
    ['result', 'call_result'],
  ] as const) {
    const value = number(members, column);
    if (value !== undefined) moment[member] = value;
  }
  const scheduledAt = instant(members, 'scheduled_at');
  if (scheduledAt !== undefined) moment.scheduledAt = scheduledAt;
  const treatment = parseTreatment(text(members, 'treatments'));
  if (treatment !== undefined) moment.treatment = treatment;
  for (const [member, name] of [
    ['agent', 'agent_id'],
    ['campaign', 'campaign'],
    ['blocked', 'blocked'],
  ] as const) {
    const value = text(members, name);
    if (value !== undefined) moment[member] = value;
  }
  return [moment];
}

function parseTreatment(column: string | undefined): AppliedTreatment | undefined {
  const [, id, cycle, next, number] = /^(.+)@(\d{1,9})@(\d{1,9})@(\d{1,9})$/s.exec(column ?? '') ?? [];
  if (id === undefined) return undefined;
  return { id, cycle: Number(cycle), next: Number(next), number: Number(number) };
}

function parseAttempt(members: Members): RecordAttempt[] {
  const id = text(members, 'attempt');
  const at = instant(members, 'at');
  if (id === undefined || at === undefined) return [];
  const attempt: RecordAttempt = {
    ...{ id, at },
    campaign: text(members, 'campaign') ?? '',
    phone: text(members, 'phone') ?? '',
  };
  for (const moment of ['dialedAt', 'answeredAt', 'connectedAt', 'endedAt'] as const) {
    const value = instant(members, moment);
    if (value !== undefined) attempt[moment] = value;
  }
  for (const [member, name] of [
    ['agent', 'agentId'],
    ['blockedBy', 'blockedBy'],
    ['destination', 'destination'],
  ] as const) {
    const value = text(members, name);
    if (value !== undefined) attempt[member] = value;
  }
  const result = number(members, 'call_result');
  if (result !== undefined) attempt.result = result;
  const nobodyFree = number(members, 'nobodyFree');
  if (nobodyFree !== undefined) attempt.nobodyFree = nobodyFree;
  return [attempt];
}
