import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { WebSocket } from 'ws';
import { Configuration, parseConfiguration } from '../../config/index.js';
import { type Activity, type JsonObject, ManualClock, newId, silentLogger } from '../../kernel/index.js';
import {
  type AttemptCall,
  type AttemptView,
  CampaignGroups,
  type Dialing,
  type DialingEvent,
  type DialingEventHandler,
  type DialSettings,
} from '../../outbound/index.js';
import { Journal } from '../../reporting/index.js';
import type { Transaction } from '../../store/index.js';
import { type TestDatabase, testConnection, testDatabase } from '../../store/testing.js';
import { commDnApi } from '../commdn/index.js';
import { createHttp } from '../http.js';

export const T0 = Date.UTC(2026, 0, 5, 9);

/** The environment of the acceptance table (spec outbound.md 10), and what some of its rows need besides. */
export const ACCEPTANCE_CONFIGURATION = `
options:
  license: { dial-modes: "1,2,3,8,9,11" }
agentGroups: [{ name: Agents, dbid: 732 }]
callingLists: [{ name: L1, dbid: 401 }, { name: L2, dbid: 402 }]
campaigns:
  - { name: Sales, dbid: 101, callingLists: [{ name: L1 }] }
  - { name: Unpaired, dbid: 102, callingLists: [{ name: L1 }] }
  - { name: Night, dbid: 103, callingLists: [{ name: L2 }] }
  - { name: Empty, dbid: 104 }
campaignGroups:
  - { campaign: Sales, group: Agents, dbid: 601, dialMode: Progressive, optimizeBy: BusyFactor, optimizeGoal: 70 }
  - { campaign: Night, group: Agents, dbid: 603, dialMode: Progressive, origDN: "8000" }
  - { campaign: Empty, group: Agents, dbid: 604, dialMode: Progressive }
dns:
  - { number: CommDN_1, type: CommDN, options: { outbound_contact_server: "true" } }
  - { number: CommDN_2, type: CommDN, options: { outbound_contact_server: "false" } }
  - { number: "8000", type: RoutePoint }
applications:
  - { name: ocs, dbid: 150, type: OutboundContactServer, connections: [server] }
  - { name: desk, dbid: 300, type: ThirdPartyApplication, password: s3cret, connections: [ocs] }
  - { name: stranger, dbid: 301, type: ThirdPartyApplication, password: s3cret }
  - { name: server, dbid: 302, type: ThirdPartyServer, password: s3cret }
`;

const NO_CALLS = { dialing: 0, ringing: 0, answered: 0, talking: 0 };

type Handler = (tx: Transaction, dbid: number) => Promise<void>;

/** Dialing that notes what it is told; what happens in it is said by the test. */
export class NotedDialing {
  readonly orders: string[] = [];
  settings: DialSettings | undefined;
  /** Calls and desktop records that an unload has to wait for. */
  left = 0;
  readonly cancelled: unknown[] = [];
  readonly blocked: unknown[] = [];
  onDesktopRecords = false;
  /** What `attempts` answers. */
  made: AttemptView[] = [];
  /** What `attemptCall` answers. */
  call: AttemptCall = {};
  #event: DialingEventHandler = async () => {};
  #drained: Handler = async () => {};
  #depleted: Handler = async () => {};

