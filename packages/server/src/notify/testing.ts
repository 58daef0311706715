import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { Activity, type JsonValue, ManualClock, RingbackError, SystemClock, silentLogger } from '../kernel/index.js';
import type { Database, Transaction } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import type { Channel, HttpAnswer, HttpPost } from './channel.js';
import { customHttp, httpCallback } from './channels/http-callback.js';
import { CometMailbox } from './comet-mailbox.js';
import { Notifications } from './notifications.js';
import type { NotificationOutcome } from './subscription.js';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a stand-in answers: a status, or all of it. */
export type Answering = number | { status: number; headers?: Record<string, string>; body?: string };

/** A server on loopback in the place of somebody else's; it keeps what it was sent. */
export class StandIn {
  readonly received: Received[] = [];
  /** What it answers, in order; the last one repeats. */
  answers: Answering[] = [200];
  url = '';

  static async start(): Promise<StandIn> {
    const standIn = new StandIn();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        standIn.received.push({ method, path: url, headers, body: Buffer.concat(chunks) });
        const next = standIn.#next();
        const answer = typeof next === 'number' ? { status: next } : next;
        response.writeHead(answer.status, { connection: 'close', ...answer.headers }).end(answer.body ?? '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Listening on TCP, it has an address with a port.
    standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return standIn;
  }

  get bodies(): string[] {
    return this.received.map(({ body }) => body.toString());
  }

  clear(): void {
    this.received.length = 0;
    this.answers = [200];
  }

  #next(): Answering {
    const [first = 200] = this.answers;
    if (this.answers.length > 1) this.answers.shift();
    return first;
  }
}

/** Posts to loopback alone: tests reach nothing else. */
export const loopbackPost: HttpPost = async ({ url, headers, body }): Promise<HttpAnswer> => {
  if (!URL.canParse(url)) throw new RingbackError('bad-address', `${url} is no address`);
  if (new URL(url).hostname !== '127.0.0.1') throw new RingbackError('not-allowed', `${url} is not on this machine`);
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' });
    return { status: response.status, headers: Object.fromEntries(response.headers), content: await response.text() };
  } catch (error) {
    throw new RingbackError('no-answer', `${url} does not answer`, [], { cause: error });
  }
};

type OptionMap = Readonly<Record<string, string>>;

/** Notifications on a database and a clock that stands still, with the real HTTP channels. */
export class NotifyBed {
  readonly sections = new Map<string, OptionMap>();
  readonly outcomes: NotificationOutcome[] = [];
  /** Sessions that are running, and what they were told. */
  readonly sessions = new Map<string, { name: string; data: { message: JsonValue; id: string } }[]>();
  readonly comet: CometMailbox;
  readonly notifications: Notifications;

  private constructor(
    readonly database: Database,
    readonly clock: ManualClock,
    readonly activity: Activity,
    channels: Readonly<Record<string, Channel>>,
  ) {
    this.comet = new CometMailbox({ database, clock, network: new SystemClock() });
    this.notifications = new Notifications({
      ...{ database, clock, activity, log: silentLogger, comet: this.comet },
      section: (name) => this.sections.get(name) ?? {},
      channels: {
        httpcb: httpCallback(loopbackPost, () => 5000),
        customhttp: customHttp(
          loopbackPost,
          () => 5000,
          () => false,
        ),
        ...channels,
      },
      tellSession: async (tx: Transaction, session, event) => {
        const told = this.sessions.get(session);
        if (told) tx.afterCommit(() => told.push(event));
        return told !== undefined;
      },
    });
    this.notifications.onOutcome(async (tx, outcome) => tx.afterCommit(() => this.outcomes.push(outcome)));
    this.clear();
  }

  static async create(channels: Readonly<Record<string, Channel>> = {}): Promise<NotifyBed> {
    const activity = new Activity();
    const { database } = await testDatabase({ activity, maxConnections: 16 });
    const clock = new ManualClock(Date.parse('2026-03-02T08:00:00Z'), activity);
    const bed = new NotifyBed(database, clock, activity, channels);
    await bed.notifications.start();
    afterAll(() => bed.notifications.stop());
    return bed;
  }

  clear(): void {
    this.sections.clear();
    this.sections.set('push', { pushEnabled: 'httpcb,customhttp,orscb,comet,fcm,gcm,ios,webpush' });
    this.outcomes.length = 0;
    this.sessions.clear();
  }

  /** Changes options of a section, the others stay. */
  set(section: string, options: OptionMap): void {
    this.sections.set(section, { ...this.sections.get(section), ...options });
  }

  /** Publishes and waits until what is due at once is done. */
  async publish(publication: Parameters<Notifications['publish']>[1]): Promise<string[]> {
    const ids = await this.database.transaction((tx) => this.notifications.publish(tx, publication));
    await this.activity.idle();
    return ids;
  }
}
