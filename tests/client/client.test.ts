import { Ringback, RingbackFailure } from '@ringback/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { ServerBed } from '../../packages/server/tests/callback/server-bed.js';

const DAY_MS = 86_400_000;

describe('the client', () => {
  let bed: ServerBed;
  let ringback: Ringback;

  beforeAll(async () => {
    bed = await ServerBed.create();
    ringback = new Ringback({ baseUrl: `${bed.url}/` });
    await bed.service('Later', { _request_time_bucket: '5', _max_request_by_time_bucket: '1' });
    await bed.service('Now');
    await bed.must('PUT', '/api/v1/services/GetData', { _type: 'builtin', _service: 'get' });
  });

  it('books a free time, finds, moves, changes and cancels it', async () => {
    const { callbacks } = ringback;
    const from = new Date((await bed.now()) + DAY_MS);
    const [slot, next] = await callbacks.availability('Later', { from, days: 1, most: 2 });
    expect(slot).toMatchObject({ capacity: 1, total: 1 });
    if (!slot || !next) throw new Error('There are no free times.');
    const number = bed.number();
    const { id } = await callbacks.book('Later', {
      number,
      desiredTime: slot.time,
      userData: { subject: 'bill' },
    });
    expect(await callbacks.get(id)).toMatchObject({
      id,
      service: 'Later',
      state: 'SCHEDULED',
      number,
      desiredTime: slot.time,
    });
    await callbacks.reschedule('Later', id, next.time);
    await callbacks.update('Later', id, { _note: 'call the office' });
    expect(await callbacks.find({ _customer_number: number }, { service: 'Later' })).toMatchObject([
      { id, desiredTime: next.time },
    ]);
    await callbacks.cancel('Later', id);
    expect(await callbacks.get(id)).toMatchObject({ state: 'COMPLETED', reason: 'CANCELLED' });
    expect(await callbacks.get('no-such-callback')).toBeUndefined();
  });

  it('tells the free times with the refusal of one that is not', async () => {
    const { callbacks } = ringback;
    const [slot] = await callbacks.availability('Later', { from: new Date((await bed.now()) + 2 * DAY_MS), most: 1 });
    const book = () => callbacks.book('Later', { number: bed.number(), desiredTime: slot?.time ?? '' });
    await book();
    const refusal = await book().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RingbackFailure);
    expect(refusal).toMatchObject({ status: 400, exception: expect.stringContaining('CallbackAvailabilityException') });
    const { proposals = {} } = refusal as RingbackFailure;
    expect(Object.keys(proposals).length).toBeGreaterThan(0);
    expect(Object.keys(proposals)).not.toContain(slot?.time.toISOString());
  });

  it('follows a callback in the live events, and tells its place in line', async () => {
    // Nobody is logged in: it waits.
    const { id, dialog } = await ringback.callbacks.book('Now', {
      number: bed.number(),
      parameters: { _userterminated_first_connect_party: 'AGENT' },
    });
    expect(dialog).toMatchObject({ _action: 'ConfirmationDialog' });
    await bed.advance(0);
    expect(await ringback.callbacks.position(id)).toEqual({ position: 1, total: 1, etaSeconds: undefined });
    expect(await ringback.callbacks.wait('SupportVQ')).toBeUndefined();
    const [accepted] = await bed.must('GET', `/api/v1/callbacks/${id}/history`);
    expect(accepted).toMatchObject({ type: 'callback.accepted' });
    const events = ringback.events.subscribe({ types: ['callback.*'], after: accepted.id });
    await ringback.callbacks.cancel('Now', id);
    for await (const event of events) {
      if (event.callback !== id || event.type !== 'callback.completed') continue;
      expect(event).toMatchObject({ state: 'COMPLETED', reason: 'CANCELLED' });
      break;
    }
    expect(await ringback.callbacks.get(id)).toMatchObject({ state: 'COMPLETED' });
  });

  it('ends a subscription with its signal', async () => {
    const stop = new AbortController();
    const events = ringback.events.subscribe({ signal: stop.signal });
    const next = events.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('stores texts and files, and reads them again', async () => {
    const { storage } = ringback;
    const id = await storage.create({ colour: 'blue', picture: new Blob([new Uint8Array([1, 2, 255])]) }, 60);
    await storage.update(id, { colour: 'red', size: 'grün' }, 60);
    expect(await storage.read(id)).toMatchObject({ colour: 'red', size: 'grün' });
    expect(new Uint8Array(await (await storage.file(id, 'picture')).arrayBuffer())).toEqual(
      new Uint8Array([1, 2, 255]),
    );
    await storage.delete(id);
    await expect(storage.read(id)).rejects.toMatchObject({ name: 'RingbackFailure', status: 404 });
  });

  it('says what was refused, and that nobody answered', async () => {
    await expect(ringback.callbacks.book('NoSuchService', { number: '1' })).rejects.toBeInstanceOf(RingbackFailure);
    await expect(ringback.services.create('NoSuchService')).rejects.toMatchObject({ status: 404 });
    const nobody = new Ringback({ baseUrl: 'http://127.0.0.1:1' });
    await expect(nobody.callbacks.get('x')).rejects.toMatchObject({ status: 0 });
  });

  it('authenticates, and names the tenant', async () => {
    const sent: Headers[] = [];
    const server: typeof fetch = async (_address, init) => {
      sent.push(new Headers(init?.headers));
      return new Response('[]', { headers: { 'content-type': 'application/json' } });
    };
    const options = { baseUrl: 'http://x', username: 'añe', password: 'p:w', contactCenterId: 'T1', fetch: server };
    expect(await new Ringback(options).callbacks.find({ _id: '1' })).toEqual([]);
    expect(sent[0]?.get('authorization')).toBe(`Basic ${Buffer.from('añe:p:w').toString('base64')}`);
    expect(sent[0]?.get('ContactCenterId')).toBe('T1');
  });
});
