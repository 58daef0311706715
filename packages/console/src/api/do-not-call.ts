import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type LineError, parseReport } from './calling-lists.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { recordFile } from './record-file.js';
import { request, requestPage } from './request.js';

/** A number or a customer that must not be called. */
export interface DoNotCallEntry {
  phone?: string;
  customer?: string;
  message?: string;
  /** Asked for by the customer, not of a list that was bought. */
  internal: boolean;
  at?: number;
}

/** A number or a customer, as it is looked up, entered or removed. */
export type DoNotCallName = { phone: string } | { customer_id: string };

/** What a file did. */
export interface DoNotCallReport {
  changed: number;
  unchanged: number;
  rejected: number;
  errors: LineError[];
}

const KEY = 'do-not-call';
const PAGE = 100;

/** The list in the order of its entries; with a name that entry, if it is there. */
export function useDoNotCall(wanted: DoNotCallName | undefined) {
  return useInfiniteQuery({
    queryKey: [KEY, wanted],
    initialPageParam: `/api/v1/dnc?${new URLSearchParams(wanted ?? { limit: String(PAGE) })}`,
    queryFn: async ({ pageParam, signal }) => {
      const { body, next } = await requestPage(pageParam, { signal });
      return { entries: objects(body).map(parseEntry), next };
    },
    getNextPageParam: ({ next }) => next,
  });
}

function parseEntry(members: Members): DoNotCallEntry {
  const entry: DoNotCallEntry = { internal: members.internal !== false };
  const phone = text(members, 'phone');
  if (phone !== undefined) entry.phone = phone;
  const customer = text(members, 'customer_id');
  if (customer !== undefined) entry.customer = customer;
  const message = text(members, 'message');
  if (message !== undefined) entry.message = message;
  const at = instant(members, 'at');
  if (at !== undefined) entry.at = at;
  return entry;
}

/** Enters a number or a customer. */
export function useAddDoNotCall() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (entry: DoNotCallName & { message?: string }) =>
      request('/api/v1/dnc', { method: 'POST', body: entry }),
    onSettled: changed,
  });
}

/** Takes a number or a customer off the list. */
export function useRemoveDoNotCall() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (name: DoNotCallName) => request(`/api/v1/dnc?${new URLSearchParams(name)}`, { method: 'DELETE' }),
    onSettled: changed,
  });
}

/** Enters or takes off everybody in a file. */
export function useDoNotCallFile() {
  const changed = useChanged();
  return useMutation({
    mutationFn: async ({ file, action }: { file: File; action: 'add' | 'remove' }): Promise<DoNotCallReport> => {
      const method = action === 'add' ? 'POST' : 'DELETE';
      const body = await request('/api/v1/dnc', { method, file: recordFile(file) });
      const members = isObject(body) ? body : {};
      const { rejected, errors } = parseReport(body);
      return {
        changed: number(members, 'inserted') ?? number(members, 'deleted') ?? 0,
        unchanged: number(members, 'existing') ?? number(members, 'absent') ?? 0,
        ...{ rejected, errors },
      };
    },
    onSettled: changed,
  });
}

function useChanged() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: [KEY] });
}
