import pg from 'pg';
import { newSessionId } from 'ringback/dist/kernel/index.js';
import { KNOWN } from './application.js';

const CREATE = {
  name: 'raw-create',
  text: `insert into session (id, flow, version, state, step, snapshot, configuration, parameters, environment, started_at, changed_at)
         values ($1, 'raw', 1, 'done', 1, $2, '{even}', '{}', '{}', $3, $3)`,
};
const POST = {
  name: 'raw-post',
  text: 'insert into session_message (session, at, event) values ($1, $2, $3) returning id',
};
/** The rows that one durable transition writes. */
const MOVE = {
  name: 'raw-move',
  text: `with moved as (
           update session set step = step + 1, snapshot = $2, configuration = $3, changed_at = $4 where id = $1
           returning id, step
         ), consumed as (
           delete from session_message where id = $5
         ), journaled as (
           insert into event (at, type, session, data) select $4, 'session.state', id, $6 from moved
         )
         insert into session_step (session, step, at, input, caused) select id, step, $4, $7, '[]' from moved`,
};

/**
 * The row writes of a durable transition by plain clients of the database, each in a statement and a commit of its own:
 * the event is stored, then the session moves.
 */
export class RawWrites {
  private constructor(
    private readonly clients: readonly pg.Client[],
    private readonly sessions: readonly string[],
  ) {}

  static async open(connectionString: string, connections: number, sessions: number): Promise<RawWrites> {
    const clients = await Promise.all(
      Array.from({ length: connections }, async () => {
        const client = new pg.Client(connectionString);
        await client.connect();
        return client;
      }),
    );
    const ids = Array.from({ length: sessions }, () => newSessionId());
    const at = new Date().toISOString();
    for (const id of ids) await clients[0]?.query({ ...CREATE, values: [id, snapshot(id, 0), at] });
    return new RawWrites(clients, ids);
  }

  get connections(): number {
    return this.clients.length;
  }

  /** @param turn which of the connection's sessions is next */
  async transition(connection: number, turn: number): Promise<void> {
    const client = this.clients[connection];
    const own = Math.floor(this.sessions.length / this.clients.length);
    const id = this.sessions[connection * own + (turn % own)] ?? '';
    if (!client) throw new Error(`There is no connection ${connection}.`);
    const at = new Date().toISOString();
    const event = JSON.stringify({ name: 'n', data: { by: 1 } });
    const posted = await client.query<{ id: string }>({ ...POST, values: [id, at, event] });
    const journaled = { step: turn, event: 'n', exited: ['even'], entered: ['odd'], configuration: ['running', 'odd'] };
    const values = [id, snapshot(id, turn), ['running', 'odd'], at, posted.rows[0]?.id, JSON.stringify(journaled)];
    await client.query({ ...MOVE, values: [...values, `{"event": ${event}}`] });
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end();
  }
}

function snapshot(session: string, count: number): string {
  const head = { format: 1, session, name: 'waits', step: count, counter: 1, configuration: ['running', 'odd'] };
  const more = { history: [], invokes: [], initialised: [], ioprocessors: [['scxml', `#_scxml_${session}`]] };
  return JSON.stringify({ ...head, ...more, data: { vars: { count, known: KNOWN } } });
}
