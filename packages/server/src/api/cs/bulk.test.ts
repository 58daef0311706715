import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { TestApi } from './testing.js';

let api: TestApi;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-exports-'));
  api = await TestApi.create({ exportDirectory: directory });
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true });
});

const BASE = '/genesys/1/cs';

function sendLines(path: string, lines: readonly string[]) {
  return api.app.inject({
    method: 'POST',
    url: BASE + path,
    headers: { 'content-type': 'application/x-ndjson' },
    payload: lines.join('\n'),
  });
}

async function readLines(path: string): Promise<JsonObject[]> {
  const { body } = await api.app.inject({ url: BASE + path, headers: { accept: 'application/x-ndjson' } });
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonObject);
}

describe('bulk import and export of profiles', () => {
  it('imports line by line, rejects wrong lines alone, and exports what it has', async () => {
    await api.post('/metadata/profiles/extensions', {
      name: 'Card',
      type: 'multi-valued',
      unique: ['number'],
      attributes: [
        { name: 'number', type: 'string', mandatory: true },
        { name: 'limit', type: 'integer', default: 100 },
      ],
    });
    await api.post('/metadata/identification-keys', {
      name: 'card',
      source: 'Card',
      attributes: ['number'],
      unique: true,
    });
    const good = Array.from({ length: 600 }, (_, index) =>
      JSON.stringify({ customer_id: `imp${index}`, PhoneNumber: `7000${index}`, Card: [{ number: `n${index}` }] }),
    );
    const lines = [
      ...good.slice(0, 300),
      '{"FirstName": ',
      '',
      JSON.stringify({ customer_id: 'imp3', FirstName: 'again' }),
      JSON.stringify({ Card: [{ limit: 5 }] }),
      JSON.stringify({ customer_id: 'thief', Card: [{ number: 'N7' }] }),
      '[1]',
      ...good.slice(300),
    ];
    const { statusCode, body } = await sendLines('/profiles/import', lines);
    expect(statusCode).toBe(200);
    const report = JSON.parse(body);
    expect(report).toMatchObject({ imported: 600, rejected: 5 });
    const reasons = Object.fromEntries(
      report.errors.map(({ line, reason }: { line: number; reason: string }) => [line, reason]),
    );
    expect(Object.keys(reasons)).toEqual(['301', '303', '304', '305', '306']);
    expect(reasons[301]).toContain('No JSON');
    expect(reasons[303]).toContain("'imp3'");
    expect(reasons[304]).toContain('Card[0].number');
    expect(reasons[305]).toContain("unique key 'card'");
    expect((await api.get('/profiles?PhoneNumber=7000599')).body).toEqual([{ customer_id: 'imp599' }]);

    const exported = await readLines('/profiles/export');
    expect(exported).toHaveLength(600);
    expect(exported.find(({ customer_id }) => customer_id === 'imp9')).toEqual({
      customer_id: 'imp9',
      PhoneNumber: '70009',
      Card: [{ number: 'n9', limit: 100 }],
    });
  });

  it('imports an array too', async () => {
    const answer = await api.post('/profiles/import', [{ FirstName: 'A' }, 5, { FirstName: 'B' }]);
    expect(answer.body).toEqual({ imported: 2, rejected: 1, errors: [{ line: 2, reason: 'An object is expected.' }] });
    expect((await api.post('/profiles/import', { FirstName: 'A' })).status).toBe(400);
  });
});

