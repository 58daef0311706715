import { instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { JournalEntry } from '../reporting/index.js';
import type { SessionEvent } from './session-event.js';

/** An event for a mailbox. */
interface OutgoingMessage {
  /** Order among the messages and cancellations of its macrostep. */
  place: number;
  /** Id of the session that receives it. */
  target?: string;
  /** Instead: the session that the sender invoked under this id. */
  child?: string;
  event: SessionEvent;
  /** What the sender receives when there is no such session, or it has ended. */
  otherwise?: SessionEvent;
}

interface OutgoingTimer {
  send_id: string | null;
  due_at: string;
  target: string;
  event: SessionEvent | null;
  action: JsonObject | null;
}

interface Cancellation {
  place: number;
  send_id: string;
  /** A timer of the same macrostep has been taken back already. */
  taken: boolean;
  /** What the session hears when something was cancelled, and when not; nothing if absent. */
  done?: SessionEvent;
  none?: SessionEvent;
}

/** An action that is answered later. */
export interface OutgoingAction {
  id: string;
  module: string;
  action: string;
  phase: 'execute' | 'waiting';
  subject: string | null;
  request: object;
  /** Number of the node that carries it out. */
  node: number;
}

/** What a macrostep did, for those who look back: enough to repeat it. */
export interface StepInput {
  /** The consumed event; null for the first macrostep. */
  event: SessionEvent | null;
  /** What the application saw of its session under `_genesys` at the start; later, events say how it changed. */
  environment?: JsonValue;
  /** `_name`, at the start. */
  name?: string;
  /** Event I/O processors beside the SCXML one, at the start. */
  ioprocessors?: JsonValue;
  /** What the server answered when the application asked for values. */
  answers?: JsonObject;
  /** Targets that could not be reached. */
  unreachable?: string[];
}

/** An application's answer to a request of a client. */
interface OutgoingAnswer {
  place: number;
  /** Id of the request. */
  id: string;
  status: number;
  body: JsonValue;
  /** Whether the client waits at this node: then nobody has to find the answer later. */
  here: boolean;
  /** What the session hears when the request was answered, and when there is none that waits. */
  done: SessionEvent;
  none: SessionEvent;
}

interface OutgoingEntry {
  type: string;
  callback?: string;
  data: JsonObject;
}

/** The contents of an outbox, as the statements take them (`step-statements.ts`). */
export interface OutboxLists {
  sends: OutgoingMessage[];
  timers: OutgoingTimer[];
  cancels: Cancellation[];
  answers: OutgoingAnswer[];
  actions: OutgoingAction[];
  journal: OutgoingEntry[];
}

/** What was in an outbox. */
export interface Outgoing {
  lists: Partial<OutboxLists>;
  /** The earliest of the timers, in milliseconds since 1970; infinite without one. */
  due: number;
  after: readonly (() => void)[];
}

/** Gathers what one macrostep asks for, so that all of it is stored by one statement, in the order of the requests. */
export class Outbox {
  #lists: Partial<OutboxLists> = {};
  #place = 0;
  #due = Number.POSITIVE_INFINITY;
  #after: (() => void)[] = [];

  get isEmpty(): boolean {
    return Object.keys(this.#lists).length === 0;
  }

  send(to: { target: string } | { child: string }, event: SessionEvent, otherwise?: SessionEvent): void {
    this.#add('sends', { place: this.#next(), ...to, event, ...(otherwise && { otherwise }) });
  }

  /** @param timer.due milliseconds since 1970 */
  timer(timer: Omit<OutgoingTimer, 'due_at'> & { due: number }): void {
    const { due, ...rest } = timer;
    this.#add('timers', { ...rest, due_at: instant(due) });
    this.#due = Math.min(this.#due, due);
  }

  /** Takes delayed sends back, those of this macrostep as well. */
  cancel(sendId: string, events: { done?: SessionEvent; none?: SessionEvent } = {}): void {
    const timers = this.#lists.timers ?? [];
    const left = timers.filter(({ send_id }) => send_id !== sendId);
    if (left.length > 0) this.#lists.timers = left;
    else delete this.#lists.timers;
    this.#add('cancels', { place: this.#next(), send_id: sendId, taken: left.length < timers.length, ...events });
  }

  /** A request is answered once: what is answered again in the same macrostep is as if it did not wait. */
  answer(session: string, answer: Omit<OutgoingAnswer, 'place'>): void {
    const isRepeated = this.#lists.answers?.some(({ id }) => id === answer.id) ?? false;
    if (isRepeated) this.send({ target: session }, answer.none);
    else this.#add('answers', { place: this.#next(), ...answer });
  }

  action(action: OutgoingAction): void {
    this.#add('actions', action);
  }

  journal({ type, callback, data }: JournalEntry): void {
    this.#add('journal', { type, ...(callback !== undefined && { callback }), data });
  }

  /** Runs when what is in the outbox has been committed. */
  afterCommit(run: () => void): void {
    this.#after.push(run);
  }

  /** Empties the outbox. */
  take(): Outgoing {
    const taken = { lists: this.#lists, due: this.#due, after: this.#after };
    this.#lists = {};
    this.#due = Number.POSITIVE_INFINITY;
    this.#after = [];
    return taken;
  }

  #next(): number {
    this.#place += 1;
    return this.#place;
  }

  #add<Name extends keyof OutboxLists>(name: Name, item: OutboxLists[Name][number]): void {
    // The list of that name holds items of that kind.
    const list = (this.#lists[name] ?? []) as OutboxLists[Name][number][];
    list.push(item);
    this.#lists[name] = list as OutboxLists[Name];
  }
}
