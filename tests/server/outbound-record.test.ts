import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, ServerProcess } from './server-process.js';

/**
 * The sample of the integration guide, "Outbound Contact Campaigns", against a whole server: its applications reach the
 * HTTP API of Outbound Contact by `<fetch>`, on the main port and at the root of a port of its own.
 */
const CONFIG = `
options:
  ors: { fetch-allow: "127.0.0.1, localhost" }
  OCServer: { customer_id: account }
agentGroups: [{ name: Support, dbid: 201 }]
callingLists: [{ name: spring, dbid: 401, timeFrom: "00:00", timeUntil: "24:00" }]
campaigns: [{ name: Spring, dbid: 501, callingLists: [{ name: spring }] }]
campaignGroups: [{ campaign: Spring, group: Support, dbid: 601, dialMode: Preview }]
listeners: [{ name: ocs, port: 0, prefix: / }]
switch: { driver: simulator }
`;

const PATIENCE_MS = 100_000;

let server: ServerProcess;
/** Where the original's clients expect the API: at the root of a port of its own. */
let root: string;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test', RINGBACK_LOG_LEVEL: 'info' } });
  await server.start();
  // The log comes by another way than the line that says that the server is ready.
  const address = () => /"address":"(http:[^"]+?)\/?"/.exec(server.log)?.[1] ?? '';
  root = await eventually(
    async () => address(),
    (found) => found !== '',
    PATIENCE_MS,
  );
  const loaded = await fetch(`${root}/campaigngroups/601?req=Load`, { method: 'POST' });
  expect(loaded.status).toBe(200);
});
afterAll(() => server?.dispose());

interface SessionView {
  state: string;
  final?: string;
  data?: { _data: { answer: Record<string, unknown>; problem: string } };
}

/** Runs the application to its end. */
async function run(parameters: Record<string, string>): Promise<SessionView> {
  const body = new URLSearchParams({ src: 'outbound-record', ocs_url: root, ...parameters });
  const started = await fetch(`${server.url}/scxml/session/start`, { method: 'POST', body });
  const id = await started.text();
  expect(started.status, id).toBe(200);
  return eventually(
    // The shape is that of interface.md; the assertions are about its content.
    async () => (await server.get(`/api/v1/sessions/${id}`)).json as SessionView,
    ({ state }) => state !== 'running',
    PATIENCE_MS,
  );
}

interface StoredRecord {
  record_id: number;
  record_type: number;
  record_status: number;
  call_result: number;
  dial_sched_time?: number;
  colour?: string;
}

async function record(phone: string): Promise<StoredRecord> {
  const { json } = await server.get(`/api/v1/calling-lists/spring/records?phone=${phone}`);
  const [found] = json as StoredRecord[]; // the shape of interface.md
  if (!found) throw new Error(`there is no record of ${phone}`);
  return found;
}

const said = (values: object) => ({ record: JSON.stringify(values) });

describe('an application that works with records', () => {
  it('adds one, on the main port too', async () => {
    const added = await run({
      step: 'add',
      list: 'spring',
      ocs_url: `${server.url}/ocs`,
      ...said({ GSW_PHONE: '5115550101', GSW_TZ_NAME: 'PST', colour: 'red' }),
    });
    expect(added).toMatchObject({
      final: 'done',
      data: { _data: { answer: { GSW_USER_EVENT: 'AddRecordAcknowledge', GSW_CHAIN_N: 1, GSW_RECORD_TYPE: 2 } } },
    });
    expect(await record('5115550101')).toMatchObject({ record_type: 2, record_status: 1, colour: 'red' });
  });

  it('updates, reschedules, rejects and completes it', async () => {
    const id = String((await record('5115550101')).record_id);
    const updated = await run({ step: 'update', id, ...said({ colour: 'blue' }) });
    expect(updated.data?._data.answer.GSW_USER_EVENT).toBe('UpdateCallCompletionStatsAcknowledge');
    expect((await record('5115550101')).colour).toBe('blue');
    const year = new Date().getFullYear() + 2;
    const when = { GSW_DATE_TIME: `03/05/${year} 10:30`, GSW_CALLBACK_TYPE: 'Campaign' };
    const rescheduled = await run({ step: 'reschedule', id, ...said(when) });
    expect(rescheduled.data?._data.answer.GSW_USER_EVENT).toBe('RecordRescheduleAcknowledge');
    expect(await record('5115550101')).toMatchObject({
      record_type: 6,
      dial_sched_time: Date.UTC(year, 2, 5, 18, 30) / 1000,
    });
    const rejected = await run({ step: 'reject', id });
    expect(rejected.data?._data.answer.GSW_USER_EVENT).toBe('RecordRejectAcknowledge');
    const completed = await run({ step: 'complete', id, ...said({ GSW_CALL_RESULT: 33 }) });
    expect(completed.data?._data.answer.GSW_USER_EVENT).toBe('RecordProcessedAcknowledge');
    expect(await record('5115550101')).toMatchObject({ record_status: 3, call_result: 33 });
  });

  it('puts a customer on the do-not-call list', async () => {
    await run({ step: 'add', list: 'spring', ...said({ GSW_PHONE: '5115550102', account: 'C-9' }) });
    const barred = await run({ step: 'do-not-call', id: String((await record('5115550102')).record_id) });
    expect(barred.data?._data.answer.GSW_USER_EVENT).toBe('DoNotCallAcknowledge');
    expect(await record('5115550102')).toMatchObject({ record_type: 7, call_result: 51 });
    const byCustomer = await run({ step: 'do-not-call', customer_id: 'C-10' });
    expect(byCustomer.final).toBe('done');
  });

  it('hears what is wrong', async () => {
    expect(await run({ step: 'reject', id: '999999' })).toMatchObject({ final: 'failed' });
    expect((await run({ step: 'reject', id: '999999' })).data?._data.problem).toMatch(/^404/);
    expect((await run({ step: 'fly' })).data?._data.problem).toBe('There is no step fly');
  });
});