describe('export of services', () => {
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    const start = async (name: string, hour: number, end?: number) => {
      const time = (value: number) => `2025-05-01T${String(value).padStart(2, '0')}:00:00.000Z`;
      const id = await api.startService({
        customer_id: 'exp',
        service_type: name,
        timestamp: time(hour),
        Note: { name },
      });
      if (end !== undefined) await api.post(`/services/${id}/end`, { timestamp: time(end), disposition: 'ok' });
      ids[name] = id;
    };
    await start('early', 1, 11);
    await start('within', 10, 12);
    await start('open', 11);
    await start('late', 20);
  });
  const RANGE = 'time_from=2025-05-01T10:00:00Z&time_to=2025-05-01T20:00:00Z';
  const names = (found: readonly unknown[]) =>
    found.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0]).sort();

  it.each([
    ['', ['early', 'open', 'within']],
    ['&filter_events=started', ['open', 'within']],
    ['&filter_events=completed', ['early', 'within']],
  ])('answers ids%s', async (filter, expected) => {
    const { status, body } = await api.get(`/maintenance/services/stream?${RANGE}${filter}`);
    expect(status).toBe(200);
    expect(names(body)).toEqual(expected);
  });

  it('answers whole services by state, as an array or as lines', async () => {
    const id = ids.within ?? '';
    const state = await api.startStep(id, 'state', { state_type: 'sale', Why: 'price' });
    await api.startStep(id, 'task', { state_id: state });
    const path = `/maintenance/services/stream?${RANGE}&export_content=true&filter_state=inactive`;
    const { body } = await api.get(path);
    expect(names(body.map(({ service_id }) => service_id))).toEqual(['early', 'within']);
    expect(body.find(({ service_id }) => service_id === id)).toMatchObject({
      customer_id: 'exp',
      Note: { name: 'within' },
      completed: { timestamp: '2025-05-01T12:00:00.000Z' },
      active_states: [{ state_id: state, state_type: 'sale', Why: 'price' }],
      active_tasks: [{ state_id: state }],
    });
    expect(await readLines(path)).toEqual(body);
    expect((await api.get('/maintenance/services/stream')).status).toBe(400);
  });

  it('comes back unchanged when it is imported elsewhere', async () => {
    const path = `/maintenance/services/stream?${RANGE}&export_content=true`;
    const exported = await readLines(path);
    const other = await TestApi.create();
    try {
      const send = () =>
        other.app.inject({
          method: 'POST',
          url: `${BASE}/maintenance/services/import`,
          headers: { 'content-type': 'application/x-ndjson' },
          payload: [...exported.map((one) => JSON.stringify(one)), '{"service_id":"x"}'].join('\n'),
        });
      expect(JSON.parse((await send()).body)).toMatchObject({ imported: 3, rejected: 1, errors: [{ line: 4 }] });
      const again = (await other.get(path)).body;
      expect([...again].map((one) => JSON.stringify(one)).sort()).toEqual(
        exported.map((one) => JSON.stringify(one)).sort(),
      );
      expect(JSON.parse((await send()).body)).toMatchObject({ imported: 0, rejected: 4 });
      const within = ids.within ?? '';
      const before = exported.find(({ service_id }) => service_id === within);
      expect(before).toBeDefined();
      const next = await other.startStep(within, 'state');
      expect((await other.get(`/services/${within}/states/${next}`)).body.previous_state_id).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  it('writes a file of each kind', async () => {
    const { status, body } = await api.post(`/maintenance/services/files?${RANGE}`);
    expect(status).toBe(200);
    const created = Array.isArray(body.created) ? body.created.map(String) : [];
    expect(created).toEqual(['services', 'states', 'tasks'].map((kind) => `export20260302_100000_000_${kind}.csv`));
    const services = (await readFile(join(directory, created[0] ?? ''), 'utf8')).trimEnd().split('\r\n');
    expect(services).toHaveLength(4);
    expect(services[0]).toMatch(/^service_id,customer_id,contact_key,service_type,est_duration,started.timestamp/);
    expect(services.join()).toContain('"{""Note"":{""name"":""open""}}"');

    const json = await api.post(`/maintenance/services/files?${RANGE}&format=json`);
    const [file] = Array.isArray(json.body.created) ? json.body.created.map(String) : [];
    expect(JSON.parse(await readFile(join(directory, file ?? ''), 'utf8'))).toHaveLength(3);
  });
});

describe("one person's data", () => {
  it('is handed out and erased on request, and both are remembered', async () => {
    const id = await api.createProfile({ FirstName: 'Eve', PhoneNumber: '990099' });
    const service = await api.startService({ customer_id: id, Note: 'secret' });
    await api.startStep(service, 'state');
    const handedOut = await api.post('/maintenance/export', { customer_id: id, reason: 'letter of 2 March' });
    expect(handedOut.status).toBe(200);
    expect(handedOut.body).toMatchObject({
      customer_id: id,
      profile: { FirstName: 'Eve' },
      services: [{ service_id: service, Note: 'secret', active_states: [{}] }],
    });
    const erased = await api.post('/maintenance/forget', { customer_id: id });
    expect(erased.body).toEqual({ customer_id: id, profiles: 1, services: 1 });
    expect((await api.get(`/profiles/${id}`)).status).toBe(404);
    expect((await api.get(`/services/${service}`)).status).toBe(400);
    expect((await api.get('/profiles?PhoneNumber=990099')).body).toEqual([]);
    const steps = await api.store.database.query('select from cs_step where service = $1', [service]);
    expect(steps).toEqual([]);
    expect((await api.post('/maintenance/forget', { customer_id: id })).status).toBe(404);
    expect((await api.get(`/maintenance/audit?customer_id=${id}`)).body).toMatchObject([
      { action: 'erasure', actor: 'anonymous', customer_id: id, reason: null, profiles: 1, services: 1 },
      {
        action: 'export',
        actor: 'anonymous',
        customer_id: id,
        reason: 'letter of 2 March',
        at: '2026-03-02T10:00:00.000Z',
      },
    ]);
  });
});
