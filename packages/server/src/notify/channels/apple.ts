import { createHash, createPrivateKey } from 'node:crypto';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type Clock, isObject } from '../../kernel/index.js';
import { type Channel, type Delivered, type Delivery, retryAfter } from '../channel.js';
import { isDebug } from '../push-settings.js';
import { dataOf } from '../subscription.js';
import { signedToken } from './signed-token.js';

interface Answer {
  status: number;
  retryAfter: string;
  reason: string;
}

/** How the service is told who sends: a signing key, or a certificate. */
type Credentials =
  | { kind: 'token'; key: string; keyId: string; teamId: string }
  | { kind: 'certificate'; certificate: string; key: string };

/** The service wants tokens that are younger than an hour, and not a new one more often than every 20 minutes. */
const TOKEN_MS = 50 * 60_000;
/** For so long the service keeps what it cannot deliver, seconds. */
const KEPT_S = 3600;
/** The device is not there any more, or never was (Apple, "Handling notification responses from APNs"). */
const GONE = new Set(['Unregistered', 'BadDeviceToken', 'ExpiredToken']);
const STALE_TOKEN = new Set(['ExpiredProviderToken', 'InvalidProviderToken']);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LONGEST_COLLAPSE_ID = 64;

/**
 * `ios`: the Apple Push Notification service over HTTP/2, with a signing key (ES256) or a certificate. One connection for
 * each address and credentials, opened when it is needed and again when the service has closed it.
 */
export class AppleChannel implements Channel {
  readonly #sessions = new Map<string, ClientHttp2Session>();
  readonly #tokens = new Map<string, { token: string; madeAt: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: () => number,
  ) {}

  async send(delivery: Delivery): Promise<Delivered> {
    const credentials = readCredentials(delivery);
    if (typeof credentials === 'string') return { kind: 'refused', problem: credentials };
    const url = delivery.settings.either('ios.url', isDebug(delivery.properties));
    try {
      return this.#judge(await this.#request(url, credentials, delivery), credentials);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { kind: 'failed', problem: `${url}: ${error.message}` };
    }
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  #judge({ status, reason, ...answer }: Answer, credentials: Credentials): Delivered {
    if (status === 200) return { kind: 'delivered' };
    const problem = `APNs answered ${status}${reason && `: ${reason}`}`;
    if (status === 410 || GONE.has(reason)) return { kind: 'gone', problem };
    if (STALE_TOKEN.has(reason) && credentials.kind === 'token') {
      this.#tokens.delete(nameOf(credentials));
      return { kind: 'failed', problem };
    }
    if (status !== 429 && status < 500) return { kind: 'refused', problem };
    return { kind: 'failed', problem, ...retryAfter({ headers: { 'retry-after': answer.retryAfter } }) };
  }

  #request(url: string, credentials: Credentials, delivery: Delivery): Promise<Answer> {
    const session = this.#session(url, credentials);
    const stream = session.request(
      {
        ':method': 'POST',
        ':path': `/3/device/${encodeURIComponent(delivery.deviceId)}`,
        ...this.#headers(credentials, delivery),
      },
      { signal: AbortSignal.timeout(this.timeoutMs()) },
    );
    return new Promise((resolve, reject) => {
      const answer: Answer = { status: 0, retryAfter: '', reason: '' };
      let content = '';
      stream.setEncoding('utf8');
      stream.on('response', (headers) => {
        answer.status = Number(headers[':status']);
        answer.retryAfter = String(headers['retry-after'] ?? '');
      });
      stream.on('data', (chunk: string) => {
        content += chunk;
      });
      stream.on('end', () => {
        if (answer.status === 0) reject(new Error('the connection ended without an answer'));
        else resolve({ ...answer, reason: reasonOf(content) });
      });
      stream.on('error', reject);
      stream.end(JSON.stringify(payloadOf(delivery)));
    });
  }

  #headers(credentials: Credentials, delivery: Delivery): Record<string, string> {
    const { id, settings } = delivery;
    const topic = settings.text('ios.topic');
    const visible = alertOf(delivery) !== undefined;
    return {
      'content-type': 'application/json',
      'apns-push-type': visible ? 'alert' : 'background',
      'apns-priority': visible ? '10' : '5',
      'apns-expiration': String(Math.floor(this.clock.now() / 1000) + KEPT_S),
      ...(topic && { 'apns-topic': topic }),
      ...(UUID.test(id) && { 'apns-id': id }),
      // A repetition takes the place of the first on the device.
      ...(visible && Buffer.byteLength(id) <= LONGEST_COLLAPSE_ID && { 'apns-collapse-id': id }),
      ...(credentials.kind === 'token' && { authorization: `bearer ${this.#token(credentials)}` }),
    };
  }

  #token(credentials: Extract<Credentials, { kind: 'token' }>): string {
    const name = nameOf(credentials);
    const now = this.clock.now();
    const known = this.#tokens.get(name);
    if (known && now - known.madeAt < TOKEN_MS) return known.token;
    const { key, keyId, teamId } = credentials;
    const claims = { iss: teamId, iat: Math.floor(now / 1000) };
    const token = signedToken('ES256', { kid: keyId }, claims, createPrivateKey(key));
    this.#tokens.set(name, { token, madeAt: now });
    return token;
  }

  #session(url: string, credentials: Credentials): ClientHttp2Session {
    const key = `${url} ${nameOf(credentials)}`;
    const open = this.#sessions.get(key);
    if (open && !open.closed && !open.destroyed) return open;
    const session =
      credentials.kind === 'certificate'
        ? connect(url, { cert: credentials.certificate, key: credentials.key })
        : connect(url);
    // Nobody waits for a connection that rests.
    session.unref();
    const forget = () => {
      if (this.#sessions.get(key) === session) this.#sessions.delete(key);
    };
    session.on('close', forget);
    session.on('goaway', () => {
      forget();
      session.close();
    });
    // The requests under way fail by themselves, each with its own error.
    session.on('error', forget);
    this.#sessions.set(key, session);
    return session;
  }
}

