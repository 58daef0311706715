import { type Clock, instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import type { Database } from '../store/index.js';
import { LIST_SESSIONS, READ_SESSION, type SessionRow } from './session-statements.js';

/** A session as the administration API shows it (ruling on `GET /api/v1/sessions/{id}`). */
export interface SessionView {
  id: string;
  url: string;
  flow: string;
  version: number;
  state: string;
  configuration: string[];
  final: string | null;
  reason: string | null;
  startedAt: string;
  endedAt: string | null;
  callback: string | null;
  service: string | null;
}

export interface SessionDetail extends SessionView {
  data: JsonValue;
  history: { at: string; event: JsonValue; exited: JsonValue; entered: JsonValue }[];
}

/** Reads sessions for people: what runs, and what each one did. */
export class SessionDirectory {
  constructor(
    private readonly database: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** @param filter.application the name of a flow; `before` is the cursor: the last session of the page before */
  async list(filter: {
    state?: string;
    application?: string;
    limit: number;
    before?: { startedAt: number; id: string };
  }): Promise<SessionView[]> {
    const { state, application, limit, before } = filter;
    const after = before ? instant(before.startedAt) : null;
    const values = [state ?? null, application ?? null, after, before?.id ?? null, limit];
    return (await this.database.query<SessionRow>(LIST_SESSIONS, values)).map(view);
  }

  /** One session with its data model and its history; readable for an hour after its end. */
  async get(id: string): Promise<SessionDetail | undefined> {
    const [row] = await this.database.query<SessionRow>(READ_SESSION, [id]);
    if (!row || (row.ended_at !== null && row.ended_at < this.clock.now() - READABLE_MS)) return undefined;
    const history = await this.journal.history({ session: id, limit: HISTORY_LIMIT });
    return {
      ...view(row),
      data: row.data ?? row.parameters,
      history: history
        .filter(({ type }) => type === 'session.state')
        .map(({ at, event = null, exited = [], entered = [] }: JsonObject & { at: string }) => ({
          at,
          event,
          exited,
          entered,
        })),
    };
  }
}

const READABLE_MS = 3_600_000;
const HISTORY_LIMIT = 1_000;

function view(row: SessionRow): SessionView {
  return {
    id: row.id,
    url: row.main,
    flow: row.flow,
    version: row.version,
    state: row.state,
    configuration: row.configuration,
    final: row.final,
    reason: row.reason,
    startedAt: instant(row.started_at),
    endedAt: row.ended_at === null ? null : instant(row.ended_at),
    callback: row.callback,
    service: row.service,
  };
}
