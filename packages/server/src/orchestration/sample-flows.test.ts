import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../kernel/index.js';
import { OrchestrationBed, START } from './testing.js';

/** The sample applications that are shipped in `flows/`. */
const FLOWS = fileURLToPath(new URL('../../../../flows', import.meta.url));

const bed = await OrchestrationBed.create();
const booked: { url: string; body: unknown }[] = [];
let bookingStatus = 200;

const web = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    booked.push({ url: request.url ?? '', body: JSON.parse(body) });
    response.writeHead(bookingStatus, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ _id: `callback-${booked.length}` }));
  });
});

beforeAll(async () => {
  await bed.current.flows.loadShipped(FLOWS);
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  bed.fetchAllow = '127.0.0.1';
});
afterAll(() => {
  web.close();
});
beforeEach(async () => {
  booked.length = 0;
  bookingStatus = 200;
  for (const { id } of bed.simulator.calls()) await bed.simulator.hangup(id);
  await bed.advance(10);
});

interface Session {
  id: string;
  state: string;
  data: JsonObject | null;
  configuration: string[];
}

async function session(id: string): Promise<Session> {
  const [row] = await bed.store.database.query<Session>(
    'select id, state, done_data as data, configuration from session where id = $1',
    [id],
  );
  if (!row) throw new Error(`There is no session ${id}.`);
  return row;
}

async function newest(flow: string): Promise<string> {
  const [row] = await bed.store.database.query<{ id: string }>(
    'select id from session where flow = $1 order by started_at desc limit 1',
    [flow],
  );
  return row?.id ?? '';
}