function readCredentials({ settings }: Delivery): Credentials | string {
  const key = settings.text('ios.key');
  if (key !== '') {
    const keyId = settings.text('ios.keyId');
    const teamId = settings.text('ios.teamId');
    if (keyId === '' || teamId === '') return 'option ios.keyId or ios.teamId is not set';
    return { kind: 'token', key, keyId, teamId };
  }
  const certificate = settings.text('ios.certificate');
  const certificateKey = settings.text('ios.certificateKey');
  if (certificate === '' || certificateKey === '') {
    return 'neither option ios.key nor ios.certificate with ios.certificateKey is set';
  }
  return { kind: 'certificate', certificate, key: certificateKey };
}

/** Tells credentials apart without keeping them in a name. */
function nameOf(credentials: Credentials): string {
  return createHash('sha256').update(JSON.stringify(credentials)).digest('base64url');
}

/** What shows up by itself on the device: titles and texts, else a message that is a text; undefined for data alone. */
function alertOf({ message, settings }: Delivery): string | { title?: string; body?: string } | undefined {
  const title = settings.localised('ios.title');
  const body = settings.localised('ios.body');
  if (title || body) return { ...(title && { title }), ...(body && { body }) };
  return typeof message === 'string' ? message : undefined;
}

function payloadOf(delivery: Delivery) {
  const alert = alertOf(delivery);
  const aps = alert === undefined ? { 'content-available': 1 } : { alert, sound: 'default' };
  return { ...dataOf(delivery.message), notificationId: delivery.id, aps };
}

function reasonOf(content: string): string {
  if (content === '') return '';
  try {
    const answer: unknown = JSON.parse(content);
    return isObject(answer) && typeof answer.reason === 'string' ? answer.reason : '';
  } catch (error) {
    if (error instanceof SyntaxError) return content.slice(0, 100);
    throw error;
  }
}