  async load(_tx: Transaction, group: { dbid: number; settings: DialSettings }): Promise<void> {
    this.orders.push(`load ${group.dbid}`);
    this.settings = group.settings;
  }
  async startGroup(_tx: Transaction, dbid: number, settings: DialSettings): Promise<void> {
    this.orders.push(`start ${dbid}`);
    this.settings = settings;
  }
  async change(_tx: Transaction, dbid: number, settings: DialSettings): Promise<void> {
    this.orders.push(`change ${dbid}`);
    this.settings = settings;
  }
  async stopGroup(_tx: Transaction, dbid: number): Promise<void> {
    this.orders.push(`stop ${dbid}`);
  }
  async beginUnload(_tx: Transaction, dbid: number): Promise<{ outstanding: number }> {
    this.orders.push(`unload ${dbid}`);
    return { outstanding: this.left };
  }
  async forceUnload(_tx: Transaction, dbid: number): Promise<void> {
    this.orders.push(`force ${dbid}`);
  }
  async outstanding(): Promise<number> {
    return this.left;
  }
  async attempts(): Promise<AttemptView[]> {
    return this.made;
  }
  async attemptCall(): Promise<AttemptCall> {
    return this.call;
  }
  async calls(dbid: number) {
    return dbid === 601 ? { dialing: 1, ringing: 2, answered: 0, talking: 3 } : NO_CALLS;
  }
  mostAbandoned(): number {
    return 0.03;
  }
  onEvent(handler: DialingEventHandler): void {
    this.#event = handler;
  }
  happened(tx: Transaction, event: DialingEvent): Promise<void> {
    return this.#event(tx, event);
  }
  onDrained(handler: Handler): void {
    this.#drained = handler;
  }
  onDepleted(handler: Handler): void {
    this.#depleted = handler;
  }
  drained(tx: Transaction, dbid: number): Promise<void> {
    return this.#drained(tx, dbid);
  }
  depleted(tx: Transaction, dbid: number): Promise<void> {
    return this.#depleted(tx, dbid);
  }
  async cancel(...request: Parameters<Dialing['cancel']>): Promise<Record<string, string>> {
    this.cancelled.push(request);
    return this.onDesktopRecords ? { GSW_MESSAGE: 'Incomplete processing: record(s) on desktop' } : {};
  }
  async doNotCall(...request: Parameters<Dialing['doNotCall']>): Promise<Record<string, string>> {
    this.blocked.push(request);
    return {};
  }
}

export interface CampaignBed {
  app: FastifyInstance;
  /** `ws://127.0.0.1:port` */
  url: string;
  database: TestDatabase['database'];
  configuration: Configuration;
  campaigns: CampaignGroups;
  dialing: NotedDialing;
  /** Reports that were sent over HTTP, and the statuses with which the next ones are answered; then 200. */
  posts: { url: string; body: JsonObject }[];
  postStatus: number[];
  activity: Activity;
  clock: ManualClock;
  /** Another process on the same data: campaigns with noted dialing of its own. */
  anotherNode(): Promise<{ campaigns: CampaignGroups; dialing: NotedDialing; stop(): Promise<void> }>;
  /** Puts everything back: nothing is loaded, and the configuration is as it was. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Campaigns with noted dialing, behind the CommDN API on a port of its own. */
export async function campaignBed(configurationText = ACCEPTANCE_CONFIGURATION): Promise<CampaignBed> {
  const { database, connectionString, activity } = await testDatabase();
  const clock = new ManualClock(T0, activity);
  const parts = { database, clock, activity, log: silentLogger };
  const configuration = await Configuration.open(parts);
  const file = parseConfiguration(configurationText, 'test.yaml');
  await configuration.apply(file);
  let changed = false;
  configuration.onChange(() => {
    changed = true;
  });
  const journal = new Journal(parts);
  await journal.start();
  /** Waits until this node has heard of whatever another one has done. */
  const heardOthers = async () => {
    const mark = newId();
    let reach = () => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const subscription = journal.subscribe({
      types: ['callback.state'],
      onEvent: ({ callback }) => {
        if (callback === mark) reach();
      },
    });
    await subscription.ready;
    // Events are heard in the order in which they were written.
    await journal.record(database, [{ at: clock.now(), type: 'callback.state', callback: mark, data: {} }]);
    await reached;
    subscription.close();
    await activity.idle();
  };
  const dialing = new NotedDialing();
  const posts: CampaignBed['posts'] = [];
  const postStatus: number[] = [];
  const campaigns = new CampaignGroups({
    ...parts,
    configuration,
    journal,
    dialing,
    lists: { ready: async () => ({ callable: 6, waiting: 4 }), find: async () => [] },
    occupancy: async () => ({ ready: 1, occupied: 3, loggedIn: 5 }),
    post: async (url, body) => {
      posts.push({ url, body });
      return postStatus.shift() ?? 200;
    },
  });
  await campaigns.start();
  const app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0.0.0',
    consoleDirectory: '/nowhere',
  });
  await app.register(commDnApi, { prefix: '/commdn', configuration, campaigns, dialing, activity, log: silentLogger });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // a TCP server that listens
  return {
    app,
    url: `ws://127.0.0.1:${port}`,
    database,
    configuration,
    campaigns,
    dialing,
    posts,
    postStatus,
    activity,
    clock,
    anotherNode: async () => {
      const own = await testConnection({ connectionString, activity, maxConnections: 4 });
      const ground = { ...parts, database: own };
      const ownConfiguration = await Configuration.open(ground);
      const ownJournal = new Journal(ground);
      await ownJournal.start();
      const ownDialing = new NotedDialing();
      const node = new CampaignGroups({
        ...ground,
        configuration: ownConfiguration,
        journal: ownJournal,
        dialing: ownDialing,
        lists: { ready: async () => ({ callable: 0, waiting: 0 }), find: async () => [] },
        occupancy: async () => ({ ready: 0, occupied: 0, loggedIn: 0 }),
        post: async () => 200,
      });
      await node.start();
      await activity.idle();
      return {
        campaigns: node,
        dialing: ownDialing,
        stop: async () => {
          await node.stop();
          ownJournal.stop();
          ownConfiguration.close();
          await own.close();
          await heardOthers();
        },
      };
    },
    reset: async () => {
      await activity.idle();
      for (const { group } of await campaigns.sequences.all()) await campaigns.sequences.forceUnload(group.dbid);
      for (const { name } of await campaigns.loaded()) await campaigns.forceUnload({ name });
      if (changed) await configuration.apply(file);
      changed = false;
      Object.assign(dialing, { left: 0, onDesktopRecords: false });
      for (const noted of [dialing.orders, dialing.cancelled, dialing.blocked, posts, postStatus]) noted.splice(0);
    },
    close: async () => {
      await app.close();
      await activity.idle();
      await campaigns.stop();
      journal.stop();
      configuration.close();
    },
  };
}

