import { useQuery } from '@tanstack/react-query';
import { isObject, type Members, text } from './json.js';
import { request } from './request.js';

/** Types and statuses that the console treats in a way of their own. */
export const NO_CALL = 7;
export const READY = 1;
export const RETRIEVED = 2;
export const CHAIN_READY = 9;

/** The original's words for the columns of records that are numbers; a number without a name stands for itself. */
export interface RecordTerms {
  typeName(type: number): string;
  statusName(status: number): string;
  resultName(result: number): string;
}

/** The words, from `GET /api/v1/record-terms`; the numbers until they are known. */
export function useRecordTerms(): RecordTerms {
  const { data } = useQuery({
    queryKey: ['record-terms'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => request('/api/v1/record-terms', { signal }),
  });
  const terms = isObject(data) ? data : {};
  return {
    typeName: (type) => nameIn(terms.record_type, type),
    statusName: (status) => nameIn(terms.record_status, status),
    resultName: (result) => nameIn(terms.call_result, result),
  };
}

function nameIn(names: unknown, value: number): string {
  const known: Members = isObject(names) ? names : {};
  return text(known, String(value)) ?? String(value);
}

const STATUS_COLORS: ReadonlyMap<number, string> = new Map([
  [READY, 'blue'],
  [RETRIEVED, 'teal'],
  [CHAIN_READY, 'indigo'],
  [5, 'orange'],
  [6, 'red'],
  [8, 'red'],
]);

/** The colour that a status has everywhere. */
export function statusColor(status: number): string {
  return STATUS_COLORS.get(status) ?? 'gray';
}
