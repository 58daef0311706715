import type { ContextConfiguration } from './configuration.js';
import { ContextError } from './errors.js';

/** The tenant of an installation that has not named any. */
export const ONLY_TENANT = 1;

/**
 * Finds the tenant that a request is about. Section `tenants` (name = DBID) makes the installation multi-tenant;
 * without it there is one tenant, and what clients send is ignored.
 * @param given DBID or name, as a client names it; undefined when it names none
 * @throws ContextError `no-tenant`, `unknown-tenant`
 */
export function resolveTenant(configuration: ContextConfiguration, given: string | undefined): number {
  const tenants = Object.entries(configuration.section('tenants'));
  if (tenants.length === 0) return ONLY_TENANT;
  if (given === undefined || given === '') throw new ContextError('no-tenant', 'No tenant was named.');
  for (const [name, dbid] of tenants) {
    if ((name === given || dbid === given) && /^\d{1,9}$/.test(dbid)) return Number(dbid);
  }
  throw new ContextError('unknown-tenant', `There is no tenant '${given}'.`, given);
}

/** The DBIDs of all tenants. */
export function allTenants(configuration: ContextConfiguration): number[] {
  const tenants = Object.values(configuration.section('tenants')).filter((dbid) => /^\d{1,9}$/.test(dbid));
  return tenants.length === 0 ? [ONLY_TENANT] : tenants.map(Number);
}
