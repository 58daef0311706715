import { useQuery } from '@tanstack/react-query';
import { instant, isObject, type Members, objects, text } from './json.js';
import { request } from './request.js';

/** What the live feed subscribes to. */
export const LIVE_TYPES = [
  'callback.accepted',
  'callback.rejected',
  'callback.state',
  'callback.attempt',
  'callback.completed',
  'agent.state',
  'call.dialing',
  'call.ringing',
  'call.answered',
  'call.joined',
  'call.ended',
  'route.decision',
] as const;

/** One thing that happened: an event of the server's journal. */
export interface JournalEvent {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  type: string;
  callback?: string;
  session?: string;
  call?: string;
  agent?: string;
  /** Everything that this type of event adds. */
  data: Members;
}

const COMMON = new Set(['id', 'at', 'type', 'callback', 'session', 'call', 'agent']);

/** Reads one event; undefined when it is not one. */
export function parseEvent(value: unknown): JournalEvent | undefined {
  if (!isObject(value)) return undefined;
  const id = text(value, 'id');
  const at = instant(value, 'at');
  const type = text(value, 'type');
  if (id === undefined || at === undefined || type === undefined) return undefined;
  const event: JournalEvent = {
    id,
    at,
    type,
    data: Object.fromEntries(Object.entries(value).filter(([key]) => !COMMON.has(key))),
  };
  for (const key of ['callback', 'session', 'call', 'agent'] as const) {
    const named = text(value, key);
    if (named !== undefined) event[key] = named;
  }
  return event;
}

/** While a callback is under way its page also asks by itself: the live feed does not carry session events. */
const UNDER_WAY_REFRESH_MS = 5_000;

/** The whole history of one callback, oldest first, from `GET /api/v1/callbacks/{id}/history`. */
export function useHistory(callback: string, underWay: boolean) {
  return useQuery({
    queryKey: ['history', callback],
    refetchInterval: underWay ? UNDER_WAY_REFRESH_MS : false,
    queryFn: async ({ signal }) => {
      const path = `/api/v1/callbacks/${encodeURIComponent(callback)}/history`;
      return objects(await request(path, { signal })).flatMap((event) => parseEvent(event) ?? []);
    },
  });
}
