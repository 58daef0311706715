import { type Clock, instant, type JsonObject } from '../kernel/index.js';
import { type Database, type Sql, statement } from '../store/index.js';
import { ContextError } from './errors.js';
import { deleteProfile, holdDefinitions } from './profile-statements.js';
import type { Profiles } from './profiles.js';
import { profileNotFound } from './profiles.js';
import type { ServiceRow } from './service.js';
import type { ServiceExport } from './service-export.js';
import { COLUMNS, deleteServices, deleteStepsOf } from './service-statements.js';

export interface PersonalDataOptions {
  database: Database;
  clock: Clock;
  profiles: Profiles;
  services: ServiceExport;
}

/** Who asks, and why, for the audit. */
export interface Demand {
  actor: string;
  reason?: string | undefined;
}

const allServices = statement(
  'cs-all-services-of-customer',
  `select ${COLUMNS}, extensions from cs_service
   where tenant = $1 and customer_id = $2 order by started_at, id`,
);
const lockServices = statement(
  'cs-lock-services-of-customer',
  'select id from cs_service where tenant = $1 and customer_id = $2 for update',
);
const allLinks = statement(
  'cs-all-contact-links-of-customer',
  `select kind, contact, number, service, at, ended_at from cs_contact_link
   where tenant = $1 and customer_id = $2 order by at, contact`,
);
const deleteLinks = statement(
  'cs-contact-links-delete',
  'delete from cs_contact_link where tenant = $1 and customer_id = $2',
);
const insertAudit = statement(
  'cs-insert-audit',
  `insert into cs_audit (at, tenant, actor, action, customer_id, reason, profiles, services)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
);
const readAudit = statement(
  'cs-read-audit',
  `select id, at, actor, action, customer_id, reason, profiles, services from cs_audit
   where tenant = $1 and ($2::text is null or customer_id = $2) order by id desc limit $3`,
);

/** A callback or call of a customer. */
type LinkRow = JsonObject & { at: number; ended_at: number | null };

const MOST_AUDIT_RECORDS = 1000;

/**
 * One person's data on request: handing it out and erasing it, each with an audit record in the same transaction, which
 * keeps nothing of the person but the customer's id.
 */
export class PersonalData {
  readonly #options: PersonalDataOptions;

  constructor(options: PersonalDataOptions) {
    this.#options = options;
  }

  /**
   * Everything that is stored about a customer.
   * @returns `{customer_id, exported, profile, services, contacts}`; `profile` is absent when there is none
   * @throws ContextError `profile-not-found` when nothing is stored
   */
  async export(tenant: number, customerId: string, demand: Demand): Promise<JsonObject> {
    const { database, clock, profiles, services } = this.#options;
    const profile = await profiles.get(tenant, customerId, 'all').catch(unlessNotFound);
    const rows = await database.query<ServiceRow>(allServices, [tenant, customerId]);
    if (!profile && rows.length === 0) throw profileNotFound(customerId);
    const records = await services.withSteps(rows);
    const contacts = await database.query<LinkRow>(allLinks, [tenant, customerId]);
    const now = clock.now();
    await this.#audit(database, now, tenant, 'export', customerId, demand, profile ? 1 : 0, rows.length);
    return {
      customer_id: customerId,
      exported: instant(now),
      ...(profile && { profile }),
      services: records.map(({ service, steps }) => services.view(tenant, service, steps)),
      contacts: contacts.map(({ at, ended_at: endedAt, ...contact }) => ({
        ...contact,
        at: instant(at),
        ended_at: endedAt === null ? null : instant(endedAt),
      })),
    };
  }

  /**
   * Erases a customer's profile with extensions and keys, and all of the customer's services with states and tasks,
   * and what says which callbacks and calls were the customer's.
   * @returns how much was erased
   * @throws ContextError `profile-not-found` when nothing is stored
   */
  async erase(tenant: number, customerId: string, demand: Demand): Promise<{ profiles: number; services: number }> {
    const { database, clock } = this.#options;
    return database.transaction(
      async (tx) => {
        await tx.query(holdDefinitions, [tenant]);
        const profiles = (await tx.query(deleteProfile, [tenant, customerId])).length;
        const locked = await tx.query<{ id: string }>(lockServices, [tenant, customerId]);
        const ids = locked.map(({ id }) => id);
        if (profiles === 0 && ids.length === 0) throw profileNotFound(customerId);
        await tx.query(deleteStepsOf, [ids]);
        await tx.query(deleteServices, [ids]);
        await tx.query(deleteLinks, [tenant, customerId]);
        await this.#audit(tx, clock.now(), tenant, 'erasure', customerId, demand, profiles, ids.length);
        return { profiles, services: ids.length };
      },
      { statementTimeoutMs: Number.POSITIVE_INFINITY },
    );
  }

  /** What was handed out and erased, the latest first, at most 1000; of one customer or of all. */
  async audit(tenant: number, customerId?: string): Promise<JsonObject[]> {
    const rows = await this.#options.database.query<JsonObject & { at: number }>(readAudit, [
      tenant,
      customerId ?? null,
      MOST_AUDIT_RECORDS,
    ]);
    return rows.map((row) => ({ ...row, at: instant(row.at) }));
  }

  async #audit(
    sql: Sql,
    now: number,
    tenant: number,
    action: 'export' | 'erasure',
    customerId: string,
    { actor, reason }: Demand,
    ...counts: [profiles: number, services: number]
  ): Promise<void> {
    await sql.query(insertAudit, [instant(now), tenant, actor, action, customerId, reason ?? null, ...counts]);
  }
}

function unlessNotFound(error: unknown): undefined {
  if (error instanceof ContextError && error.code === 'profile-not-found') return undefined;
  throw error;
}
