import { isObject, type JsonObject, type JsonValue, newId } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import type { ApplicationSource } from './application-source.js';
import type { Nodes } from './nodes.js';
import type { Reply } from './replies.js';
import type { SessionDirectory } from './session-directory.js';
import type { SessionEvent } from './session-event.js';
import type { Sessions } from './sessions.js';

/** A session that can be spoken to. */
export interface LiveSession {
  id: string;
  /** Number of the node that started it. */
  node: number;
  /** Whether its application is written in the original's dialect. */
  ors: boolean;
  /** Its time to start has not come. */
  isScheduled: boolean;
}

/** A session to start for a client. */
export interface StartOrder {
  /** Name of a flow, or address of its document; several separated by blanks: the first that can be loaded. */
  application: string;
  parameters: JsonObject;
  /** Milliseconds since 1970; absent or past: at once. */
  startAt?: number;
  /** Name of a request that the application answers before the client is answered. */
  request?: string;
}

/** What a client may read of a session. */
export interface SessionReport {
  sessionid: string;
  name: string;
  src: string | null;
  /** ISO 8601. */
  starttime: string;
  node: number;
  states: string[];
  data: JsonObject;
}

interface LiveRow {
  node: number | null;
  ors: boolean;
  state: string;
}

const FIND = statement(
  'session-find-live',
  `select s.node, s.state, coalesce(f.ors, false) as ors
     from session s left join flow_version f on f.flow = s.flow and f.version = s.version
    where s.id = $1 and s.state in ('running', 'scheduled')`,
);

/** In the dialect of the original, data are the members of `_data`; the rest are variables of scripts. */
function declared(data: JsonObject): JsonObject {
  // An object of JSON values is one.
  return isObject(data._data) ? (data._data as JsonObject) : data;
}

const SESSION_ID = /^(?:~\d{1,9}~)?[~\w-]{1,64}$/;

/**
 * What clients outside ask of sessions, free of HTTP: start, events, requests, a report, the end. Everything that they
 * are told has happened is committed.
 */
export class ClientRequests {
  constructor(
    private readonly parts: {
      database: Database;
      sessions: Sessions;
      source: ApplicationSource;
      directory: SessionDirectory;
      nodes: Nodes;
    },
  ) {}

  /** A session that runs or is to start later; undefined when it has ended or never was. */
  async find(id: string): Promise<LiveSession | undefined> {
    if (!SESSION_ID.test(id)) return undefined;
    const [row] = await this.parts.database.query<LiveRow>(FIND, [id]);
    return row && { id, node: row.node ?? 1, ors: row.ors, isScheduled: row.state === 'scheduled' };
  }

  /** Address of another node that lives and started the session; undefined when this one should answer. */
  ownerOf(session: LiveSession): string | undefined {
    return this.parts.nodes.addressOf(session.node);
  }

  /**
   * Starts a session; resolves after its first macrostep, or after the application's answer when a request is given.
   * @returns `reply` is undefined without a request, and when there is no answer within `waitMs`
   * @throws RingbackError one of `LOAD_PROBLEMS`
   */
  async start(order: StartOrder, waitMs: number): Promise<{ session: string; node: number; reply?: Reply }> {
    const { database, sessions, source, nodes } = this.parts;
    const { application, parameters, startAt, request } = order;
    const found = await source.find(application);
    if ('problem' in found) throw found.problem;
    const startRequestId = newId();
    const start = {
      ...found,
      parameters,
      ...(startAt !== undefined && { startAt }),
      ...(request !== undefined && { startRequest: request, startRequestId }),
    };
    // One statement is a transaction; a later start has a timer besides.
    const session =
      startAt === undefined
        ? await sessions.start(database, start)
        : await database.transaction((tx) => sessions.start(tx, start));
    const node = nodes.own;
    if (request !== undefined) {
      sessions.wake(session);
      const reply = await sessions.reply(startRequestId, waitMs);
      return { session, node, ...(reply && { reply }) };
    }
    await sessions.begin(session, waitMs);
    return { session, node };
  }

  /**
   * Posts an event; resolves when it is stored, or with `waitMs` when the session has processed it.
   * @returns false when the session has ended
   * @throws RingbackError `mailbox-full`
   */
  async event(session: string, event: SessionEvent, waitMs: number): Promise<boolean> {
    return this.parts.sessions.deliver(session, event, waitMs);
  }

  /**
   * Sends a request and waits for the application's answer.
   * @returns undefined when there is none within `waitMs`
   * @throws RingbackError `mailbox-full`
   */
  async request(
    session: string,
    name: string,
    data: JsonValue,
    waitMs: number,
  ): Promise<Reply | 'no-session' | undefined> {
    return this.parts.sessions.request(session, name, data, waitMs);
  }

  /** Ends a session by its exit handlers; false when it has ended already. Resolves when it has, or after `waitMs`. */
  async terminate(session: string, waitMs: number): Promise<boolean> {
    const { database, sessions } = this.parts;
    const terminated = await database.transaction((tx) => sessions.terminate(tx, session, 'terminated by a client'));
    if (terminated) await sessions.settle(session, waitMs);
    return terminated;
  }

  /** What the session is doing; undefined when it has ended or never was. `names`: only these data. */
  async report(session: LiveSession, names: readonly string[]): Promise<SessionReport | undefined> {
    const found = await this.parts.directory.current(session.id);
    if (!found) return undefined;
    const { view } = found;
    const data = session.ors ? declared(found.data) : found.data;
    const wanted =
      names.length === 0 ? data : Object.fromEntries(Object.entries(data).filter(([key]) => names.includes(key)));
    return {
      sessionid: session.id,
      name: found.name,
      src: view.url,
      starttime: view.startedAt,
      node: session.node,
      states: view.configuration,
      data: wanted,
    };
  }
}
