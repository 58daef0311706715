import { expect } from 'vitest';
import { eventually } from '../server/server-process.js';
import type { Installation } from './installation.js';
import { PARTIES, type Party } from './sipp-scenario.js';

/** What a calling list, its campaign and its group are for these tests; nobody is dialed a second time by a treatment. */
export const CAMPAIGN = `
callingLists: [{ name: spring, dbid: 401, timeFrom: "00:00", timeUntil: "24:00" }]
campaigns: [{ name: Spring, dbid: 501, callingLists: [{ name: spring }] }]
campaignGroups:
  - campaign: Spring
    group: Support
    dbid: 601
    dialMode: Progressive
    numOfChannels: 20
    # Whoever answers is a person: the customers of a campaign say nothing. They wait for a busy machine.
    options: { call_answer_type_recognition: no_progress_detect, call_wait_in_queue_timeout: "60" }
`;

/** As the records API shows it; the fields that the tests look at. */
export interface ListRecord {
  contact_info: string;
  record_status: number;
  call_result: number;
  /** While it is held. */
  record_handle?: number;
}

/** Records that nothing more is done with: updated, or ended by the dialer. */
const FINAL: ReadonlySet<number> = new Set([3, 7]);

/** Call result: a person answered. */
export const ANSWER = 33;

/** The number of a record, which says how its party behaves. */
export function customer(index: number, party: Party): string {
  return `+49893${String(index).padStart(4, '0')}${PARTIES[party]}`;
}

export async function loadRecords(installation: Installation, numbers: readonly string[]): Promise<void> {
  const lines = numbers.map((number) => `${number},GMT,0,86400`);
  const file = ['contact_info,tz_name,daily_from,daily_till', ...lines].join('\n');
  const path = '/api/v1/calling-lists/spring/records';
  const imported = await installation.server.request('POST', path, file, { 'content-type': 'text/csv' });
  expect(imported.json, imported.text).toMatchObject({ inserted: numbers.length, rejected: 0 });
}

export async function order(installation: Installation, request: 'Load' | 'Start' | 'Stop' | 'Unload'): Promise<void> {
  const answer = await installation.server.post(`/ocs/campaigngroups/601?req=${request}`, {});
  expect(answer.status, answer.text).toBe(200);
}

/** What agents do at their desktops: records of customers whom they have talked to are finished. */
async function finishAnswered({ server }: Installation, records: readonly ListRecord[]): Promise<void> {
  for (const { record_handle, call_result, record_status } of records) {
    if (record_handle === undefined || call_result !== ANSWER || FINAL.has(record_status)) continue;
    // One that has just been finished otherwise is refused; the next look shows it.
    await server.post(`/ocs/records/${record_handle}?req=RecordProcessed`, {});
  }
}

/** Waits until every record is finished. */
export function allFinished(installation: Installation, count: number, limitMs: number): Promise<ListRecord[]> {
  return eventually(
    async () => {
      const answer = await installation.server.get('/api/v1/calling-lists/spring/records?limit=1000');
      const records = answer.json as ListRecord[]; // the shape of interface.md
      await finishAnswered(installation, records);
      await installation.agentsReturn();
      return records;
    },
    (records) => records.length === count && records.every(({ record_status }) => FINAL.has(record_status)),
    limitMs,
  );
}
