import { Activity, type JsonObject, ManualClock, newId, silentLogger } from '../kernel/index.js';
import type { Database, Transaction } from '../store/index.js';
import { type TestDatabase, testConnection, testDatabase } from '../store/testing.js';
import type { AgentState } from './agent.js';
import type { Agents, RoutingDatabase, RoutingEntry } from './agents.js';
import type { Decision } from './outcome.js';
import type { RouteRequest } from './request.js';
import { createRouting, type Router } from './router.js';
import type { ConfiguredAgent, ConfiguredGroup, PhonePresence, RoutingConfiguration } from './staff.js';
import { parseTargets } from './target-list.js';

let shared: Promise<TestDatabase> | undefined;

export const START = Date.UTC(2026, 4, 15, 12);

/** A configuration that a test changes as it goes. */
export class TestConfiguration implements RoutingConfiguration {
  readonly agents = new Map<string, ConfiguredAgent>();
  readonly groups = new Map<string, ConfiguredGroup>([['Support', {}]]);
  readonly queues = new Map<string, ConfiguredGroup>();
  readonly sections = new Map<string, Record<string, string>>();
  readonly #handlers = new Set<(change: { kind: string; name: string }) => void>();

  objects(kind: 'agents'): ReadonlyMap<string, ConfiguredAgent>;
  objects(kind: 'agent-groups' | 'virtual-queues'): ReadonlyMap<string, ConfiguredGroup>;
  objects(kind: 'agents' | 'agent-groups' | 'virtual-queues'): ReadonlyMap<string, ConfiguredAgent | ConfiguredGroup> {
    return { agents: this.agents, 'agent-groups': this.groups, 'virtual-queues': this.queues }[kind];
  }

  section(name: string): Record<string, string> {
    return this.sections.get(name) ?? {};
  }

  onChange(handler: (change: { kind: string; name: string }) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  putAgent(id: string, more: Partial<ConfiguredAgent> = {}): void {
    this.agents.set(id, { id, dn: `2${id}`, skills: {}, groups: ['Support'], ...more });
    this.changed('agents', id);
  }

  changed(kind: string, name: string): void {
    for (const handler of this.#handlers) handler({ kind, name });
  }
}

/** One process of a test: a router with its agents, and what its handlers heard. */
export interface TestNode {
  router: Router;
  agents: Agents;
  database: Database;
  decisions: Decision[];
  timeouts: RouteRequest[];
  expired: string[];
  /** Replaced by a test to fail, or to write something. */
  onSelected: (tx: Transaction, decision: Decision) => Promise<void>;
}

/** A database, a clock, a configuration, and nodes on them. */
export class RoutingWorld {
  readonly #journaled: { order: number; entry: RoutingEntry }[] = [];
  #order = 0;
  readonly configuration = new TestConfiguration();
  readonly clock: ManualClock;
  readonly activity: Activity;
  readonly #nodes: TestNode[] = [];
  #connections: Database[] = [];

  private constructor(readonly store: TestDatabase) {
    this.activity = store.activity;
    this.clock = new ManualClock(START, this.activity);
  }

  /** Worlds of one test file share a database, one after the other; each finds it empty. */
  static async open(): Promise<RoutingWorld> {
    shared ??= testDatabase({ activity: new Activity() });
    const store = await shared;
    await store.database.query('truncate lease, agent_state, route_request');
    return new RoutingWorld(store);
  }

  /** What was journaled and committed, in the order of writing. */
  get entries(): RoutingEntry[] {
    return [...this.#journaled].sort((a, b) => a.order - b.order).map(({ entry }) => entry);
  }

  get database(): Database {
    return this.store.database;
  }

  /** @param through wraps the database as this node's router sees it */
  async node(
    owner = 'alone',
    {
      database = this.store.database,
      through = (same: Database): RoutingDatabase => same,
      leaseTermMs,
      phones,
    }: {
      database?: Database;
      through?: (same: Database) => RoutingDatabase;
      leaseTermMs?: number;
      phones?: PhonePresence;
    } = {},
  ): Promise<TestNode> {
    const journal = {
      record: async (tx: Transaction, entries: RoutingEntry[]) => {
        // Numbered under the locks of their subjects; commits may be answered in another order.
        const numbered = entries.map((entry) => ({ order: this.#order++, entry }));
        tx.afterCommit(() => this.#journaled.push(...numbered));
      },
    };
    const { router, agents } = createRouting({
      database: through(database),
      journal,
      configuration: this.configuration,
      clock: this.clock,
      activity: this.activity,
      log: silentLogger,
      owner,
      ...(leaseTermMs !== undefined && { leaseTermMs }),
      ...(phones && { phones }),
    });
    const node: TestNode = {
      router,
      agents,
      database,
      decisions: [],
      timeouts: [],
      expired: [],
      onSelected: async () => undefined,
    };
    router.onSelected(async (tx, decision) => {
      await node.onSelected(tx, decision);
      tx.afterCommit(() => node.decisions.push(decision));
    });
    router.onTimeout(async (tx, request) => tx.afterCommit(() => node.timeouts.push(request)));
    router.onReservationExpired(async (tx, { request }) => tx.afterCommit(() => node.expired.push(request)));
    await router.start();
    this.#nodes.push(node);
    return node;
  }

  /** Connections of another process to the same database. */
  async otherProcess(): Promise<Database> {
    const { connectionString } = this.store;
    const database = await testConnection({ connectionString, activity: this.activity });
    this.#connections.push(database);
    return database;
  }

  async close(): Promise<void> {
    for (const { router } of this.#nodes) await router.stop();
    for (const database of this.#connections.splice(0)) await database.close();
  }

  request(id: string, change: Partial<RouteRequest> & { to?: string } = {}): RouteRequest {
    const { to = 'Support@GA', ...rest } = change;
    return {
      id,
      virtualQueue: 'SupportVQ',
      targets: parseTargets(to),
      priority: 0,
      arrival: this.clock.now(),
      selectable: true,
      reservationMs: 30_000,
      ...rest,
    };
  }

  /** Submits in a transaction of its own, and waits until everything that follows has happened. */
  async submit(node: TestNode, id = newId(), change: Partial<RouteRequest> & { to?: string } = {}): Promise<void> {
    await node.database.transaction((tx) => node.router.submit(tx, this.request(id, change)));
    await this.activity.idle();
  }

  async ready(node: TestNode, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      if (!this.configuration.agents.has(id)) this.configuration.putAgent(id);
      await node.agents.login(id);
      await node.agents.ready(id);
    }
    await this.activity.idle();
  }

  async change<T>(node: TestNode, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = await node.database.transaction(work);
    await this.activity.idle();
    return result;
  }

  /** A whole conversation at an agent's phone. */
  async talk(node: TestNode, agent: string, leg: string, milliseconds = 0): Promise<AgentState> {
    await this.change(node, (tx) => node.agents.offered(tx, agent, leg));
    await this.change(node, (tx) => node.agents.answered(tx, agent, leg));
    if (milliseconds > 0) await this.clock.advance(milliseconds);
    await this.change(node, (tx) => node.agents.ended(tx, agent, leg));
    return node.agents.state(agent);
  }

  /** `request>agent` of every decision of a node. */
  served(node: TestNode): string[] {
    return node.decisions.map(({ request, agent }) => `${request.id}>${agent.id}`);
  }

  entriesOf(type: RoutingEntry['type']): JsonObject[] {
    return this.entries
      .filter((entry) => entry.type === type)
      .map(({ data, agent }) => ({ ...data, agent: agent ?? '' }));
  }
}
