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
}

/** What a macrostep did, for those who look back: enough to repeat it. */
export interface StepInput {
  /** The consumed event; null for the first macrostep. */
  event: SessionEvent | null;
  /** What the application saw of its session under `_genesys` at the start; later, events say how it changed. */
  environment?: JsonValue;
  /** Event I/O processors beside the SCXML one, at the start. */
  ioprocessors?: JsonValue;
  /** What the server answered when the application asked for values. */
  answers?: JsonObject;
}

/** The contents of an outbox, as the statements take them (`step-statements.ts`). */
export interface OutboxRecord {
  sends?: OutgoingMessage[];
  timers?: OutgoingTimer[];
  cancels?: Cancellation[];
  actions?: OutgoingAction[];
  journal?: { at: number; type: string; callback?: string; data: JsonObject }[];
  input?: StepInput;
  caused?: JsonObject[];
}

/** Gathers what one macrostep asks for, so that all of it is stored by one statement, in the order of the requests. */
export class Outbox {
  #record: OutboxRecord = {};
  #place = 0;
  #earliest = Number.POSITIVE_INFINITY;
  #after: (() => void)[] = [];
  #isEmpty = true;

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  send(to: { target: string } | { child: string }, event: SessionEvent, otherwise?: SessionEvent): void {
    this.#list('sends').push({ place: this.#next(), ...to, event, ...(otherwise && { otherwise }) });
  }

  /** @param timer.due milliseconds since 1970 */
  timer(timer: Omit<OutgoingTimer, 'due_at'> & { due: number }): void {
    const { due, ...rest } = timer;
    this.#list('timers').push({ ...rest, due_at: instant(due) });
    this.#earliest = Math.min(this.#earliest, due);
  }

  /** Takes delayed sends back, those of this macrostep as well. */
  cancel(sendId: string, answers: { done?: SessionEvent; none?: SessionEvent } = {}): void {
    const timers = this.#record.timers ?? [];
    const left = timers.filter(({ send_id }) => send_id !== sendId);
    if (left.length < timers.length) this.#record.timers = left;
    const taken = left.length < timers.length;
    this.#list('cancels').push({ place: this.#next(), send_id: sendId, taken, ...answers });
  }

  action(action: OutgoingAction): void {
    this.#list('actions').push(action);
  }

  journal(entry: JournalEntry): void {
    const { at, type, callback, data } = entry;
    this.#list('journal').push({ at, type, ...(callback !== undefined && { callback }), data });
  }

  history(input: StepInput, caused: JsonObject[]): void {
    this.#record.input = input;
    this.#record.caused = caused;
    this.#isEmpty = false;
  }

  /** Runs when what is in the outbox has been committed. */
  afterCommit(run: () => void): void {
    this.#after.push(run);
  }

  /** Empties the outbox. `due`: the earliest of the timers, infinite without one. */
  take(): { record: OutboxRecord; due: number; after: readonly (() => void)[] } {
    const taken = { record: this.#record, due: this.#earliest, after: this.#after };
    this.#record = {};
    this.#earliest = Number.POSITIVE_INFINITY;
    this.#after = [];
    this.#isEmpty = true;
    return taken;
  }

  #next(): number {
    this.#place += 1;
    return this.#place;
  }

  #list<Name extends 'sends' | 'timers' | 'cancels' | 'actions' | 'journal'>(
    name: Name,
  ): NonNullable<OutboxRecord[Name]> {
    this.#isEmpty = false;
    const list = this.#record[name] ?? [];
    this.#record[name] = list as OutboxRecord[Name]; // the list of that name, or a new empty one
    return list as NonNullable<OutboxRecord[Name]>;
  }
}
