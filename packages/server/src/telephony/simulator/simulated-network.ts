import { type Activity, type Clock, Listeners, type Logger, RingbackError } from '../../kernel/index.js';
import { inputAfter } from '../digit-input.js';
import type { Cause, SwitchEvent } from '../switch.js';
import { Agenda } from './agenda.js';
import { type CarriedCall, type Happening, keysOf, nextHappening, type Task, type TaskReport } from './carried-call.js';
import { SEGMENT_CALLS } from './defaults.js';
import { Ledger } from './ledger.js';
import type { LedgerEntry } from './ledger-entry.js';
import { Network } from './network.js';

export interface SimulatedNetworkOptions {
  /** Where the ledger is kept. */
  directory: string;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** So many ended calls fill a segment of the ledger; default `SEGMENT_CALLS`. */
  segmentCalls?: number;
}

/**
 * The simulated network at work: its state, its ledger, and what happens in it by itself as time goes on.
 *
 * Every change goes the same way: `record` notes the entry in the ledger, changes the state by it, plans what happens next
 * to the call and queues the events; `delivered` writes the ledger, then sends the events, in the order of the records. So
 * nothing is heard of that a restarted network would not know. States: closed (before `start`, after `close`), started.
 */
export class SimulatedNetwork {
  readonly #options: SimulatedNetworkOptions;
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #listeners = new Listeners<[SwitchEvent]>();
  #network = new Network();
  #ledger: Ledger | undefined;
  /** The calls that were up at the start, until they are taken up in the turn after it. */
  #toTakeUp: CarriedCall[] = [];
  #outgoing: SwitchEvent[] = [];
  /** How many ended calls each segment of the ledger holds; the current one first. */
  #segments = [0];

  constructor(options: SimulatedNetworkOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#agenda = new Agenda(options.clock, () => this.#inBackground(() => this.happen()));
  }

