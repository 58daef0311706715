import { type Clock, instant, type JsonObject, Listeners, RingbackError } from '../kernel/index.js';
import { type Database, type Sql, statement, type Transaction } from '../store/index.js';
import type { SessionStarter } from './sessions.js';

/** What an agent is asked about a callback. */
export interface Invitation {
  /** Names the question at desktops, as handles of outbound records do. */
  handle: number;
  callback: string;
  agent: string;
  kind: 'preview' | 'disposition';
  /** What the agent is shown. */
  data: JsonObject;
}

/** What an agent says to a preview, or of a conversation. */
export type InvitationAnswer =
  | { type: 'accept' }
  | { type: 'reject'; reason?: string }
  | { type: 'disposition'; data: JsonObject };

interface StoredInvitation extends Invitation {
  session: string;
}

const COLUMNS = 'handle, callback, session, agent, kind, data';
const INSERT = statement(
  'callback-invite',
  `insert into callback_invitation (callback, session, agent, kind, data, offered_at) values ($1, $2, $3, $4, $5, $6)
   returning ${COLUMNS}`,
);
const OF_AGENT = statement(
  'callback-invitations-of-agent',
  `select ${COLUMNS} from callback_invitation where agent = $1 order by handle`,
);
const TAKE = statement(
  'callback-invitation-take',
  `delete from callback_invitation where handle = $1 and agent = $2 and kind = any ($3) returning ${COLUMNS}`,
);
const WITHDRAW = statement(
  'callback-invitations-withdraw',
  `delete from callback_invitation where session = $1 returning ${COLUMNS}`,
);

/** Which answers belong to which question. */
const ANSWERS: Readonly<Record<InvitationAnswer['type'], Invitation['kind']>> = {
  accept: 'preview',
  reject: 'preview',
  disposition: 'disposition',
};

/**
 * Questions that the application of a callback puts to agents. A question is stored in the macrostep that puts it; the
 * answer takes it away and goes into the session's mailbox in one transaction, so that it counts once, and not at all
 * when the application has withdrawn the question (its time was over, its session has ended).
 */
export class Invitations {
  readonly #offered = new Listeners<[Invitation]>();
  readonly #withdrawn = new Listeners<[Invitation]>();

  constructor(private readonly parts: { database: Database; clock: Clock; sessions: Pick<SessionStarter, 'post'> }) {}

  /** Hears of questions put by this node, after their commit. @returns takes the handler away again */
  onOffered(handler: (invitation: Invitation) => void): () => void {
    return this.#offered.add(handler);
  }

  /** Hears of questions that are open no more without an answer. */
  onWithdrawn(handler: (invitation: Invitation) => void): () => void {
    return this.#withdrawn.add(handler);
  }

  async offer(
    tx: Transaction,
    { session, callback, agent, kind, data }: Omit<StoredInvitation, 'handle'>,
  ): Promise<number> {
    const now = instant(this.parts.clock.now());
    const [stored] = await tx.query<StoredInvitation>(INSERT, [
      callback,
      session,
      agent,
      kind,
      JSON.stringify(data),
      now,
    ]);
    if (!stored) throw new Error('An inserted row is returned.');
    tx.afterCommit(() => this.#offered.notify(shown(stored)));
    return stored.handle;
  }

  /** Takes back whatever a session has asked. */
  async withdraw(tx: Transaction, session: string): Promise<void> {
    const withdrawn = await tx.query<StoredInvitation>(WITHDRAW, [session]);
    if (withdrawn.length === 0) return;
    tx.afterCommit(() => {
      for (const invitation of withdrawn) this.#withdrawn.notify(shown(invitation));
    });
  }

  /** What an agent is being asked, the oldest question first. */
  async ofAgent(agent: string, sql: Sql = this.parts.database): Promise<Invitation[]> {
    return (await sql.query<StoredInvitation>(OF_AGENT, [agent])).map(shown);
  }

  /**
   * An agent answers.
   * @throws RingbackError `no-such-invitation` when the question is not open (any more), or another agent's
   */
  async answer(agent: string, handle: number, answer: InvitationAnswer): Promise<Invitation> {
    const { database, sessions } = this.parts;
    return database.transaction(async (tx) => {
      const [taken] = await tx.query<StoredInvitation>(TAKE, [handle, agent, [ANSWERS[answer.type]]]);
      if (!taken) {
        throw new RingbackError('no-such-invitation', `No question ${handle} about a callback is open for you.`);
      }
      const { session, ...event } = eventOf(taken, answer);
      await sessions.post(tx, session, event);
      return shown(taken);
    });
  }
}

function eventOf({ session, agent, handle }: StoredInvitation, answer: InvitationAnswer) {
  const data: JsonObject = { agent, handle };
  switch (answer.type) {
    case 'accept':
      return { session, name: 'callback.preview.accepted', data };
    case 'reject':
      return {
        session,
        name: 'callback.preview.rejected',
        data: { ...data, ...(answer.reason !== undefined && { reason: answer.reason }) },
      };
    case 'disposition':
      return { session, name: 'callback.disposition.given', data: { ...data, ...answer.data } };
  }
}

function shown({ handle, callback, agent, kind, data }: StoredInvitation): Invitation {
  return { handle, callback, agent, kind, data };
}
