import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sayOfAnswer } from './answers.js';
import { CALLBACK_STATES, type Callback, type CallbackState, parseCallback } from './callbacks.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { request, requestPage } from './request.js';

/** What is looked for: a range of desired times (milliseconds since 1970) and what narrows it. */
export interface CallbackFilter {
  from: number;
  to: number;
  states: readonly CallbackState[];
  services: readonly string[];
  number: string;
}

/** A page of the table holds so many callbacks. */
export const PAGE_SIZE = 250;

/** The table asks again by itself: not every change of a far range comes over the live feed. */
const REFRESH_MS = 30_000;

function parametersOf({ from, to, states, services, number: digits }: CallbackFilter): URLSearchParams {
  const parameters = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  if (states.length > 0) parameters.set('state', states.join(','));
  for (const service of services) parameters.append('service', service);
  if (digits.trim() !== '') parameters.set('number', digits.trim());
  return parameters;
}

/** The callbacks of a filter in order of their desired times, page by page. */
export function useCallbackSearch(filter: CallbackFilter, enabled: boolean) {
  const parameters = parametersOf(filter);
  parameters.set('limit', String(PAGE_SIZE));
  const first = `/api/v1/callbacks/search?${parameters}`;
  return useInfiniteQuery({
    queryKey: ['callbacks', 'search', filter],
    enabled,
    initialPageParam: first,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ pageParam, signal }) => {
      const { body, next } = await requestPage(pageParam, { signal });
      return { callbacks: objects(body).flatMap(parseCallback), next };
    },
    getNextPageParam: (page) => page.next,
  });
}

/** How many callbacks match a filter. */
export function useCallbackCount(filter: CallbackFilter, enabled: boolean) {
  return useQuery({
    queryKey: ['callbacks', 'count', filter],
    enabled,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const body = await request(`/api/v1/callbacks/count?${parametersOf(filter)}`, { signal });
      return isObject(body) ? (number(body, 'total') ?? 0) : 0;
    },
  });
}

/** Every callback that matches, also those on pages that have not been opened. */
export async function everyCallback(filter: CallbackFilter): Promise<Callback[]> {
  const parameters = parametersOf(filter);
  parameters.set('limit', '1000');
  const callbacks: Callback[] = [];
  let next: string | undefined = `/api/v1/callbacks/search?${parameters}`;
  while (next !== undefined) {
    const page = await requestPage(next);
    callbacks.push(...objects(page.body).flatMap(parseCallback));
    next = page.next;
  }
  return callbacks;
}

/** What became of a cancellation of many. */
export interface BulkResult {
  cancelled: number;
  failed: number;
  /** The server's report, to be kept. */
  report: string;
}

/** Cancels callbacks of any service; those in a conversation, or over already, stay as they are and count as failed. */
export function useBulkCancel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]): Promise<BulkResult> => {
      const body = { reason: 'CANCELLED_BY_ADMIN', ids };
      const report = await request('/genesys/1/admin/callback/cancel', { method: 'POST', body });
      const results = isObject(report) ? objects(report.results) : [];
      const cancelled = results.filter((result) => JSON.stringify(result).includes('"_ok_title":"Ok"')).length;
      return { cancelled, failed: ids.length - cancelled, report: JSON.stringify(report, null, 2) };
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['callbacks'] }),
  });
}

/** A time bucket's places and what it holds. */
export interface BucketLoad {
  at: number;
  capacity: number;
  /** All callbacks whose time lies in it, except cancelled ones. */
  booked: number;
  states: Readonly<Partial<Record<CallbackState, number>>>;
}

/** The load of a service's buckets between two instants. */
export function useLoad(service: string | undefined, from: number, to: number) {
  return useQuery({
    queryKey: ['callbacks', 'load', service, from, to],
    enabled: service !== undefined,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const parameters = new URLSearchParams({ service: service ?? '', ...range });
      const body = await request(`/api/v1/callbacks/load?${parameters}`, { signal });
      const load = isObject(body) ? body : {};
      return {
        minutes: number(load, 'minutes') ?? 15,
        zone: text(load, 'zone') ?? 'UTC',
        buckets: objects(load.buckets).flatMap(parseBucket),
      };
    },
  });
}

function parseBucket(bucket: Members): BucketLoad[] {
  const at = instant(bucket, 'at');
  if (at === undefined) return [];
  const counts = isObject(bucket.states) ? bucket.states : {};
  const states = Object.fromEntries(
    CALLBACK_STATES.flatMap((state) => {
      const count = number(counts, state);
      return count === undefined ? [] : [[state, count]];
    }),
  );
  const booked = Object.values(states).reduce((sum, count) => sum + count, 0);
  return [{ at, capacity: number(bucket, 'capacity') ?? 0, booked, states }];
}

/** One hour, or less, of a day: what became of the callbacks that were due, and how long customers waited (seconds). */
export interface DayStep {
  at: number;
  connected: number;
  cancelled: number;
  failed: number;
  open: number;
  waiting?: { low: number; median: number; high: number; count: number };
}

export interface DayPicture {
  steps: readonly DayStep[];
  outcomes: readonly { reason: string; count: number }[];
}

/** What became of a range of desired times, in steps. */
export function useDay(from: number, to: number, stepMinutes: number, service: string | undefined) {
  return useQuery({
    queryKey: ['callbacks', 'day', from, to, stepMinutes, service],
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<DayPicture> => {
      const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const parameters = new URLSearchParams({ ...range, step: String(stepMinutes) });
      if (service !== undefined) parameters.set('service', service);
      const body = await request(`/api/v1/callbacks/day?${parameters}`, { signal });
      const day = isObject(body) ? body : {};
      return {
        steps: objects(day.steps).flatMap(parseStep),
        outcomes: objects(day.outcomes).map((outcome) => ({
          reason: text(outcome, 'reason') ?? '',
          count: number(outcome, 'count') ?? 0,
        })),
      };
    },
  });
}

function parseStep(step: Members): DayStep[] {
  const at = instant(step, 'at');
  if (at === undefined) return [];
  const count = (key: string) => number(step, key) ?? 0;
  const parsed = { at, ...{ connected: count('connected'), cancelled: count('cancelled') } };
  const rest = { failed: count('failed'), open: count('open') };
  if (!isObject(step.waiting)) return [{ ...parsed, ...rest }];
  const seconds = (key: string) => (isObject(step.waiting) ? (number(step.waiting, key) ?? 0) : 0);
  const waiting = {
    low: seconds('low'),
    median: seconds('median'),
    high: seconds('high'),
    count: seconds('count'),
  };
  return [{ ...parsed, ...rest, waiting }];
}

/** The callbacks that were cancelled for a reason, as the server's CSV file. */
export async function cancelledReport(): Promise<Blob> {
  const body = {
    callback_reason: 'CANCELLED_BY_ADMIN',
    exported_properties: ['_service_id', '_service_name', '_customer_number', '_desired_time'],
  };
  const response = await fetch('/genesys/1/admin/callback/reportcancelled', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(sayOfAnswer('noReport', { status: response.status }));
  return response.blob();
}