  /** Reads the ledger and goes on from there. @throws RingbackError `ledger-damaged` */
  start(): void {
    if (this.#ledger) return;
    const network = new Network();
    const segments = [0];
    this.#ledger = Ledger.open(this.#options.directory, this.#options.log, (entry, age) => {
      network.apply(entry);
      if (entry.e === 'end') segments[age] = (segments[age] ?? 0) + 1;
    });
    this.#network = network;
    this.#segments = segments;
    this.#toTakeUp = [...network.callsUp()];
    this.#inBackground(() => this.happen(), nextTurn());
  }

  close(): void {
    this.#agenda.clear();
    this.#ledger?.close();
    this.#ledger = undefined;
    this.#outgoing = [];
  }

  /** What the network knows, for reading. */
  get state(): Network {
    return this.#network;
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#listeners.add(handler);
  }

  /** @throws RingbackError `switch-unavailable` */
  requireStarted(): void {
    if (!this.#ledger) throw new RingbackError('switch-unavailable', 'The simulated network is not started.');
  }

  /** @throws RingbackError `leg-not-answered`, `switch-unavailable` */
  callUp(legId: string): CarriedCall {
    this.requireStarted();
    const call = this.#network.up(legId);
    if (!call) throw new RingbackError('leg-not-answered', `Leg ${legId} is not up, or not any more.`);
    return call;
  }

  /** @throws as `callUp` */
  answeredCall(legId: string): CarriedCall {
    const call = this.callUp(legId);
    if (call.answeredAt === undefined) throw new RingbackError('leg-not-answered', `Leg ${legId} is not answered.`);
    return call;
  }

  record(entry: LedgerEntry, ...events: SwitchEvent[]): void {
    this.requireStarted();
    this.#ledger?.append(entry);
    this.#network.apply(entry);
    if (entry.e === 'call') this.#plan(entry.call.id);
    else if (entry.e === 'join') for (const { id } of this.#network.callsInBridge(entry.bridge)) this.#plan(id);
    else if ('id' in entry) this.#plan(entry.id);
    this.send(...events);
  }

  /** Queues events of which there is nothing to record. */
  send(...events: SwitchEvent[]): void {
    this.#outgoing.push(...events);
  }

  answer(call: CarriedCall, at: number): void {
    this.record({ e: 'answer', id: call.id, at }, { type: 'leg', legId: call.id, at, state: 'answered' });
    this.send(...deviceEvents(call, 'busy', at));
  }

  end(call: CarriedCall, at: number, cause: Cause): void {
    const { id: legId } = call;
    for (const [collectId, collect] of Object.entries(call.collects)) {
      if (collect.endedAt !== undefined) continue;
      const { digits } = inputAfter(collect.request, keysOf(call, collect).slice(0, collect.keyed));
      this.send({ type: 'collected', legId, collectId, digits, reason: 'ended', at });
    }
    for (const [id, task] of Object.entries(call.tasks ?? {})) {
      if (task.endedAt === undefined) this.send(taskEvent(legId, id, cutShort(task, at), at));
    }
    this.record({ e: 'end', id: legId, at, cause }, { type: 'leg', legId, at, state: 'ended', cause });
    const [ended = 0] = this.#segments;
    this.#segments[0] = ended + 1;
    this.send(...deviceEvents(call, 'idle', at));
  }

  /** Lets everything happen that is due by now. */
  happen(): void {
    this.#takeUp();
    for (let due = this.#agenda.next(); due; due = this.#agenda.next()) {
      const call = this.#network.up(due.key);
      const happening = call && nextHappening(call);
      if (call && happening) this.#carryOut(call, happening);
    }
  }

  /**
   * Resolves when everything recorded is written and its events are sent. What is recorded in one turn is written at once.
   * @throws RingbackError `switch-unavailable` when the disk refuses
   */
  async delivered(): Promise<void> {
    await Promise.resolve();
    this.#deliver();
  }

  #carryOut(call: CarriedCall, happening: Happening): void {
    const { id: legId } = call;
    const { at } = happening;
    switch (happening.kind) {
      case 'answer':
        this.answer(call, at);
        break;
      case 'end':
        this.end(call, at, happening.cause);
        break;
      case 'progress': {
        const { result } = happening;
        this.record({ e: 'progress', id: legId, at, result }, { type: 'call-progress', legId, at, result });
        break;
      }
      case 'played': {
        const { play } = happening;
        this.record({ e: 'played', id: legId, at, play }, { type: 'played', legId, playId: play, at });
        break;
      }
      case 'digit': {
        const { collect, digit } = happening;
        this.record({ e: 'digit', id: legId, at, collect, digit }, { type: 'digit', legId, digit, at });
        break;
      }
      case 'collected': {
        const { collect, result } = happening;
        const event: SwitchEvent = { type: 'collected', legId, collectId: collect, ...result, at };
        this.record({ e: 'collected', id: legId, at, collect, result }, event);
        break;
      }
      case 'task': {
        const { task } = happening;
        const report = call.tasks?.[task]?.report;
        if (report) this.record({ e: 'task-over', id: legId, at, task }, taskEvent(legId, task, report, at));
        break;
      }
    }
  }

  /** Takes up the calls of before the start; callers who wait since then may not have been heard of. */
  #takeUp(): void {
    for (const call of this.#toTakeUp.splice(0)) {
      this.#plan(call.id);
      const waits = call.direction === 'inbound' && call.answeredAt === undefined && this.#network.up(call.id);
      if (waits) this.send(inboundEvent(call));
    }
  }

  #plan(legId: string): void {
    const call = this.#network.up(legId);
    this.#agenda.set(legId, call && nextHappening(call)?.at);
  }

  #deliver(): void {
    const ledger = this.#ledger;
    if (!ledger) return;
    ledger.write();
    if ((this.#segments[0] ?? 0) >= (this.#options.segmentCalls ?? SEGMENT_CALLS)) this.#rotate(ledger);
    for (const event of this.#outgoing.splice(0)) {
      try {
        this.#listeners.notify(event);
      } catch (error) {
        this.#options.log.error({ err: error, event }, 'A listener failed on an event of the simulated network');
      }
    }
  }

  #rotate(ledger: Ledger): void {
    try {
      const dropped = ledger.rotate(this.#network.head(this.#clock.now()));
      if (dropped) this.#network.forgetOldest(this.#segments.pop() ?? 0);
      this.#segments.unshift(0);
    } catch (error) {
      this.#options.log.error({ err: error }, 'The ledger of the simulated network could not begin a new segment');
    }
  }

  #inBackground(work: () => void, after?: Promise<void>): void {
    this.#options.activity
      .run(async () => {
        if (after) await after;
        if (!this.#ledger) return;
        work();
        this.#deliver();
      })
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'The simulated network failed');
      });
  }
}

/** How the end of a recording or a voice application is reported. */
export function taskEvent(legId: string, id: string, report: TaskReport, at: number): SwitchEvent {
  if (report.type === 'application') return { ...report, legId, runId: id, at };
  return { ...report, legId, recordId: id, at };
}

/** What is reported of a task whose leg has ended. */
function cutShort({ startedAt, report }: Task, at: number): TaskReport {
  if (report.type === 'recorded') return { ...report, durationMs: at - startedAt, reason: 'ended' };
  const error = { error: 'hangup', description: 'the call has ended' };
  return { type: 'application', outcome: { result: {}, error } };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How a caller is announced. */
export function inboundEvent({ id, number, other, at, userData }: CarriedCall): SwitchEvent {
  return { type: 'inbound', legId: id, from: number, to: other, at, ...(userData && { userData }) };
}

/** What an agent's phone does, if it is one and takes notice of the call. */
export function deviceEvents(call: CarriedCall, state: 'idle' | 'ringing' | 'busy', at: number): SwitchEvent[] {
  if (call.agentId === undefined || call.script.outcome === 'busy') return [];
  return [{ type: 'device', device: call.number, state, at }];
}
