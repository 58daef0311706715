import { type CarriedCall, type EndedCall, endedCall } from './carried-call.js';
import type { LedgerEntry } from './ledger-entry.js';

/** A call that is up remembers so many of its plays and collects that are over, in case one is asked for again. */
const REMEMBERED_TREATMENTS = 32;

/**
 * What the simulated network knows: the calls that are up, those that ended, the bridges, and how often parties whose
 * outcomes come in a sequence were called. Changed by ledger entries alone, at run time as when the ledger is read again.
 */
export class Network {
  readonly #up = new Map<string, CarriedCall>();
  /** In the order in which they ended. */
  readonly #ended = new Map<string, EndedCall>();
  readonly #bridges = new Map<string, Set<CarriedCall>>();
  readonly #agentCalls = new Map<string, Set<CarriedCall>>();
  /** The calls that are treated (played to, collected from, recorded, run), by the id of the treatment. */
  readonly #treated = new Map<string, CarriedCall>();
  #attempts = new Map<string, number>();
  #placed = 0;

  /** The call as long as it is up. */
  up(id: string): CarriedCall | undefined {
    return this.#up.get(id);
  }

  ended(id: string): EndedCall | undefined {
    return this.#ended.get(id);
  }

  callsUp(): IterableIterator<CarriedCall> {
    return this.#up.values();
  }

  callsEnded(): IterableIterator<EndedCall> {
    return this.#ended.values();
  }

  get endedCount(): number {
    return this.#ended.size;
  }

  /** The calls to an agent's phone that are up. */
  callsOfAgent(agentId: string): Iterable<CarriedCall> {
    return this.#agentCalls.get(agentId) ?? [];
  }

  callsInBridge(bridgeId: string): Iterable<CarriedCall> {
    return this.#bridges.get(bridgeId) ?? [];
  }

  /** The call on which a treatment is under way. */
  treating(id: string): CarriedCall | undefined {
    return this.#treated.get(id);
  }

  /** How often a party with a sequence was called. */
  attempts(party: string): number {
    return this.#attempts.get(party) ?? 0;
  }

  countedParties(): IterableIterator<string> {
    return this.#attempts.keys();
  }

  /** How many calls were ever placed. */
  get placed(): number {
    return this.#placed;
  }

  /** Forgets the calls that ended first. */
  forgetOldest(count: number): void {
    for (const id of this.#ended.keys()) {
      if (count <= 0) return;
      this.#ended.delete(id);
      count -= 1;
    }
  }

