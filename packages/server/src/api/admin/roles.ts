import type { FastifyRequest } from 'fastify';
import { RequestError } from '../http.js';
import type { Identity, Role } from './authentication.js';

/** What people do here, and who may. Administrators may do everything. */
const ALLOWED = {
  'read configuration': ['supervisor', 'developer'],
  /** Call flows and what they use. */
  'change services': ['developer'],
  /** Agents, queues, campaigns, lists such as that of paused services. */
  'change the floor': ['supervisor'],
  /** Server-wide options, applications: what gives access. */
  administer: [],
  watch: ['supervisor', 'developer'],
  /** Agents act for themselves only. */
  'act for agents': ['supervisor', 'agent'],
  'see customers': ['supervisor', 'agent'],
  'edit customers': ['supervisor', 'agent'],
  simulate: ['developer'],
  'ask who one is': ['supervisor', 'agent', 'developer'],
} as const satisfies Record<string, readonly Role[]>;

export type Deed = keyof typeof ALLOWED;
/** Object.keys gives exactly the keys of the table. */
export const deeds = Object.keys(ALLOWED) as readonly Deed[];

declare module 'fastify' {
  interface FastifyContextConfig {
    deed?: Deed;
  }
}

export function isAdministrator(identity: Identity | null): boolean {
  return identity?.roles.has('administrator') ?? false;
}

export function may(identity: Identity | null, deed: Deed): boolean {
  const roles: readonly Role[] = ALLOWED[deed];
  return isAdministrator(identity) || roles.some((role) => identity?.roles.has(role));
}

/** Fastify hook: refuses (403) what the user of the request may not do; a route without a deed is for administrators. */
export async function refuseUnlessAllowed(request: FastifyRequest): Promise<void> {
  const deed = request.routeOptions.config.deed ?? 'administer';
  if (may(request.identity, deed)) return;
  const name = request.identity?.name ?? 'nobody';
  throw new RequestError(403, 'not-allowed', `User "${name}" has no role that may ${deed}.`);
}
