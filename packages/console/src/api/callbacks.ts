import { useQuery, useQueryClient } from '@tanstack/react-query';
import { sayOfAnswer } from './answers.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { Refusal } from './refusal.js';
import { request } from './request.js';

/** The states of a callback in the order in which it passes them (GMS Callback API, `_callback_state`). */
export const CALLBACK_STATES = ['SCHEDULED', 'QUEUED', 'PAUSED', 'ROUTING', 'PROCESSING', 'COMPLETED'] as const;
export type CallbackState = (typeof CALLBACK_STATES)[number];

/** A callback's record. Instants are milliseconds since 1970. */
export interface Callback {
  id: string;
  service: string;
  state: CallbackState;
  customerNumber: string;
  /** `_callback_reason`: how it ended. */
  reason?: string;
  /** When the customer wants the call; absent when it was asked for at once. */
  desiredAt?: number;
  createdAt?: number;
  /** When its state, its time or what is known about it last changed. */
  changedAt?: number;
  /** Every key of the record, as text. */
  record: Readonly<Record<string, string>>;
}

/** A key that begins with an underscore belongs to the system; the others are the customer's data. */
export function isUserData(key: string): boolean {
  return !key.startsWith('_') && key !== 'desired_time' && key !== 'url';
}

export function parseCallback(members: Members): Callback[] {
  const id = text(members, '_id');
  const state = CALLBACK_STATES.find((known) => known === members._callback_state);
  if (id === undefined || state === undefined) return [];
  const callback: Callback = {
    id,
    state,
    service: text(members, '_service_name') ?? '',
    customerNumber: text(members, '_customer_number') ?? '',
    record: Object.fromEntries(
      Object.keys(members).flatMap((key) => {
        const value = isObject(members[key]) ? JSON.stringify(members[key]) : text(members, key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
  const reason = text(members, '_callback_reason');
  if (reason !== undefined) callback.reason = reason;
  const desiredAt = instant(members, '_desired_time');
  if (desiredAt !== undefined) callback.desiredAt = desiredAt;
  const createdAt = instant(members, '_created_time');
  if (createdAt !== undefined) callback.createdAt = createdAt;
  const changedAt = instant(members, '_changed_time');
  if (changedAt !== undefined) callback.changedAt = changedAt;
  return [callback];
}

/** At most this many callbacks are listed. */
export const MOST_LISTED = 1000;

/** The newest callbacks of all services, at most {@link MOST_LISTED}, from `GET /api/v1/callbacks`. The live feed keeps it fresh. */
export function useCallbacks() {
  return useQuery({
    queryKey: ['callbacks'],
    queryFn: async ({ signal }) =>
      objects(await request(`/api/v1/callbacks?limit=${MOST_LISTED}`, { signal })).flatMap(parseCallback),
  });
}

/** One callback, or null when there is none with this id (or no longer). */
export function useCallback(id: string) {
  return useQuery({
    queryKey: ['callback', id],
    queryFn: async ({ signal }) => {
      try {
        const found = await request(`/api/v1/callbacks/${encodeURIComponent(id)}`, { signal });
        return (isObject(found) ? parseCallback(found)[0] : undefined) ?? null;
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) return null;
        throw error;
      }
    },
  });
}

/** Where a waiting callback stands: place 1 is served next; `etaSeconds` is the server's estimate. */
export interface QueuePosition {
  position?: number;
  waiting?: number;
  etaSeconds?: number;
}

/** The estimate that means "nobody is logged in who could take it". */
const UNKNOWN_ETA_SECONDS = 10_000;

export async function queuePosition(id: string, signal: AbortSignal): Promise<QueuePosition> {
  const answer = await request(`/genesys/1/service/${encodeURIComponent(id)}/check-queue-position`, { signal });
  if (!isObject(answer)) return {};
  const place: QueuePosition = {};
  const position = number(answer, '_position');
  if (position !== undefined) place.position = position;
  const waiting = number(answer, '_total_waiting');
  if (waiting !== undefined) place.waiting = waiting;
  const eta = number(answer, '_eta') ?? number(answer, 'ewt');
  if (eta !== undefined && eta < UNKNOWN_ETA_SECONDS) place.etaSeconds = eta;
  return place;
}

/** What a booking asks for. */
export interface Booking {
  service: string;
  customerNumber: string;
  /** Milliseconds since 1970; absent to be called now. */
  desiredAt?: number;
  /** Kept with the callback and shown to the agent. */
  userData: Readonly<Record<string, string>>;
}

/** Start-Callback. Resolves with the callback's id; a refusal can carry proposals. */
export async function bookCallback(booking: Booking): Promise<string> {
  const body: Record<string, string> = { ...booking.userData, _customer_number: booking.customerNumber };
  if (booking.desiredAt !== undefined) body._desired_time = new Date(booking.desiredAt).toISOString();
  const answer = await request(servicePath(booking.service), { method: 'POST', body });
  const id = isObject(answer) ? text(answer, '_id') : undefined;
  if (id === undefined) throw new Error(sayOfAnswer('noId'));
  return id;
}

/** Reschedule-Callback; a refusal leaves the callback at its old time and can carry proposals. */
export async function rescheduleCallback(callback: Callback, desiredAt: number): Promise<void> {
  const body = { _new_desired_time: new Date(desiredAt).toISOString() };
  await request(callbackPath(callback), { method: 'PUT', body });
}

/** Cancel-Callback. */
export async function cancelCallback(callback: Callback): Promise<void> {
  await request(callbackPath(callback), { method: 'DELETE' });
}

function servicePath(service: string): string {
  return `/genesys/1/service/callback/${encodeURIComponent(service)}`;
}

function callbackPath(callback: Callback): string {
  return `${servicePath(callback.service)}/${encodeURIComponent(callback.id)}`;
}

/** Marks everything that is known about callbacks, or about one of them, as out of date. */
export function useCallbacksChanged() {
  const queries = useQueryClient();
  return (id?: string) =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['callbacks'] }),
      queries.invalidateQueries({ queryKey: ['availability'] }),
      ...(id === undefined ? [] : [queries.invalidateQueries({ queryKey: ['callback', id] })]),
      ...(id === undefined ? [] : [queries.invalidateQueries({ queryKey: ['history', id] })]),
    ]);
}