  /** What a new segment of the ledger has to begin with. */
  head(at: number): LedgerEntry {
    return {
      e: 'head',
      at,
      calls: [...this.#up.values()],
      attempts: Object.fromEntries(this.#attempts),
      placed: this.#placed,
    };
  }

  /** Entries about calls that are not up change nothing. */
  apply(entry: LedgerEntry): void {
    switch (entry.e) {
      case 'call':
        this.#placed += 1;
        this.#add(entry.call);
        if (entry.sequence !== undefined) this.#attempts.set(entry.sequence, this.attempts(entry.sequence) + 1);
        return;
      case 'restart':
        if (entry.parties === undefined) this.#attempts.clear();
        else for (const party of entry.parties) this.#attempts.delete(party);
        return;
      case 'head':
        this.#restore(entry);
        return;
      default: {
        const call = this.#up.get(entry.id);
        if (call) this.#applyTo(call, entry);
      }
    }
  }

  #applyTo(call: CarriedCall, entry: Exclude<LedgerEntry, { e: 'call' | 'restart' | 'head' }>): void {
    switch (entry.e) {
      case 'answer':
        call.answeredAt = entry.at;
        return;
      case 'progress':
        call.progress = entry.result;
        return;
      case 'join':
        this.#join(call, entry.bridge, entry.at);
        return;
      case 'unjoin':
        this.#leave(call);
        return;
      case 'play':
        call.plays[entry.play] = { until: entry.until };
        this.#treated.set(entry.play, call);
        return;
      case 'played':
        this.#treated.delete(entry.play);
        call.plays[entry.play] = { until: null, endedAt: entry.at, ...(entry.stopped && { stopped: true }) };
        forgetOver(call.plays);
        return;
      case 'collect':
        this.#treated.set(entry.collect, call);
        call.collects[entry.collect] = {
          ...{ startedAt: entry.at, request: entry.request, keyed: 0 },
          ...(entry.listenFrom !== undefined && { listenFrom: entry.listenFrom }),
          ...(entry.keys !== undefined && { keys: entry.keys }),
        };
        return;
      case 'digit': {
        const collect = call.collects[entry.collect];
        if (collect) collect.keyed += 1;
        return;
      }
      case 'collected': {
        this.#treated.delete(entry.collect);
        const collect = call.collects[entry.collect];
        if (collect) Object.assign(collect, { endedAt: entry.at, result: entry.result, stopped: entry.stopped });
        forgetOver(call.collects);
        return;
      }
      case 'task': {
        const { at: startedAt, until, report } = entry;
        this.#treated.set(entry.task, call);
        call.tasks = { ...call.tasks, [entry.task]: { startedAt, until, report } };
        return;
      }
      case 'task-over': {
        this.#treated.delete(entry.task);
        const task = call.tasks?.[entry.task];
        if (task) Object.assign(task, { endedAt: entry.at, stopped: entry.stopped });
        if (call.tasks) forgetOver(call.tasks);
        return;
      }
      case 'end':
        this.#remove(call);
        this.#ended.set(call.id, endedCall(call, entry.at, entry.cause));
    }
  }

  /** Everybody who is alone until now and meets somebody has patience anew. */
  #join(call: CarriedCall, bridgeId: string, at: number): void {
    this.#leave(call);
    const others = this.#bridges.get(bridgeId) ?? new Set();
    this.#bridges.set(bridgeId, others);
    if (others.size > 0) call.talkFrom = at;
    if (others.size === 1) for (const other of others) other.talkFrom = at;
    others.add(call);
    call.bridgeId = bridgeId;
    call.joinedAt = at;
  }

  #leave(call: CarriedCall): void {
    if (call.bridgeId === undefined) return;
    const bridge = this.#bridges.get(call.bridgeId);
    bridge?.delete(call);
    if (bridge?.size === 0) this.#bridges.delete(call.bridgeId);
    delete call.bridgeId;
    delete call.joinedAt;
  }

  #add(call: CarriedCall): void {
    this.#up.set(call.id, call);
    for (const treatments of treatmentsOf(call)) {
      for (const [id, { endedAt }] of Object.entries(treatments))
        if (endedAt === undefined) this.#treated.set(id, call);
    }
    if (call.agentId === undefined) return;
    const calls = this.#agentCalls.get(call.agentId) ?? new Set();
    calls.add(call);
    this.#agentCalls.set(call.agentId, calls);
  }

  #remove(call: CarriedCall): void {
    this.#leave(call);
    this.#up.delete(call.id);
    for (const treatments of treatmentsOf(call)) for (const id of Object.keys(treatments)) this.#treated.delete(id);
    if (call.agentId === undefined) return;
    const calls = this.#agentCalls.get(call.agentId);
    calls?.delete(call);
    if (calls?.size === 0) this.#agentCalls.delete(call.agentId);
  }

  #restore({ calls, attempts, placed }: Extract<LedgerEntry, { e: 'head' }>): void {
    for (const call of [...this.#up.values()]) this.#remove(call);
    for (const call of calls) {
      this.#add(call);
      if (call.bridgeId === undefined) continue;
      const bridge = this.#bridges.get(call.bridgeId) ?? new Set();
      bridge.add(call);
      this.#bridges.set(call.bridgeId, bridge);
    }
    this.#attempts = new Map(Object.entries(attempts));
    this.#placed = placed;
  }
}

function forgetOver(treatments: Record<string, { endedAt?: number }>): void {
  const over = Object.entries(treatments).filter(([, { endedAt }]) => endedAt !== undefined);
  for (const [id] of over.slice(0, Math.max(0, over.length - REMEMBERED_TREATMENTS))) delete treatments[id];
}

function treatmentsOf({ plays, collects, tasks = {} }: CarriedCall): Record<string, { endedAt?: number }>[] {
  return [plays, collects, tasks];
}
