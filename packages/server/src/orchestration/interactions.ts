import { instant, type JsonObject, newId } from '../kernel/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import { jsonText } from './stored-json.js';

export type InteractionKind = 'inbound' | 'outbound' | 'consult';

/**
 * A call: the leg of the party for whom it was made or who made it (`customer`), the leg of whoever serves that party
 * (`agent`), and further ones while it is a conference. Its parties are the rows of `interaction_party`.
 */
export interface Interaction {
  id: string;
  /** The session that owns it; null: none. */
  session: string | null;
  kind: InteractionKind;
  ani: string;
  dnis: string;
  customer: string;
  agent: string | null;
  userData: JsonObject;
  /** Milliseconds since 1970. */
  endedAt: number | null;
  /** Of a consult call, the interaction that its caller has left for it. */
  parent: string | null;
  /** The routing point on which it waits. */
  focus: string | null;
  /** The request of the treatment that it has now, or had last. */
  treatment: string | null;
  /** Extensions of the last event. */
  xdata: JsonObject;
  /** What classification has found: `{id, name, relevancy}`. */
  categories: JsonObject[];
}

/** What is known of a new interaction. */
export type NewInteraction = Pick<Interaction, 'id' | 'kind' | 'ani' | 'dnis' | 'customer' | 'userData'> &
  Partial<Pick<Interaction, 'agent' | 'parent' | 'focus'>> & { session: string | null };

/** One leg of an interaction. */
export interface PartyRow {
  interaction: string;
  leg: string;
  held: boolean;
  released: boolean;
}

interface InteractionRow {
  id: string;
  session: string | null;
  kind: InteractionKind;
  ani: string;
  dnis: string;
  customer: string;
  agent: string | null;
  user_data: JsonObject;
  ended_at: number | null;
  parent: string | null;
  focus: string | null;
  treatment: string | null;
  xdata: JsonObject;
  categories: JsonObject[] | null;
}

const ADD = statement(
  'interaction-add',
  `with added as (
     insert into interaction (id, session, kind, ani, dnis, customer, agent, user_data, created_at, parent, focus)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     returning id, customer, agent
   )
   insert into interaction_party (interaction, leg)
   select id, customer from added union select id, agent from added where agent is not null`,
);
const READ = statement('interaction-read', 'select * from interaction where id = $1');
const LOCK = statement('interaction-lock', 'select * from interaction where id = $1 for update');
const BY_LEG = statement(
  'interaction-by-leg',
  'select * from interaction where customer = $1 or agent = $1 order by created_at limit 1',
);
/** Always in the same order, so that two legs of the same interactions cannot block each other. */
const LOCK_BY_LEG = statement(
  'interaction-lock-by-leg',
  `select * from interaction
    where id in (select interaction from interaction_party where leg = $1) order by id for update`,
);
const LOCK_MANY = statement(
  'interaction-lock-many',
  'select * from interaction where id = any($1) order by id for update',
);
const OF_SESSION = statement(
  'interaction-of-session',
  'select * from interaction where session = $1 and ended_at is null order by created_at, id',
);
const OPEN = statement('interaction-open', 'select * from interaction where ended_at is null order by created_at, id');
const LEFT_BEHIND = statement(
  'interaction-left-behind',
  `select i.* from interaction i join session s on s.id = i.session
    where i.ended_at is null and s.state in ('failed', 'terminated') order by i.created_at`,
);
const CONSULTS = statement(
  'interaction-consults',
  'select id from interaction where parent = $1 and ended_at is null order by created_at, id',
);
const SET_AGENT = statement('interaction-set-agent', 'update interaction set agent = $2 where id = $1');
const SET_SESSION = statement('interaction-set-session', 'update interaction set session = $2 where id = $1');
const SET_FOCUS = statement('interaction-set-focus', 'update interaction set focus = $2 where id = $1');
const SET_TREATMENT = statement('interaction-set-treatment', 'update interaction set treatment = $2 where id = $1');
const SET_EXTENSIONS = statement('interaction-set-extensions', 'update interaction set xdata = $2 where id = $1');
const SET_CATEGORIES = statement('interaction-set-categories', 'update interaction set categories = $2 where id = $1');
const END = statement('interaction-end', 'update interaction set ended_at = $2 where id = $1 and ended_at is null');
const SET_DATA = statement('interaction-set-data', 'update interaction set user_data = $2 where id = $1');
const ADD_PARTY = statement(
  'interaction-add-party',
  'insert into interaction_party (interaction, leg) values ($1, $2) on conflict (interaction, leg) do nothing',
);
const REMOVE_PARTY = statement(
  'interaction-remove-party',
  'delete from interaction_party where interaction = $1 and leg = $2',
);
const FORGET_LEG = statement('interaction-forget-leg', 'delete from interaction_party where leg = $1');
const PARTIES = statement(
  'interaction-parties',
  'select * from interaction_party where interaction = $1 and not released',
);
const IS_PARTY = statement(
  'interaction-is-party',
  'select interaction from interaction_party where leg = $1 and not released',
);
const RELEASE_PARTY = statement(
  'interaction-release-party',
  'update interaction_party set released = true where interaction = $1 and leg = $2',
);
const HOLD_PARTY = statement(
  'interaction-hold-party',
  'update interaction_party set held = $3 where interaction = $1 and leg = $2',
);
const IS_ELSEWHERE = statement(
  'interaction-is-elsewhere',
  `select from interaction_party p join interaction i on i.id = p.interaction
    where p.leg = $2 and p.interaction <> $1 and not p.released and i.ended_at is null`,
);
/** Legs that have to be hung up: released, or of an interaction that is over, and part of no other. */
const TO_HANG_UP = statement(
  'interaction-to-hang-up',
  `select distinct p.leg from interaction_party p join interaction i on i.id = p.interaction
    where (p.released or i.ended_at is not null)
      and not exists (select from interaction_party o join interaction j on j.id = o.interaction
                       where o.leg = p.leg and not o.released and j.ended_at is null)`,
);
const PURGE = statement('interaction-purge', 'delete from interaction where ended_at < $1');
const IS_LIVE_OWNER = statement(
  'interaction-is-live-owner',
  `select id from session where id = $1 and state = 'running'`,
);