describe('appointment-reminder', () => {
  const HOUR = 3_600;
  const appointment = (hours: number) => new Date(bed.clock.now() + hours * HOUR * 1000).toISOString();
  const dialed = () => bed.simulator.calls({ number: '5551' }).length;

  async function customer(party: JsonObject): Promise<void> {
    await bed.simulator.changeSettings({ numbers: { 5551: { ringSeconds: 2, talkSeconds: null, ...party } } });
  }

  test('calls the day before, and ends at the appointment, whatever happens to the server in between', async () => {
    await customer({ digits: '1' });
    const before = dialed();
    const id = await bed.start('appointment-reminder', { customer_number: '5551', appointment: appointment(100) });
    await bed.crash(60 * HOUR);
    await bed.advance(0.05 * HOUR);
    await bed.crash(15.9 * HOUR);
    expect(dialed()).toBe(before);
    await bed.advance(0.1 * HOUR);
    expect(dialed()).toBe(before + 1);
    expect((await session(id)).configuration).toContain('settled');
    expect(bed.simulator.calls().filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
    await bed.crash(23.9 * HOUR);
    expect((await session(id)).state).toBe('running');
    await bed.advance(0.1 * HOUR);
    expect(await session(id)).toMatchObject({ state: 'done', data: { answer: 'confirmed', attempts: 1 } });
  });

  test('tries again when nobody answers, and gives up in the end', async () => {
    await customer({ outcome: 'no-answer' });
    const before = dialed();
    const id = await bed.start('appointment-reminder', {
      customer_number: '5551',
      appointment: appointment(30),
      attempts: 2,
    });
    await bed.crash(5.9 * HOUR);
    await bed.advance(0.15 * HOUR);
    expect(dialed()).toBe(before + 1);
    await bed.crash(1.9 * HOUR);
    await bed.advance(0.1 * HOUR);
    expect(dialed()).toBe(before + 2);
    await bed.crash(21.9 * HOUR);
    await bed.advance(0.1 * HOUR);
    expect(dialed()).toBe(before + 2);
    expect(await session(id)).toMatchObject({ state: 'done', data: { answer: 'none', attempts: 2 } });
  });

  test('follows an appointment that is moved, and one that is cancelled', async () => {
    await customer({ digits: '2' });
    const before = dialed();
    const id = await bed.start('appointment-reminder', { customer_number: '5551', appointment: appointment(30) });
    await bed.post(id, 'reschedule', { appointment: 'tomorrow' });
    await bed.post(id, 'reschedule', { appointment: appointment(80) });
    await bed.crash(55.9 * HOUR);
    expect(dialed()).toBe(before);
    await bed.advance(0.2 * HOUR);
    expect(dialed()).toBe(before + 1);
    expect(await session(id)).toMatchObject({ state: 'done', data: { answer: 'declined' } });
    const other = await bed.start('appointment-reminder', { customer_number: '5551', appointment: appointment(30) });
    await bed.post(other, 'cancel');
    expect(await session(other)).toMatchObject({ state: 'done', data: { answer: 'cancelled' } });
  });

  test('says how it stands', async () => {
    const at = appointment(48);
    const id = await bed.start('appointment-reminder', { customer_number: '5551', appointment: at });
    const reply = bed.current.sessions.request(id, 'status', {}, 1_000);
    await bed.activity.idle();
    expect(await reply).toMatchObject({ body: { appointment: at, answer: 'none', attempts: 0 } });
    expect(Date.parse(at)).toBeGreaterThan(START);
    await bed.post(id, 'cancel');
  });
});

describe('inbound-routing', () => {
  beforeEach(async () => {
    // The data of a document are also its parameters; a copy of the sample has the ones of the test.
    const flow = await bed.current.flows.latest('inbound-routing');
    const [main = ''] = Object.keys(flow?.documents ?? {});
    // It listens on a port, not on a pipe.
    const port = (web.address() as AddressInfo).port;
    const text = (flow?.documents[main] ?? '')
      .replace('<data id="services_url"', `<data id="services_url" expr="'http://127.0.0.1:${port}/genesys/1'"`)
      .replace('expr="60"', 'expr="20"');
    await bed.flow('inbound-copy', text);
    bed.applications.set('8999', 'inbound-copy');
    bed.configuration.queues.set('SupportVQ', {});
    bed.configuration.changed('virtual-queues', 'SupportVQ');
    await bed.simulator.changeSettings({
      numbers: { 5551: { talkSeconds: null, digits: '1' } },
      agents: { anna: { auto: true, answerSeconds: 2 } },
    });
  });

  async function arrives(from: string): Promise<{ leg: string; id: string }> {
    const leg = await bed.simulator.placeInbound({ from, to: '8999' });
    await bed.activity.idle();
    return { leg, id: await newest('inbound-copy') };
  }

  test('connects a caller with an agent who is there', async () => {
    await bed.ready('anna');
    const { leg, id } = await arrives('5551');
    await bed.advance(15);
    expect((await session(id)).configuration).toContain('connected');
    expect(bed.simulator.calls({ number: '2anna' }).at(-1)?.answeredAt).toEqual(expect.any(String));
    await bed.simulator.hangup(leg);
    await bed.advance(1);
    expect(await session(id)).toMatchObject({ state: 'done', data: { outcome: 'connected' } });
    await bed.current.agents.logout('anna');
  });

  test('books a callback for a caller who does not want to wait', async () => {
    const { id } = await arrives('5551');
    await bed.advance(60);
    expect(booked).toEqual([{ url: '/genesys/1/service/callback/Support', body: { _customer_number: '5551' } }]);
    expect(await session(id)).toMatchObject({ state: 'done', data: { outcome: 'callback', callback: 'callback-1' } });
    expect(bed.simulator.calls({ number: '5551' }).every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });

  test('keeps the place in line when the offer is declined, and when the booking fails', async () => {
    bookingStatus = 500;
    const failing = await arrives('5551');
    await bed.advance(40);
    expect(booked).toHaveLength(1);
    expect((await session(failing.id)).configuration).toContain('holding');
    await bed.ready('anna');
    await bed.advance(10);
    expect((await session(failing.id)).configuration).toContain('connected');
    await bed.simulator.hangup(failing.leg);
    await bed.advance(1);
    await bed.current.agents.logout('anna');
    await bed.simulator.changeSettings({ numbers: { 5552: { talkSeconds: null, digits: '9' } } });
    const declining = await arrives('5552');
    await bed.advance(60);
    expect((await session(declining.id)).configuration).toContain('holding');
    await bed.simulator.hangup(declining.leg);
    await bed.advance(1);
    expect(await session(declining.id)).toMatchObject({ state: 'done', data: { outcome: 'abandoned' } });
  });
});
