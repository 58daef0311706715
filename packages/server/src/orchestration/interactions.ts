import { instant, type JsonObject, newId } from '../kernel/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import type { EnvironmentChange } from './session-event.js';
import { jsonText } from './stored-json.js';

/** A call that a session owns: one customer's leg, and an agent's while there is one. */
export interface Interaction {
  id: string;
  session: string;
  kind: 'inbound' | 'outbound';
  ani: string;
  dnis: string;
  customer: string;
  agent: string | null;
  userData: JsonObject;
  endedAt: number | null;
}

interface InteractionRow {
  id: string;
  session: string;
  kind: 'inbound' | 'outbound';
  ani: string;
  dnis: string;
  customer: string;
  agent: string | null;
  user_data: JsonObject;
  ended_at: number | null;
}

const ADD = statement(
  'interaction-add',
  `insert into interaction (id, session, kind, ani, dnis, customer, agent, user_data, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const READ = statement('interaction-read', 'select * from interaction where id = $1');
const LOCK = statement('interaction-lock', 'select * from interaction where id = $1 for update');
const BY_LEG = statement('interaction-by-leg', 'select * from interaction where customer = $1 or agent = $1');
const LOCK_BY_LEG = statement(
  'interaction-lock-by-leg',
  'select * from interaction where customer = $1 or agent = $1 for update',
);
const OF_SESSION = statement(
  'interaction-of-session',
  'select * from interaction where session = $1 and ended_at is null order by created_at',
);
const OPEN = statement('interaction-open', 'select * from interaction where ended_at is null order by created_at');
const LEFT_BEHIND = statement(
  'interaction-left-behind',
  `select i.* from interaction i join session s on s.id = i.session
    where i.ended_at is null and s.state in ('failed', 'terminated') order by i.created_at`,
);
const SET_AGENT = statement('interaction-set-agent', 'update interaction set agent = $2 where id = $1');
const END = statement('interaction-end', 'update interaction set ended_at = $2 where id = $1 and ended_at is null');
const SET_DATA = statement('interaction-set-data', 'update interaction set user_data = $2 where id = $1');

export async function addInteraction(
  sql: Sql,
  interaction: Omit<Interaction, 'endedAt'>,
  now: number,
): Promise<Interaction> {
  const { id, session, kind, ani, dnis, customer, agent, userData } = interaction;
  await sql.query(ADD, [id, session, kind, ani, dnis, customer, agent, jsonText(userData), instant(now)]);
  return { ...interaction, endedAt: null };
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

/** As `lockInteraction`, for the interaction to which a leg belongs. */
export async function lockInteractionOfLeg(tx: Transaction, leg: string): Promise<Interaction | undefined> {
  const [row] = await tx.query<InteractionRow>(LOCK_BY_LEG, [leg]);
  return row && fromRow(row);
}

export async function interactionOfLeg(sql: Sql, leg: string): Promise<Interaction | undefined> {
  const [row] = await sql.query<InteractionRow>(BY_LEG, [leg]);
  return row && fromRow(row);
}

/** The calls that a session still owns, oldest first. */
export async function interactionsOfSession(sql: Sql, session: string): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(OF_SESSION, [session])).map(fromRow);
}

export async function openInteractions(sql: Sql): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(OPEN)).map(fromRow);
}

/** Calls that are up although their session did not end by itself: they have to be hung up. */
export async function interactionsLeftBehind(sql: Sql): Promise<Interaction[]> {
  return (await sql.query<InteractionRow>(LEFT_BEHIND)).map(fromRow);
}

export async function setAgentLeg(tx: Transaction, id: string, leg: string | null): Promise<void> {
  await tx.query(SET_AGENT, [id, leg]);
}

export async function endInteraction(tx: Transaction, id: string, now: number): Promise<void> {
  await tx.query(END, [id, instant(now)]);
}

export async function setUserData(tx: Transaction, id: string, userData: JsonObject): Promise<void> {
  await tx.query(SET_DATA, [id, jsonText(userData)]);
}

/** A party as applications see it (ors-interaction-dialog.md 3.3). */
export interface Party {
  device: string;
  devicetype: 'customer' | 'agent' | 'routepoint';
  state: 'dialing' | 'ringing' | 'connected';
  agentid?: string;
}

/** The interaction as applications see it under `_genesys.ixn.interactions` (ors-interaction-dialog.md 3.2). */
export function interactionModel(interaction: Interaction, parties: readonly Party[]): JsonObject {
  return {
    g_uid: interaction.id,
    category: 'voice',
    tenantid: 1,
    parentid: '',
    contactedaddr: interaction.dnis,
    location: { media_server: 'ringback' },
    parties: Object.fromEntries(parties.map((party) => [party.device, { ...party }])),
    udata: interaction.userData,
    xdata: {},
    voice: {
      callid: interaction.id,
      connid: interaction.id,
      ani: interaction.ani,
      dnis: interaction.dnis,
      type: interaction.kind,
      media: 'TMediaVoice',
    },
  };
}

/** The change that shows an interaction as it is now. */
export function shown(interaction: Interaction, parties: readonly Party[]): EnvironmentChange {
  return { interactions: { [interaction.id]: interactionModel(interaction, parties) } };
}

/** The change that takes an interaction away. */
export function gone(interaction: Interaction): EnvironmentChange {
  return { interactions: { [interaction.id]: null } };
}

export function newInteractionId(): string {
  return newId();
}

function fromRow(row: InteractionRow): Interaction {
  const { id, session, kind, ani, dnis, customer, agent } = row;
  return { id, session, kind, ani, dnis, customer, agent, userData: row.user_data, endedAt: row.ended_at };
}
