import { useTexts } from '../i18n/use-texts.js';
import * as texts from './record-terms.texts.js';

/** Types and statuses that the console treats in a way of their own. */
export const NO_CALL = 7;
export const READY = 1;
export const RETRIEVED = 2;
export const CHAIN_READY = 9;

/** Outbound Contact's words for the columns of records that are numbers; a number without a name stands for itself. */
export interface RecordTerms {
  typeName(type: number): string;
  statusName(status: number): string;
  resultName(result: number): string;
}

/** The words, in the language that is shown. */
export function useRecordTerms(): RecordTerms {
  const say = useTexts('record-terms', texts);
  const named = (column: string, value: number) => {
    const key = `${column}${value}`;
    return isTerm(key) ? say(key) : String(value);
  };
  return {
    typeName: (type) => named('type', type),
    statusName: (status) => named('status', status),
    resultName: (result) => named('result', result),
  };
}

function isTerm(key: string): key is keyof typeof texts.en {
  return Object.hasOwn(texts.en, key);
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
