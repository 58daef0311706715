import type { AddressInfo } from 'node:net';
import { AckExtension, CometD, type Message } from 'cometd';
import { adapt } from 'cometd-nodejs-client';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { NotifyBed } from '../../notify/testing.js';
import { createHttp } from '../http.js';
import { cometdApi } from './cometd.js';

adapt();

let bed: NotifyBed;
let app: FastifyInstance;
let url: string;
let server: Record<string, string> = {};
const left: [user: string, position: number][] = [];
const clients: CometD[] = [];

beforeAll(async () => {
  bed = await NotifyBed.create();
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(cometdApi, {
    prefix: '/genesys',
    comet: bed.comet,
    credentials: { service: () => undefined, section: () => server },
    onLeave: async (user, position) => void left.push([user, position]),
    activity: bed.activity,
    log: silentLogger,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/genesys/cometd`;
});

afterAll(() => app.close());

beforeEach(async () => {
  await bed.activity.idle();
  await bed.database.query('truncate notification, notification_subscription, comet_message, comet_session');
  server = {};
  left.length = 0;
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    if (!client.isDisconnected()) await new Promise<void>((resolve) => client.disconnect(() => resolve()));
  }
});

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000 });

interface Client {
  cometd: CometD;
  messages: Message[];
}

/** The official client, connected as a user and subscribed to the channel of devices. */
async function client(user: string, transport: 'long-polling' | 'websocket', reliable = false): Promise<Client> {
  const cometd = new CometD();
  clients.push(cometd);
  for (const other of ['websocket', 'long-polling', 'callback-polling']) {
    if (other !== transport) cometd.unregisterTransport(other);
  }
  if (reliable) cometd.registerExtension('ack', new AckExtension());
  // A browser cannot set headers of a WebSocket: its handshake says whose it is.
  cometd.configure({
    url: transport === 'websocket' ? url.replace('http', 'ws') : url,
    ...(transport === 'long-polling' && { requestHeaders: { gms_user: user } }),
    appendMessageTypeToURL: true,
    logLevel: 'warn',
    // A busy machine is no broken network.
    maxNetworkDelay: 120_000,
  });
  const messages: Message[] = [];
  await new Promise<void>((resolve, reject) => {
    cometd.handshake({ ext: { gms_user: user } }, (reply) => {
      if (!reply.successful) return reject(new Error(JSON.stringify(reply)));
      cometd.subscribe(
        '/_genesys',
        (message) => messages.push(message),
        (subscribed) => (subscribed.successful ? resolve() : reject(new Error(JSON.stringify(subscribed)))),
      );
    });
  });
  return { cometd, messages };
}

const subscribe = (subscriberId: string, user?: string) =>
  bed.notifications.subscribe(bed.database, {
    ...{ subscriberId, filter: 't', type: 'comet', deviceId: 'd', properties: {}, expire: 600 },
    ...(user !== undefined && { user }),
  });

const publish = (message: string | object, tag = 't') =>
  bed.database.transaction((tx) =>
    bed.notifications.publish(tx, { tag, message: JSON.parse(JSON.stringify(message)) }),
  );

async function post(messages: unknown, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method: 'POST',
    url: '/genesys/cometd',
    payload: JSON.stringify(messages),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.statusCode, body: response.json() };
}

describe.each(['long-polling', 'websocket'] as const)('the official client over %s', (transport) => {
  it('NT8 hears what is published to its user, and no other client does', async () => {
    const u1 = await client('u1', transport);
    const u2 = await client('u2', transport);
    await subscribe('u1');
    const [id] = await publish({ _id: '7', _action: 'connect' });
    await eventually(() => expect(u1.messages).toHaveLength(1));
    expect(u1.messages[0]).toMatchObject({
      channel: '/_genesys',
      data: { id, tag: 't', message: { _id: '7', _action: 'connect' } },
    });
    await subscribe('u2');
    await publish('for both');
    await eventually(() => expect(u2.messages).toHaveLength(1));
    expect(u2.messages[0]?.data.message).toBe('for both');
  });

  it('hears many messages, each once and in order', async () => {
    const { messages } = await client('u1', transport, true);
    await subscribe('u1');
    const sent = Array.from({ length: 30 }, (_, index) => `message ${index}`);
    for (const message of sent) await publish(message);
    await eventually(() => expect(messages).toHaveLength(sent.length));
    expect(messages.map(({ data }) => data.message)).toEqual(sent);
  });

  it('hears what was published while it was away', async () => {
    const before = await client('u1', transport);
    await subscribe('u1');
    await new Promise<void>((resolve) => before.cometd.disconnect(() => resolve()));
    await publish('missed');
    const after = await client('u1', transport);
    await eventually(() => expect(after.messages.map(({ data }) => data.message)).toEqual(['missed']));
  });

  it('takes leave with the place up to which it has read its chat', async () => {
    const { cometd } = await client('u1', transport);
    await new Promise<void>((resolve) => cometd.disconnect({ ext: { transcriptPosition: '4' } }, () => resolve()));
    expect(left).toEqual([['u1', 4]]);
  });

  it('shakes hands again when the server does not know it any more', async () => {
    const { messages } = await client('u1', transport);
    await subscribe('u1');
    await bed.database.query('truncate comet_session');
    await publish('after all');
    await eventually(() => expect(messages.map(({ data }) => data.message)).toEqual(['after all']));
  });
});

describe('the CometD channel', () => {
  const handshake = { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'], id: '1' };
  const AT_ONCE = { timeout: 0 };

  async function open(user: string): Promise<string> {
    const { body } = await post([{ ...handshake, ext: { ack: true } }], { gms_user: user });
    expect(body).toMatchObject([{ channel: '/meta/handshake', id: '1', successful: true, ext: { ack: true } }]);
    const [{ clientId }] = body;
    const subscription = '/_genesys';
    const subscribed = await post([{ channel: '/meta/subscribe', clientId, subscription }], { gms_user: user });
    expect(subscribed.body).toEqual([{ channel: '/meta/subscribe', successful: true, clientId, subscription }]);
    return clientId;
  }

  const connect = (clientId: string, user: string, ack?: number) =>
    post(
      [
        {
          ...{ channel: '/meta/connect', clientId, connectionType: 'long-polling', advice: AT_ONCE },
          ...(ack !== undefined && { ext: { ack } }),
        },
      ],
      { gms_user: user },
    );

  it('sends again what was not acknowledged, and nothing that was', async () => {
    const clientId = await open('u1');
    await subscribe('u1');
    await publish('one');
    const first = await connect(clientId, 'u1', -1);
    expect(first.body).toMatchObject([{ data: { message: 'one' } }, { channel: '/meta/connect', ext: { ack: 1 } }]);
    // The answer was lost on its way.
    const again = await connect(clientId, 'u1', 0);
    expect(again.body).toMatchObject([{ data: { message: 'one' } }, { ext: { ack: 2 } }]);
    expect((await connect(clientId, 'u1', 2)).body).toMatchObject([{ channel: '/meta/connect', successful: true }]);
  });

  it('gives every session of a user what is published while they are open', async () => {
    const [one, other] = [await open('u1'), await open('u1')];
    await subscribe('u1');
    await publish('hi');
    for (const clientId of [one, other]) {
      expect((await connect(clientId, 'u1')).body).toMatchObject([{ data: { message: 'hi' } }, {}]);
    }
    const late = await open('u1');
    expect((await connect(late, 'u1')).body).toHaveLength(1);
  });

  it('lets the earlier of two connect requests of one client go', async () => {
    const clientId = await open('u1');
    const held = post([{ channel: '/meta/connect', clientId, connectionType: 'long-polling' }], { gms_user: 'u1' });
    await eventually(async () => {
      const [row] = await bed.database.query<{ connection: number }>('select connection from comet_session');
      expect(row?.connection).toBe(1);
    });
    await connect(clientId, 'u1');
    expect((await held).body).toMatchObject([{ channel: '/meta/connect', successful: true }]);
  });

  it('reaches the user who sent the subscription, whatever the name of the subscriber', async () => {
    const clientId = await open('device-user');
    await subscribe('somebody', 'device-user');
    await publish('hi');
    expect((await connect(clientId, 'device-user')).body).toMatchObject([{ data: { message: 'hi' } }, {}]);
  });

  it('does not know the session of another user', async () => {
    const clientId = await open('u1');
    expect((await connect(clientId, 'u2')).body).toMatchObject([
      { successful: false, error: '402::Unknown client', advice: { reconnect: 'handshake' } },
    ]);
  });

  it('stops sending to a client that has unsubscribed', async () => {
    const clientId = await open('u1');
    await subscribe('u1');
    const asked = { channel: '/meta/unsubscribe', clientId, subscription: '/_genesys' };
    expect((await post([asked], { gms_user: 'u1' })).body).toMatchObject([{ successful: true }]);
    await publish('hi');
    expect((await connect(clientId, 'u1')).body).toHaveLength(1);
  });

  it('refuses publishing, channels that are none, and messages that are none', async () => {
    const clientId = await open('u1');
    const headers = { gms_user: 'u1' };
    expect((await post([{ channel: '/_genesys', clientId, data: 1 }], headers)).body).toMatchObject([
      { successful: false, error: '403:/_genesys:Clients do not publish' },
    ]);
    expect((await post([{ channel: '/meta/subscribe', clientId, subscription: 'x' }], headers)).body).toMatchObject([
      { successful: false },
    ]);
    expect((await post([7])).status).toBe(400);
    expect((await app.inject({ url: '/genesys/cometd' })).statusCode).toBe(400);
  });

  it('asks for the credentials of section server', async () => {
    server = { username: 'U', password: 'P' };
    expect((await post([handshake])).status).toBe(401);
    const authorization = `Basic ${Buffer.from('U:P').toString('base64')}`;
    expect((await post([handshake], { authorization })).status).toBe(200);
  });
});
