import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, type Members, number, objects, text } from './json.js';
import { request } from './request.js';

/** A campaign in a sequence. */
export interface SequenceItem {
  campaign: string;
  /** Of its campaign group, as the sequence holds it. */
  status: string;
  dialMode?: string;
  stopAtTime?: number;
  stopAtContacts?: number;
  stopAtDials?: number;
  sleepMinutes: number;
}

/** The campaigns that an agent group works one after the other. */
export interface Sequence {
  group: string;
  description: string;
  /** `loaded`, `waiting`, `sleeping`, `running`, `stopped` or `ending`. */
  phase: string;
  /** From 1. */
  item: number;
  /** When it goes on by itself. */
  dueAt?: number;
  startTime?: number;
  items: SequenceItem[];
}

export type SequenceOperation = 'start' | 'stop' | 'unload' | 'force-unload';

const KEY = 'campaign-sequences';
const REFRESH_MS = 3_000;

/** All sequences that are loaded, from `GET /api/v1/campaign-sequences`. */
export function useSequences() {
  return useQuery({
    queryKey: [KEY],
    queryFn: async ({ signal }) =>
      objects(await request('/api/v1/campaign-sequences', { signal })).flatMap(parseSequence),
    refetchInterval: REFRESH_MS,
  });
}

/** Asks something of a sequence; it is read again afterwards, whatever the answer. */
export function useSequenceOperation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ group, operation }: { group: string; operation: SequenceOperation }) => {
      const path = `/api/v1/campaign-sequences/${encodeURIComponent(group)}`;
      if (operation === 'unload') return request(path, { method: 'DELETE' });
      if (operation === 'force-unload') return request(`${path}?force=true`, { method: 'DELETE' });
      return request(`${path}/${operation}`, { method: 'POST', body: {} });
    },
    onSettled: () => Promise.all([KEY, 'campaign-groups'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}

/** What can be done with a sequence in a phase. */
export function operationsOf(phase: string): SequenceOperation[] {
  switch (phase) {
    case 'loaded':
    case 'stopped':
      return ['start', 'unload'];
    case 'ending':
      return ['force-unload'];
    default:
      return ['stop', 'unload'];
  }
}

function parseSequence(members: Members): Sequence[] {
  const group = text(members, 'group');
  if (group === undefined) return [];
  const dueAt = instant(members, 'dueAt');
  const startTime = instant(members, 'startTime');
  return [
    {
      group,
      description: text(members, 'description') ?? '',
      phase: text(members, 'phase') ?? '',
      item: number(members, 'item') ?? 1,
      ...(dueAt !== undefined && { dueAt }),
      ...(startTime !== undefined && { startTime }),
      items: objects(members.items).map(parseItem),
    },
  ];
}

function parseItem(members: Members): SequenceItem {
  const item: SequenceItem = {
    campaign: text(members, 'campaign') ?? '',
    status: text(members, 'status') ?? '',
    sleepMinutes: number(members, 'sleepMinutes') ?? 0,
  };
  const dialMode = text(members, 'dialMode');
  if (dialMode !== undefined) item.dialMode = dialMode;
  const stopAtTime = instant(members, 'stopAtTime');
  if (stopAtTime !== undefined) item.stopAtTime = stopAtTime;
  for (const stop of ['stopAtContacts', 'stopAtDials'] as const) {
    const value = number(members, stop);
    if (value !== undefined) item[stop] = value;
  }
  return item;
}
