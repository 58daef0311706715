import { createPrivateKey } from 'node:crypto';
import { type Clock, isObject, RingbackError } from '../../kernel/index.js';
import { type Channel, type Delivered, type Delivery, failureOf, type HttpAnswer, type HttpPost } from '../channel.js';
import { isDebug } from '../push-settings.js';
import { dataOf } from '../subscription.js';
import { unreachable } from './http-callback.js';
import { signedToken } from './signed-token.js';

/** What of a service account's file is needed. */
interface ServiceAccount {
  projectId: string;
  email: string;
  keyId: string;
  key: string;
  tokenUrl: string;
}

interface AccessToken {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ASSERTION_S = 3600;
/** A token that ends within this time is replaced. */
const MARGIN_MS = 60_000;

/**
 * `fcm`: Firebase Cloud Messaging, HTTP v1. Access tokens are obtained with the service account (OAuth 2.0 assertion,
 * RFC 7523) and kept until shortly before their end.
 */
export class FirebaseChannel implements Channel {
  readonly #tokens = new Map<string, Promise<AccessToken>>();

  constructor(
    private readonly post: HttpPost,
    private readonly clock: Clock,
    private readonly timeoutMs: () => number,
  ) {}

  async send(delivery: Delivery): Promise<Delivered> {
    const { settings, properties } = delivery;
    const account = readAccount(settings.either('fcm.serviceAccount', isDebug(properties)));
    if (typeof account === 'string') return { kind: 'refused', problem: account };
    try {
      const { token } = await this.#token(account);
      const answer = await this.post({
        url: `${settings.text('fcm.url')}/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`,
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
        body: JSON.stringify({ message: messageOf(delivery) }),
        timeoutMs: this.timeoutMs(),
      });
      return this.#judge(answer, account);
    } catch (error) {
      return unreachable(error);
    }
  }

  #judge(answer: HttpAnswer, account: ServiceAccount): Delivered {
    if (answer.status === 200) return { kind: 'delivered' };
    const code = errorCode(answer.content);
    // Not every 404: it is also what a wrong project gets.
    const isNoToken = code === 'INVALID_ARGUMENT' && answer.content.includes('registration token');
    if (code === 'UNREGISTERED' || isNoToken) {
      return { kind: 'gone', problem: `Firebase does not know the device (${code})` };
    }
    if (answer.status === 401) {
      // The token was taken back before its time: the next attempt gets a new one.
      this.#tokens.delete(tokenKey(account));
      return { kind: 'failed', problem: 'Firebase did not accept the access token' };
    }
    return failureOf(answer, 'Firebase');
  }

  /** One request for a token at a time; who comes meanwhile waits for it. */
  async #token(account: ServiceAccount): Promise<AccessToken> {
    const key = tokenKey(account);
    const known = this.#tokens.get(key);
    if (known) {
      const token = await known;
      if (token.expiresAt - MARGIN_MS > this.clock.now()) return token;
      // Somebody else may have replaced it while this one waited.
      if (this.#tokens.get(key) !== known) return this.#token(account);
    }
    const asked = this.#askToken(account);
    this.#tokens.set(key, asked);
    try {
      return await asked;
    } catch (error) {
      if (this.#tokens.get(key) === asked) this.#tokens.delete(key);
      throw error;
    }
  }

  async #askToken({ email, keyId, key, tokenUrl }: ServiceAccount): Promise<AccessToken> {
    const now = this.clock.now();
    const seconds = Math.floor(now / 1000);
    const claims = { iss: email, scope: SCOPE, aud: tokenUrl, iat: seconds, exp: seconds + ASSERTION_S };
    const assertion = signedToken('RS256', keyId === '' ? {} : { kid: keyId }, claims, createPrivateKey(key));
    const answer = await this.post({
      url: tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
      timeoutMs: this.timeoutMs(),
    });
    const granted = answer.status === 200 ? parsed(answer.content) : {};
    const { access_token: token, expires_in: lifetime } = granted;
    if (typeof token !== 'string') {
      throw new RingbackError('no-access-token', `${tokenUrl} gave no access token (status ${answer.status})`);
    }
    return { token, expiresAt: now + (Number(lifetime) || ASSERTION_S) * 1000 };
  }
}

/** Texts for people show up by themselves; data are for the application. */
function messageOf({ id, deviceId, message, settings }: Delivery) {
  const title = settings.localised('fcm.title');
  const body = settings.localised('fcm.body');
  return {
    token: deviceId,
    data: { ...dataOf(message), notificationId: id },
    ...((title || body) && { notification: { ...(title && { title }), ...(body && { body }) } }),
    android: { priority: 'HIGH' },
  };
}

function readAccount(text: string): ServiceAccount | string {
  if (text === '') return 'option fcm.serviceAccount is not set';
  const {
    project_id: projectId,
    client_email: email,
    private_key: key,
    private_key_id: keyId = '',
    token_uri: tokenUrl = TOKEN_URL,
  } = parsed(text);
  const complete = [projectId, email, key].every((field) => typeof field === 'string' && field !== '');
  if (!complete) return 'option fcm.serviceAccount lacks project_id, client_email or private_key';
  return {
    projectId: String(projectId),
    email: String(email),
    key: String(key),
    keyId: String(keyId),
    tokenUrl: String(tokenUrl),
  };
}

function tokenKey({ email, keyId, tokenUrl }: ServiceAccount): string {
  return `${email} ${keyId} ${tokenUrl}`;
}

/** `error.details[].errorCode` of an answer of Firebase, which is more exact than the status. */
function errorCode(content: string): string {
  const { error } = parsed(content);
  const details: unknown = isObject(error) ? error.details : undefined;
  const codes = Array.isArray(details)
    ? details.map((detail) => (isObject(detail) ? detail.errorCode : undefined))
    : [];
  return String(codes.find((code) => typeof code === 'string') ?? '');
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
