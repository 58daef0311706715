import { createHash, timingSafeEqual } from 'node:crypto';
import type { ContextServices } from '../../context/index.js';
import { Refusal } from './errors.js';

/** The people who may use the API when option `use-role` of section `cview` is set. */
export interface People {
  /** @returns the person whose password it is, with their roles; undefined for wrong credentials */
  verify(name: string, password: string): Promise<{ name: string; roles: readonly string[] } | undefined>;
}

/** What an operation needs: reading, writing, or changing what belongs to everybody (purges, definitions, expiry). */
export type Need = 'read' | 'work' | 'write';

/** The right to an operation: its task in the original's notation, such as `UCS.Service.startService`. */
export interface Right {
  task: string;
  need: Need;
}

export interface Principal {
  name: string;
  /** @throws Refusal `forbidden` */
  require(right: Right): void;
}

/**
 * What the roles of Ringback may do unless section `cs-roles` says otherwise (role = comma list of READ, WORK, WRITE and
 * tasks). WRITE includes everything; WORK is what an agent does with a customer: profiles, services, states and tasks.
 */
const DEFAULT_GRANTS: Readonly<Record<string, string>> = {
  administrator: 'WRITE',
  supervisor: 'WRITE',
  agent: 'READ,WORK',
  developer: 'READ',
};

const ANYBODY: Principal = { name: 'anonymous', require: () => undefined };

/**
 * Finds out who asks. With `username` and `password` in section `server`, those are needed; with option `use-role`, a
 * person's credentials are, and the roles decide.
 * @throws Refusal `unauthorized`
 */
export async function authenticate(
  context: ContextServices,
  people: People | undefined,
  authorization: string | undefined,
): Promise<Principal> {
  const { username = '', password = '' } = context.configuration.section('server');
  const useRole = context.settings.useRole;
  if (password === '' && !useRole) return ANYBODY;
  const given = parseBasic(authorization);
  if (!given) throw new Refusal('unauthorized', 'Credentials are needed.');
  if (password !== '' && same(given.name, username) && same(given.password, password)) {
    return { name: given.name || 'server', require: () => undefined };
  }
  const person = useRole ? await people?.verify(given.name, given.password) : undefined;
  if (!person) throw new Refusal('unauthorized', 'The credentials are not valid.');
  return { name: person.name, require: (right) => requireRight(context, person, right) };
}

function requireRight(
  context: ContextServices,
  person: { name: string; roles: readonly string[] },
  right: Right,
): void {
  const configured = context.configuration.section('cs-roles');
  const grants = new Set(
    person.roles.flatMap((role) =>
      (configured[role] ?? DEFAULT_GRANTS[role] ?? '').split(',').map((one) => one.trim()),
    ),
  );
  if (grants.has('WRITE') || grants.has(right.task)) return;
  if (right.need === 'read' && grants.has('READ')) return;
  if (right.need === 'work' && grants.has('WORK')) return;
  throw new Refusal('forbidden', `The roles of '${person.name}' do not include ${right.task}.`);
}

function parseBasic(authorization: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { name: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Compares in a time that does not tell how much is right. */
function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
