import type { AttributeDescriptor, ChildDescriptor } from '@ringback/scxml';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { Reply } from './reply.js';

/**
 * One family of executable content (`queue`, `ixn`, `dialog` ...): a list of actions, each with its attributes, its
 * request, and the events that answer it. A module is one file under `modules/`, or comes from another domain.
 */
export interface ActionModule {
  /** Namespace URIs without a leading `http://`; documents may write either form. */
  readonly namespaces: readonly string[];
  /** Documents cannot name it: the platform itself asks for its actions. */
  readonly isInternal?: true;
  /** What the events of its actions begin with. */
  readonly prefix: string;
  readonly actions: Readonly<Record<string, ActionDefinition>>;
  /** Functions of `_genesys` that change something; called with the session that called them. */
  readonly functions?: Readonly<Record<string, SessionFunction>>;
  /** Functions of `_genesys` that answer something, by the name under which the prelude asks (`lookups.ts`). */
  readonly lookups?: Readonly<Record<string, SessionLookup>>;
}

/**
 * An action is *performed* in the transaction that stores the macrostep which asked for it, or *executed* after that
 * has committed, or both in this order. Execution happens at least once: after a crash it is repeated.
 */
export interface ActionDefinition {
  readonly attributes: Readonly<Record<string, AttributeDescriptor>>;
  readonly children?: readonly ChildDescriptor[];
  /** What its events are named after, where that is not `<prefix>.<action>`: `voice.createcall` for `<ixn:createcall>`. */
  readonly event?: string;
  perform?(tx: Transaction, action: Action): Promise<ActionOutcome>;
  /** Instead of performing: answers a request of a client, stored with the macrostep itself. */
  reply?(action: Action): RequestReply;
  execute?(action: Action): Promise<ActionOutcome>;
  /** Whether one that is pending after its performance is executed; default: all are. */
  isExecuted?(action: Action): boolean;
  /** Answers instead of executing again what was under way when the program died. */
  interrupted?(action: Action): ActionOutcome | undefined;
}

/** The answer to a request of a client, by the request's id. */
export interface RequestReply {
  readonly request: string;
  readonly reply: Reply;
}

/** One request of a running application. */
export interface Action {
  readonly session: SessionSubject;
  readonly requestId: string;
  readonly name: string;
  readonly attributes: JsonObject;
  readonly children: readonly ActionElement[];
  readonly parameters: JsonObject;
  readonly content?: JsonValue;
  /** Milliseconds since 1970 at which the macrostep ran. */
  readonly now: number;
}

export interface ActionElement {
  readonly name: string;
  readonly attributes: JsonObject;
  readonly children: readonly ActionElement[];
  readonly parameters: JsonObject;
}

/** What an action may know of the session that asked. */
export interface SessionSubject {
  readonly id: string;
  readonly flow: string;
  readonly callback?: string;
  readonly service?: string;
}

/**
 * `done` and `error` become `<event>.done` and `error.<event>` in the session, with the request id among their data.
 * `pending`: the answer comes later, by what `subject` names. `silent`: no event ever follows. `put-off`: of an execution that
 * has had itself stored for later (`Actions.carryOutLater`).
 */
export type ActionOutcome =
  | { done: JsonObject }
  | {
      error: string | number;
      description: string;
      data?: JsonObject;
      /** What else the error event says of itself. */
      about?: { sendid?: string; type?: 'platform' /** Ends the name of the event. */; state?: string };
    }
  | { pending: string }
  | 'pending'
  | 'put-off'
  | 'silent';

export type SessionFunction = (
  tx: Transaction,
  session: SessionSubject,
  args: readonly JsonValue[],
  now: number,
) => Promise<void>;

/**
 * Answers a question of a running application, between two attempts of its macrostep. It changes nothing; null reads as
 * undefined in the application.
 */
export type SessionLookup = (
  session: SessionSubject,
  args: readonly JsonValue[],
  now: number,
) => JsonValue | Promise<JsonValue>;
