import { createECDH, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { SystemClock } from '../../kernel/index.js';
import type { Channel } from '../channel.js';
import { type Answering, loopbackPost, NotifyBed, StandIn } from '../testing.js';
import { AppleChannel } from './apple.js';
import { FirebaseChannel } from './firebase.js';
import { webPushChannel } from './web-push.js';

/** Beyond anything that a busy machine takes. */
const TIMEOUT_MS = () => 120_000;
/** Set with the bed, whose clock the channels read. */
let firebase: Channel;
let apple: Channel;
const later = (channel: () => Channel): Channel => ({
  send: (delivery) => channel().send(delivery),
  close: () => channel().close?.(),
});

let bed: NotifyBed;

beforeAll(async () => {
  bed = await NotifyBed.create({
    fcm: later(() => firebase),
    ios: later(() => apple),
    webpush: webPushChannel(loopbackPost, TIMEOUT_MS),
  });
});

beforeEach(async () => {
  await bed.database.query('truncate notification, notification_subscription, comet_message, comet_session');
  bed.clear();
  firebase = new FirebaseChannel(loopbackPost, bed.clock, TIMEOUT_MS);
  apple = new AppleChannel(bed.clock, TIMEOUT_MS);
});

/** The header and the claims of a token, after its signature has been checked. */
function opened(token: string, key: KeyObject) {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const right = verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  expect(right).toBe(true);
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { header: read(header), claims: read(claims) };
}

const to = (type: string, deviceId: string, properties: Record<string, string> = {}) => ({
  type,
  deviceId,
  properties,
});

async function subscriptionsLeft(): Promise<number> {
  const [row] = await bed.database.query<{ count: number }>('select count(*) as count from notification_subscription');
  return row?.count ?? -1;
}

const subscribe = (type: string, deviceId: string) =>
  bed.notifications.subscribe(bed.database, { subscriberId: 'u', filter: 't', ...to(type, deviceId), expire: 3600 });

describe('Firebase Cloud Messaging', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let google: StandIn;

  beforeAll(async () => {
    google = await StandIn.start();
  });

  beforeEach(() => {
    google.clear();
    google.answers = [GRANTED, 200];
    bed.set('push', { 'fcm.url': google.url, 'fcm.serviceAccount': account('shop') });
  });

  const GRANTED = {
    status: 200,
    body: JSON.stringify({ access_token: 'at-1', expires_in: 3599, token_type: 'Bearer' }),
  };
  const account = (project: string) =>
    JSON.stringify({
      type: 'service_account',
      project_id: project,
      private_key_id: 'k1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: `push@${project}.example`,
      token_uri: `${google.url}/token`,
    });
  const failing = (status: number, errorCode: string, message = ''): Answering => ({
    status,
    body: JSON.stringify({ error: { code: status, message, details: [{ errorCode }] } }),
  });

  it('gets an access token with a signed assertion and sends the message with it', async () => {
    bed.set('push', { 'fcm.title': 'Ready', 'fcm.body': 'An agent waits for you' });
    const [id] = await bed.publish({
      tag: 't',
      message: { _id: '7', _action: 'connect', n: 5 },
      to: to('fcm', 'token-1'),
    });
    const [asked, sent] = google.received;
    const form = new URLSearchParams(asked?.body.toString());
    expect(asked?.path).toBe('/token');
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const now = bed.clock.now() / 1000;
    expect(opened(form.get('assertion') ?? '', publicKey)).toEqual({
      header: { alg: 'RS256', typ: 'JWT', kid: 'k1' },
      claims: {
        iss: 'push@shop.example',
        scope: 'https://www.googleapis.com/auth/firebase.messaging',
        aud: `${google.url}/token`,
        iat: now,
        exp: now + 3600,
      },
    });
    expect([sent?.method, sent?.path]).toEqual(['POST', '/v1/projects/shop/messages:send']);
    expect(sent?.headers).toMatchObject({ authorization: 'Bearer at-1' });
    expect(JSON.parse(sent?.body.toString() ?? '')).toEqual({
      message: {
        token: 'token-1',
        data: { _id: '7', _action: 'connect', n: '5', notificationId: id },
        notification: { title: 'Ready', body: 'An agent waits for you' },
        android: { priority: 'HIGH' },
      },
    });
    expect(bed.outcomes).toMatchObject([{ id, delivered: true }]);
  });

  it('uses an access token until shortly before its end, also for the former names of the channel', async () => {
    for (const type of ['fcm', 'gcm']) await bed.publish({ tag: 't', message: 'hi', to: to(type, 'token-1') });
    expect(google.received.map(({ path }) => path)).toEqual(['/token', SEND, SEND]);
    await bed.clock.advance(3_550_000);
    google.answers = [GRANTED, 200];
    await bed.publish({ tag: 't', message: 'hi', to: to('fcm', 'token-1') });
    expect(google.received.map(({ path }) => path).slice(3)).toEqual(['/token', SEND]);
  });

  const SEND = '/v1/projects/shop/messages:send';

  it('asks once for a token that several messages need', async () => {
    await Promise.all([1, 2, 3].map((each) => subscribe('fcm', `token-${each}`)));
    await bed.publish({ tag: 't', message: 'hi' });
    expect(google.received.map(({ path }) => path).sort()).toEqual(['/token', SEND, SEND, SEND].sort());
  });

  it('uses the service account of development for devices that debug', async () => {
    bed.set('push', { 'debug.fcm.serviceAccount': account('sandbox') });
    await bed.publish({ tag: 't', message: 'hi', to: to('fcm', 'token-1', { debug: 'true' }) });
    expect(google.received[1]?.path).toBe('/v1/projects/sandbox/messages:send');
  });

  it.each([
    ['UNREGISTERED', failing(404, 'UNREGISTERED'), 0],
    ['no token', failing(400, 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token'), 0],
    ['a wrong message', failing(400, 'INVALID_ARGUMENT', 'Invalid data'), 1],
    ['a wrong project', failing(404, ''), 1],
  ])('keeps or ends the subscriptions of a device when Firebase answers %s', async (_what, answer, left) => {
    google.answers = [GRANTED, answer];
    await subscribe('fcm', 'token-1');
    await bed.publish({ tag: 't', message: 'hi' });
    await bed.clock.advance(60_000);
    expect(google.received).toHaveLength(2);
    expect(await subscriptionsLeft()).toBe(left);
    expect(bed.outcomes).toMatchObject([{ delivered: false }]);
  });

  it('takes a new token when the one it has is refused, and tries again when Firebase is busy', async () => {
    google.answers = [GRANTED, 401, GRANTED, { status: 429, headers: { 'retry-after': '30' } }, 200];
    await bed.publish({ tag: 't', message: 'hi', to: to('fcm', 'token-1') });
    await bed.clock.advance(1_000);
    expect(google.received.map(({ path }) => path)).toEqual(['/token', SEND, '/token', SEND]);
    await bed.clock.advance(29_000);
    expect(google.received).toHaveLength(4);
    await bed.clock.advance(1_000);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
  });

  it('tries again when no token is to be had', async () => {
    google.answers = [503, GRANTED, 200];
    await bed.publish({ tag: 't', message: 'hi', to: to('fcm', 'token-1') });
    await bed.clock.advance(1_000);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
  });

  it('says what is missing in the configuration', async () => {
    bed.set('push', { 'fcm.serviceAccount': '{"project_id":"x"}' });
    await bed.publish({ tag: 't', message: 'hi', to: to('fcm', 'token-1') });
    expect(bed.outcomes[0]?.problem).toContain('client_email');
  });

  it('takes titles and texts of the event, the provider and the language', async () => {
    bed.set('push', {
      'fcm.title': 'general',
      localization: JSON.stringify({ fr: { ready: 'Prêt' }, 'pt-BR': { ready: 'Pronto' } }),
    });
    bed.set('push.provider.shop', { 'fcm.title': 'of the shop', 'fcm.body': 'body of the shop' });
    bed.set('push.provider.event.shop.agent', { 'fcm.title': 'ready' });
    const texts = async (address: object, event?: string) => {
      google.received.length = 0;
      const publication = { tag: 't', message: 'hi', to: { ...to('fcm', 'x'), ...address } };
      await bed.publish({ ...publication, ...(event !== undefined && { event }) });
      return JSON.parse(google.bodies.at(-1) ?? '').message.notification;
    };
    expect(await texts({})).toEqual({ title: 'general' });
    expect(await texts({ provider: 'shop' })).toEqual({ title: 'of the shop', body: 'body of the shop' });
    expect(await texts({ provider: 'shop', language: 'fr-CA' }, 'agent')).toMatchObject({ title: 'Prêt' });
    expect(await texts({ provider: 'shop', language: 'pt-BR' }, 'agent')).toMatchObject({ title: 'Pronto' });
    expect(await texts({ provider: 'shop', language: 'ja' }, 'agent')).toMatchObject({ title: 'ready' });
  });
});

describe('the Apple Push Notification service', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const received: { headers: IncomingHttpHeaders; body: string; session: number }[] = [];
  let answers: { status: number; body?: string; headers?: Record<string, string> }[] = [];
  let sessions = 0;
  let goAway = () => {};
  let url = '';

  beforeAll(async () => {
    const server = createServer();
    const open = new Set<() => void>();
    server.on('session', (session) => {
      sessions += 1;
      const number = sessions;
      const end = () => session.close();
      open.add(end);
      session.on('close', () => open.delete(end));
      session.on('stream', (stream, headers) => {
        let body = '';
        stream.on('data', (chunk) => {
          body += chunk;
        });
        stream.on('end', () => {
          received.push({ headers, body, session: number });
          const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200 };
          stream.respond({ ':status': answer.status, ...answer.headers });
          stream.end(answer.body ?? '');
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Listening on TCP, it has an address with a port.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    goAway = () => {
      for (const end of open) end();
    };
    afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  });

  beforeEach(() => {
    received.length = 0;
    answers = [];
    bed.set('push', {
      'ios.url': url,
      'debug.ios.url': `${url}/`,
      'ios.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'ios.keyId': 'KEY1234567',
      'ios.teamId': 'TEAM123456',
      'ios.topic': 'org.example.app',
    });
    return () => apple.close?.();
  });

  it('is sent the message with a signed token, on one connection', async () => {
    bed.set('push', { 'ios.title': 'Ready', 'ios.body': 'An agent waits' });
    const [id] = await bed.publish({ tag: 't', message: { _id: '7', _action: 'connect' }, to: to('ios', 'abc123') });
    await bed.publish({ tag: 't', message: 'again', to: to('ios', 'abc123') });
    const [first, second] = received;
    expect(first?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/3/device/abc123',
      'apns-topic': 'org.example.app',
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-id': id,
      'apns-collapse-id': id,
    });
    const token = String(first?.headers.authorization).replace(/^bearer /, '');
    expect(opened(token, publicKey)).toEqual({
      header: { alg: 'ES256', typ: 'JWT', kid: 'KEY1234567' },
      claims: { iss: 'TEAM123456', iat: bed.clock.now() / 1000 },
    });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      _id: '7',
      _action: 'connect',
      notificationId: id,
      aps: { alert: { title: 'Ready', body: 'An agent waits' }, sound: 'default' },
    });
    expect(second?.headers.authorization).toBe(first?.headers.authorization);
    expect(second?.session).toBe(first?.session);
  });

  it('is sent data without a text as a background message', async () => {
    await bed.publish({ tag: 't', message: { _id: '7' }, to: to('ios', 'abc123') });
    expect(received[0]?.headers).toMatchObject({ 'apns-push-type': 'background', 'apns-priority': '5' });
    expect(JSON.parse(received[0]?.body ?? '').aps).toEqual({ 'content-available': 1 });
  });

  it('gets a new token before the old one is an hour old', async () => {
    await bed.publish({ tag: 't', message: 'hi', to: to('ios', 'abc123') });
    await bed.clock.advance(51 * 60_000);
    await bed.publish({ tag: 't', message: 'hi', to: to('ios', 'abc123') });
    expect(received[1]?.headers.authorization).not.toBe(received[0]?.headers.authorization);
  });

  it.each([
    [410, 'Unregistered', 0],
    [400, 'BadDeviceToken', 0],
    [400, 'PayloadTooLarge', 1],
  ])('that answers %i %s keeps %i subscriptions of the device', async (status, reason, left) => {
    answers = [{ status, body: JSON.stringify({ reason }) }];
    await subscribe('ios', 'abc123');
    await bed.publish({ tag: 't', message: 'hi' });
    await bed.clock.advance(60_000);
    expect(received).toHaveLength(1);
    expect(await subscriptionsLeft()).toBe(left);
    expect(bed.outcomes[0]?.problem).toContain(reason);
  });

  it('is tried again when it is busy or refuses the token, and on a new connection when it has closed the old', async () => {
    answers = [
      { status: 403, body: '{"reason":"ExpiredProviderToken"}' },
      { status: 503, body: '{"reason":"ServiceUnavailable"}' },
      { status: 200 },
    ];
    await bed.publish({ tag: 't', message: 'hi', to: to('ios', 'abc123') });
    goAway();
    await bed.clock.advance(60_000);
    expect(received).toHaveLength(3);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
    expect(received[2]?.session).not.toBe(received[0]?.session);
  });

  it('that does not listen is tried again', async () => {
    bed.set('push', { 'ios.url': 'http://127.0.0.1:9' });
    await bed.publish({ tag: 't', message: 'hi', to: to('ios', 'abc123') });
    bed.set('push', { 'ios.url': url });
    await bed.clock.advance(1_000);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
  });

  it('needs credentials', async () => {
    bed.set('push', { 'ios.key': '' });
    await bed.publish({ tag: 't', message: 'hi', to: to('ios', 'abc123') });
    expect(bed.outcomes[0]?.problem).toContain('ios.key');
  });
});

describe('Web Push', () => {
  const vapid = webPush.generateVAPIDKeys();
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
  let service: StandIn;

  beforeAll(async () => {
    service = await StandIn.start();
  });

  beforeEach(() => {
    service.clear();
    service.answers = [201];
    bed.set('push', {
      'webpush.publicKey': vapid.publicKey,
      'webpush.privateKey': vapid.privateKey,
      'webpush.subject': 'mailto:push@example.org',
    });
  });

  const subscription = () => JSON.stringify({ endpoint: `${service.url}/push/1`, expirationTime: null, keys });

  it('is encrypted for the browser and signed for the push service', async () => {
    bed.set('push', { 'webpush.title': 'Ready' });
    const [id] = await bed.publish({ tag: 't', message: { _id: '7' }, to: to('webpush', subscription()) });
    const [sent] = service.received;
    expect(sent).toMatchObject({ method: 'POST', path: '/push/1' });
    expect(sent?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '3600', urgency: 'high' });
    const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(sent?.headers.authorization ?? '') ?? [];
    expect(key).toBe(vapid.publicKey);
    const point = Buffer.from(key, 'base64url');
    const jwk = {
      ...{ kty: 'EC', crv: 'P-256' },
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    };
    const { claims } = opened(token, createPublicKey({ key: jwk, format: 'jwk' }));
    expect(claims).toMatchObject({ aud: service.url, sub: 'mailto:push@example.org' });
    expect(claims.exp * 1000).toBeGreaterThan(new SystemClock().now());
    // The reference implementation of the encryption, which browsers are tested against.
    const { decrypt } = (await import('http_ece' as string)).default;
    const content = decrypt(sent?.body, { version: 'aes128gcm', privateKey: browser, authSecret: keys.auth });
    expect(JSON.parse(content.toString())).toEqual({ id, tag: 't', message: { _id: '7' }, title: 'Ready' });
  });

  it('takes the keys of the browser among the properties, too', async () => {
    await bed.publish({ tag: 't', message: 'hi', to: to('webpush', `${service.url}/push/2`, keys) });
    expect(service.received[0]?.path).toBe('/push/2');
  });

  it.each([404, 410])('ends the subscriptions of a browser that is gone (%i)', async (status) => {
    service.answers = [status];
    await subscribe('webpush', subscription());
    await bed.publish({ tag: 't', message: 'hi' });
    expect(await subscriptionsLeft()).toBe(0);
  });

  it('is tried again when the push service is busy', async () => {
    service.answers = [{ status: 429, headers: { 'retry-after': '20' } }, 201];
    await bed.publish({ tag: 't', message: 'hi', to: to('webpush', subscription()) });
    await bed.clock.advance(19_000);
    expect(service.received).toHaveLength(1);
    await bed.clock.advance(1_000);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
  });

  it.each([
    ['no subscription', 'just-an-id', {}],
    ['JSON that is none', '{"endpoint":1}', {}],
    ['an endpoint in a private network', 'http://10.0.0.1/push', keys],
    ['keys that are none', 'http://127.0.0.1:9/push', { p256dh: 'x', auth: 'y' }],
  ])('refuses %s', async (_what, deviceId, properties) => {
    await bed.publish({ tag: 't', message: 'hi', to: to('webpush', deviceId, properties) });
    expect(bed.outcomes).toMatchObject([{ delivered: false }]);
    expect(service.received).toEqual([]);
  });
});
