import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { recordFile } from './record-file.js';
import { request } from './request.js';

/** A configured calling list. */
export interface CallingList {
  name: string;
  enabled: boolean;
  description?: string;
}

/** How many records of a list have a type, a status and a result. */
export interface RecordCount {
  type: number;
  status: number;
  result: number;
  count: number;
}

/** A line of a file that was refused. */
export interface LineError {
  line: number;
  reason: string;
}

/** How an import stands. */
export interface ListImport {
  id: string;
  state: string;
  startedAt: number;
  bytes: number;
  totalBytes?: number;
  inserted: number;
  rejected: number;
  errors: LineError[];
  problem?: string;
}

/** What a file did. */
export interface ImportReport {
  inserted: number;
  rejected: number;
  errors: LineError[];
}

const NAMES_KEY = 'calling-lists';
const COUNTS_KEY = 'calling-list-counts';
const IMPORTS_KEY = 'calling-list-imports';
const RECORDS_KEY = 'calling-list-records';
/** Counting reads the whole list. */
const COUNTS_REFRESH_MS = 15_000;
const IMPORTS_REFRESH_MS = 5_000;
const RUNNING_IMPORT_REFRESH_MS = 700;

/** The address of a list in the API. */
export function listPath(name: string): string {
  return `/api/v1/calling-lists/${encodeURIComponent(name)}`;
}

/** All configured calling lists, from `GET /api/v1/calling-lists`. */
export function useCallingLists() {
  return useQuery({
    queryKey: [NAMES_KEY],
    queryFn: async ({ signal }) =>
      objects(await request('/api/v1/calling-lists?limit=1000', { signal })).flatMap(parseList),
  });
}

function parseList(members: Members): CallingList[] {
  const name = text(members, 'name');
  if (name === undefined) return [];
  const description = text(members, 'description');
  return [{ name, enabled: members.enabled !== false, ...(description !== undefined && { description }) }];
}

/** The counts of several lists, in their order. */
export function useCounts(lists: readonly string[]) {
  return useQueries({
    queries: lists.map((list) => ({
      queryKey: [COUNTS_KEY, list],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        objects(await request(`${listPath(list)}/counts`, { signal })).map(parseCount),
      refetchInterval: COUNTS_REFRESH_MS,
    })),
  });
}

function parseCount(members: Members): RecordCount {
  return {
    type: number(members, 'record_type') ?? 0,
    status: number(members, 'record_status') ?? 0,
    result: number(members, 'call_result') ?? 0,
    count: number(members, 'count') ?? 0,
  };
}

/** The imports of a list, the latest first; often while one is running. */
export function useImports(list: string, isSending: boolean) {
  return useQuery({
    queryKey: [IMPORTS_KEY, list],
    queryFn: async ({ signal }) => objects(await request(`${listPath(list)}/imports`, { signal })).flatMap(parseImport),
    refetchInterval: ({ state }) =>
      isSending || state.data?.some((one) => one.state === 'running') ? RUNNING_IMPORT_REFRESH_MS : IMPORTS_REFRESH_MS,
  });
}

function parseImport(members: Members): ListImport[] {
  const id = text(members, 'id');
  const startedAt = instant(members, 'startedAt');
  if (id === undefined || startedAt === undefined) return [];
  const totalBytes = number(members, 'totalBytes');
  const problem = text(members, 'problem');
  return [
    {
      id,
      startedAt,
      state: text(members, 'state') ?? '',
      bytes: number(members, 'bytes') ?? 0,
      ...(totalBytes !== undefined && { totalBytes }),
      ...parseReport(members),
      ...(problem !== undefined && { problem }),
    },
  ];
}

/** Reads how many lines were taken and which were refused. */
export function parseReport(value: unknown): ImportReport {
  const members = isObject(value) ? value : {};
  return {
    inserted: number(members, 'inserted') ?? 0,
    rejected: number(members, 'rejected') ?? 0,
    errors: objects(members.errors).map((error) => ({
      line: number(error, 'line') ?? 0,
      reason: text(error, 'reason') ?? '',
    })),
  };
}

/** Sends a file of records into a list; resolves with its report when all of it has been read. */
export function useImportRecords(list: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) =>
      parseReport(await request(`${listPath(list)}/records`, { method: 'POST', file: recordFile(file) })),
    onSettled: () =>
      Promise.all(
        [COUNTS_KEY, IMPORTS_KEY, RECORDS_KEY].map((key) => queries.invalidateQueries({ queryKey: [key, list] })),
      ),
  });
}
