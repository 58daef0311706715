import { decodeBasicHttp, type Effect, encodeBasicHttp, type HttpMessage } from '@ringback/scxml';
import { type JsonObject, newId } from '../kernel/index.js';
import type { Action, SessionSubject } from './action-module.js';
import { BASIC_HTTP, SEND } from './modules/basic-http.js';
import type { Outbox } from './outbox.js';
import type { SessionEvent } from './session-event.js';
import type { TurnRow } from './session-statements.js';

type SendEffect = Extract<Effect, { kind: 'send' }>;

/** The address of the Basic HTTP event I/O processor: a type of `<send>`, and a name in `_ioprocessors`. */
export const BASIC_HTTP_PROCESSOR = 'http://www.w3.org/TR/scxml/#BasicHTTPEventProcessor';

/** The Basic HTTP event I/O processor (SCXML 1.0, C.2), by its name or its address. */
export function isBasicHttp(type: string | undefined): boolean {
  return (
    type === 'basichttp' ||
    type === BASIC_HTTP_PROCESSOR ||
    type === BASIC_HTTP_PROCESSOR.slice(0, -'EventProcessor'.length)
  );
}

export interface HttpSending {
  turn: TurnRow;
  session: SessionSubject;
  /** The session whose location an address is. */
  sessionAt: (url: string) => string | undefined;
  /** What the sender hears when there is no such session. */
  otherwise: SessionEvent | undefined;
  /** Begins to transmit what has been committed. */
  carryOut: (module: string, action: Action) => void;
  /** Number of this node. */
  node: number;
  /** When the macrostep ran. */
  now: number;
  /** When it is to be transmitted; undefined: at once. */
  due: number | undefined;
}

/**
 * Adds a `<send>` over HTTP to what its macrostep stores: as an event when the target is the location of a session
 * here, so that it keeps its place among the others; otherwise as an action that is carried out after the commit.
 */
export function collectHttpSend(outbox: Outbox, effect: SendEffect, sending: HttpSending): void {
  const { turn, session, now, due } = sending;
  const message = encodeBasicHttp(effect);
  const target = sending.sessionAt(message.url) ?? (isOwnLocation(message.url, turn.id) ? turn.id : undefined);
  if (target !== undefined) {
    const event = receivedEvent(message);
    if (due === undefined) outbox.send({ target }, event, sending.otherwise);
    else outbox.timer({ send_id: effect.sendId, due, target, event, action: null });
    return;
  }
  const action: Action = {
    session,
    requestId: newId(),
    name: turn.ors ? SEND.ors : SEND.w3c,
    attributes: {
      ...{ url: message.url, headers: { ...message.headers }, body: message.body, sendid: effect.sendId },
      ...(turn.ors && { state: effect.state ?? '', from: sentFrom(turn, effect) }),
    },
    ...{ children: [], parameters: {}, now: due ?? now },
  };
  if (due !== undefined) {
    // An action consists of JSON values only.
    const stored = { ...action, module: BASIC_HTTP } as unknown as JsonObject;
    outbox.timer({ send_id: effect.sendId, due, target: turn.id, event: null, action: stored });
    return;
  }
  const row = {
    id: action.requestId,
    module: BASIC_HTTP,
    action: action.name,
    phase: 'execute',
    subject: null,
    node: sending.node,
  } as const;
  outbox.action({ ...row, request: action });
  outbox.afterCommit(() => sending.carryOut(BASIC_HTTP, action));
}

/** Where a `<send>` stands, for the error events of the original (ors-core-queue.md 1.4). */
export function sentFrom({ ors }: Pick<TurnRow, 'ors'>, { document = '', line }: SendEffect): JsonObject {
  return ors ? { document, element: 'send', linenumber: line } : {};
}

/** The event that a request to a session's location stands for. */
export function receivedEvent(message: HttpMessage): SessionEvent {
  const { name, data, origintype, raw } = decodeBasicHttp(message);
  return {
    name,
    ...(data !== undefined && { data }),
    ...(origintype !== undefined && { origintype }),
    ...(raw !== undefined && { raw }),
  };
}

const LOCATION = /\/scxml\/session\/([~\w-]+)\/basichttp(?:\?.*)?$/;

/** Path of a session's location under the address of a server. */
export function locationPath(session: string): string {
  return `/scxml/session/${session}/basichttp`;
}

/** The session whose location an address is, whatever the server. */
export function sessionOfLocation(url: string): string | undefined {
  return LOCATION.exec(url)?.[1];
}

/** A session that sends to itself may have got its location when the server was at another port. */
function isOwnLocation(url: string, session: string): boolean {
  return sessionOfLocation(url) === session;
}