/** A client of a WebSocket: what it sends and what it hears. */
export class Client {
  readonly #heard: JsonObject[] = [];
  readonly #waiting: { wants: (message: JsonObject) => boolean; take: (message: JsonObject) => void }[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as JsonObject;
      const index = this.#waiting.findIndex(({ wants }) => wants(message));
      const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (waiting) waiting.take(message);
      else this.#heard.push(message);
    });
  }

  static open(url: string, user: string, password: string): Promise<Client> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const socket = new WebSocket(url, { headers: { authorization } });
    const client = new Client(socket);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('unexpected-response', (_request, response) => reject(new Error(String(response.statusCode))));
      socket.on('error', reject);
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message. */
  next(): Promise<JsonObject> {
    return this.pick(() => true);
  }

  /** The next message that is wanted; others that come before it stay to be taken. */
  pick(wants: (message: JsonObject) => boolean): Promise<JsonObject> {
    const index = this.#heard.findIndex(wants);
    const [heard] = index < 0 ? [] : this.#heard.splice(index, 1);
    return heard ? Promise.resolve(heard) : new Promise((take) => this.#waiting.push({ wants, take }));
  }

  /** The next messages. */
  async take(count: number): Promise<JsonObject[]> {
    const messages: JsonObject[] = [];
    for (let index = 0; index < count; index += 1) messages.push(await this.next());
    return messages;
  }

  /** Sends, and answers the next message. */
  ask(message: unknown): Promise<JsonObject> {
    this.send(message);
    return this.next();
  }

  /** The code with which the server closes. */
  closed(): Promise<number> {
    return new Promise((resolve) => this.socket.on('close', resolve));
  }

  async close(): Promise<void> {
    if (this.socket.readyState === this.socket.CLOSED) return;
    const closed = this.closed();
    this.socket.close();
    await closed;
  }
}