export async function addInteraction(sql: Sql, added: NewInteraction, now: number): Promise<Interaction> {
  const { agent = null, parent = null, focus = null } = added;
  const { id, session, kind, ani, dnis, customer, userData } = added;
  const first = [id, session, kind, ani, dnis, customer, agent];
  await sql.query(ADD, [...first, jsonText(userData), instant(now), parent, focus]);
  return { ...added, agent, parent, focus, treatment: null, xdata: {}, categories: [], endedAt: null };
}

export async function readInteraction(sql: Sql, id: string): Promise<Interaction | undefined> {
  const [row] = await sql.query<InteractionRow>(READ, [id]);
  return row && fromRow(row);
}

/**
 * An interaction that nobody else changes until the end of the transaction: its session and what happens to its legs
 * change it at the same time, and each has to see what the other did.
 */
export async function lockInteraction(tx: Transaction, id: string): Promise<Interaction | undefined> {
  const [row] = await tx.query<InteractionRow>(LOCK, [id]);
  return row && fromRow(row);
}

/** As `lockInteraction`, for several, by their ids. */
export async function lockInteractions(tx: Transaction, ids: readonly string[]): Promise<Map<string, Interaction>> {
  const rows = await tx.query<InteractionRow>(LOCK_MANY, [ids]);
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

/**
 * As `lockInteraction`, for the interactions in which a leg takes part. A leg changes its interaction only under the locks
 * of both, so what it belongs to is asked again when they are held.
 */
export async function lockInteractionsOfLeg(tx: Transaction, leg: string): Promise<Interaction[]> {
  const locked = (await tx.query<InteractionRow>(LOCK_BY_LEG, [leg])).map(fromRow);
  if (locked.length === 0) return locked;
  const current = new Set((await tx.query<{ interaction: string }>(IS_PARTY, [leg])).map((row) => row.interaction));
  const missed = [...current].filter((id) => !locked.some((interaction) => interaction.id === id));
  const more = missed.length === 0 ? [] : [...(await lockInteractions(tx, missed)).values()];
  return [...locked.filter(({ id }) => current.has(id)), ...more];
}

/** The interaction for which a leg was dialed. */
export async function interactionOfLeg(sql: Sql, leg: string): Promise<Interaction | undefined> {
  const [row] = await sql.query<InteractionRow>(BY_LEG, [leg]);
  return row && fromRow(row);
}

/** The calls that a session still owns, oldest first. */
export async function interactionsOfSession(sql: Sql, session: string): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(OF_SESSION, [session])).map(fromRow);
}

/** The consult calls of an interaction that are not over, oldest first. */
export async function openConsultsOf(sql: Sql, id: string): Promise<string[]> {
  return (await sql.query<{ id: string }>(CONSULTS, [id])).map((row) => row.id);
}

export async function openInteractions(sql: Sql): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(OPEN)).map(fromRow);
}

/** Calls that are up although their session did not end by itself: they have to be hung up. */
export async function interactionsLeftBehind(sql: Sql): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(LEFT_BEHIND)).map(fromRow);
}

/** Names the leg that serves the interaction, which is a party of it from now on; null: nobody does any more. */
export async function setAgentLeg(tx: Transaction, id: string, leg: string | null): Promise<void> {
  await tx.query(SET_AGENT, [id, leg]);
  if (leg !== null) await addParty(tx, id, leg);
}

/** Gives the interaction to a session; null: to none. */
export async function setOwner(tx: Transaction, id: string, session: string | null): Promise<void> {
  await tx.query(SET_SESSION, [id, session]);
}

/** Whether a session still runs, and so can own an interaction. */
export async function isLiveOwner(sql: Sql, session: string): Promise<boolean> {
  return (await sql.query(IS_LIVE_OWNER, [session])).length > 0;
}

export async function setFocus(tx: Transaction, id: string, focus: string | null): Promise<void> {
  await tx.query(SET_FOCUS, [id, focus]);
}

export async function setTreatment(tx: Transaction, id: string, request: string): Promise<void> {
  await tx.query(SET_TREATMENT, [id, request]);
}

export async function setCategories(tx: Transaction, id: string, categories: readonly JsonObject[]): Promise<void> {
  await tx.query(SET_CATEGORIES, [id, jsonText(categories)]);
}

export async function setExtensions(tx: Transaction, id: string, xdata: JsonObject): Promise<void> {
  await tx.query(SET_EXTENSIONS, [id, jsonText(xdata)]);
}

export async function endInteraction(tx: Transaction, id: string, now: number): Promise<void> {
  await tx.query(END, [id, instant(now)]);
}

export async function setUserData(tx: Transaction, id: string, userData: JsonObject): Promise<void> {
  await tx.query(SET_DATA, [id, jsonText(userData)]);
}

/** The legs that take part, in no particular order. */
export async function partiesOf(sql: Sql, id: string): Promise<PartyRow[]> {
  return sql.query<PartyRow>(PARTIES, [id]);
}

export async function addParty(tx: Transaction, id: string, leg: string): Promise<void> {
  await tx.query(ADD_PARTY, [id, leg]);
}

export async function removeParty(tx: Transaction, id: string, leg: string): Promise<void> {
  await tx.query(REMOVE_PARTY, [id, leg]);
}

/** The leg takes no part any more; whoever says so has it hung up after the commit, or `recover` does. */
export async function releaseParty(tx: Transaction, id: string, leg: string): Promise<void> {
  await tx.query(RELEASE_PARTY, [id, leg]);
}

/** The party has put the interaction on hold, or taken it back. */
export async function holdParty(tx: Transaction, id: string, leg: string, held: boolean): Promise<void> {
  await tx.query(HOLD_PARTY, [id, leg, held]);
}

/** Whether a leg takes part in another interaction that is not over. */
export async function isPartyElsewhere(sql: Sql, id: string, leg: string): Promise<boolean> {
  return (await sql.query(IS_ELSEWHERE, [id, leg])).length > 0;
}

/** A leg that has ended takes part in nothing. */
export async function forgetLeg(tx: Transaction, leg: string): Promise<void> {
  await tx.query(FORGET_LEG, [leg]);
}

/** The legs that were to be hung up when the program died. */
export async function legsToHangUp(sql: Sql): Promise<string[]> {
  return (await sql.query<{ leg: string }>(TO_HANG_UP)).map(({ leg }) => leg);
}

/** Forgets interactions that ended before a time (milliseconds since 1970). */
export async function purgeInteractions(sql: Sql, endedBefore: number): Promise<void> {
  await sql.query(PURGE, [instant(endedBefore)]);
}

export function newInteractionId(): string {
  return newId();
}

function fromRow(row: InteractionRow): Interaction {
  const { id, session, kind, ani, dnis, customer, agent, parent, focus, treatment, xdata } = row;
  const rest = { parent, focus, treatment, xdata, categories: row.categories ?? [] };
  return { id, session, kind, ani, dnis, customer, agent, userData: row.user_data, endedAt: row.ended_at, ...rest };
}
