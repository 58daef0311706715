import { randomInt } from 'node:crypto';
import { type Clock, digitsOf, instant, RingbackError, toE164 } from '../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../store/sql.js';
import { codeCandidates } from './access-code.js';
import type { ResourceGroup } from './resource-groups.js';

/** What a service wants for its customer. */
export interface AccessRequest {
  /** Id of the service or callback. */
  service: string;
  /** Where its data is stored. */
  storage: string;
  group: ResourceGroup;
  /** How long the access information stays reserved. */
  seconds: number;
  /** Digits of an access code; undefined: none is wanted. */
  codeLength?: number;
  /** The number from which the customer will call. */
  phone?: string;
  /** When the service itself ends, milliseconds since 1970. */
  serviceEnds?: number;
}

export interface Access {
  number: string;
  code?: string;
}

/** What is known of a call that arrives. */
export interface ArrivedCall {
  number: string;
  code?: string;
  phone?: string;
}

export interface MatchedService {
  service: string;
  storage: string;
}

/** How much of a pool is free. */
export interface PoolHealth {
  group: string;
  total: number;
  available: number;
}

const SEED = statement(
  'access-number-seed',
  `insert into access_number (scope, number, free_at) select $1, number, '-infinity' from unnest($2::text[]) as n (number)
   on conflict (scope, number) do nothing`,
);
// The number that has been free for the longest time, so that a late caller of the last holder meets nobody's new one.
const allocation = (locking: string) => `update access_number set service = $3, free_at = $5
    where (scope, number) = (
      select scope, number from access_number
       where scope = $1 and number = any($2::text[]) and free_at <= $4
       order by free_at, number limit 1 ${locking})
   returning number`;
const ALLOCATE = statement('access-number-allocate', allocation('for update skip locked'));
// Waits for whoever is taking or giving back a number at this moment, before nothing is said to be left.
const ALLOCATE_LAST = statement('access-number-allocate-last', allocation('for update'));
const COUNT_FREE = statement(
  'access-number-count-free',
  `select count(*)::integer as taken from access_number
    where scope = $1 and number = any($2::text[]) and free_at > $3`,
);
const FORGET_EXPIRED = statement(
  'access-forget-expired',
  'delete from access where number_key = $1 and expires_at <= $2',
);
const GIVE = statement(
  'access-give',
  `insert into access (service, storage, number_key, code, phone_digits, phone_e164, given_at, expires_at)
   select $1, $2, $3, c.code, $5, $6, $7, $8
     from unnest($4::text[]) with ordinality as c (code, place)
    where c.code is null or not exists (select from access a where a.number_key = $3 and a.code = c.code)
    order by c.place limit 1
   on conflict (number_key, code) where code is not null do nothing
   returning code`,
);
const RELEASE = statement(
  'access-release',
  `with given as (delete from access where service = $1)
   update access_number set service = null, free_at = $2 where service = $1 and free_at > $2`,
);
const MATCH = statement(
  'access-match',
  `with candidate as (
     select service from access
      where number_key = $1 and expires_at > $2 and ($3::text is null or code = $3)
        and ($4::text is null or phone_digits is null
             or case when phone_e164 is not null and $5::text is not null then phone_e164 = $5
                     else right(phone_digits, 9) = right($4, 9) end)
      order by given_at desc, sequence desc limit $6::integer for update
   ), matched as (
     delete from access a using candidate c where a.service = c.service
     returning a.service, a.storage, a.given_at, a.sequence
   ), freed as (
     update access_number n set service = null, free_at = $2 from candidate c
      where n.service = c.service and n.free_at > $2
   )
   select service, storage from matched order by given_at desc, sequence desc`,
);
const PURGE = statement('access-purge', 'delete from access where expires_at <= $1');

/** Codes that others took at the same moment are a matter of a few attempts. */
const CODE_ATTEMPTS = 8;

/**
 * Access numbers and codes (gms-services.md 3.9): who holds which number until when, and which service a call that
 * arrives belongs to. Each allocation is one statement in the caller's transaction, so that no number has two holders,
 * whatever the number of nodes.
 *
 * A number is free, then held by one service until that is matched, deleted, asks anew or its booking expires. With the
 * strategy RANDOM nothing is held: a number may be out several times, and calls are told apart by code or phone number.
 */
export class AccessNumbers {
  /** Members of a scope that are known to have their rows. */
  readonly #seeded = new Set<string>();

  constructor(
    private readonly parts: {
      clock: Clock;
      /** Number of this node. */
      node: () => number;
      /** Option `access_code_prefix` of section `server`. */
      codePrefix: () => string;
    },
  ) {}

  /**
   * Gives a service its access information, in place of what it had.
   * @throws RingbackError `no-resource`, `no-code`, `prefix-not-a-number`, `prefix-too-long`
   */
  async give(tx: Transaction, request: AccessRequest): Promise<Access> {
    const codes = request.codeLength === undefined ? [] : codeCandidates(request.codeLength, this.parts.codePrefix());
    const now = this.parts.clock.now();
    const until = now + request.seconds * 1000;
    await this.release(tx, request.service);
    const number = await this.#allocate(tx, request.group, request.service, now, until);
    const ends = Math.min(until, request.serviceEnds ?? until);
    const code = await this.#write(tx, request, { number, codes, now, ends });
    return { number, ...(code !== undefined && { code }) };
  }

  /** Frees what a service holds. */
  async release(sql: Sql, service: string): Promise<void> {
    await sql.query(RELEASE, [service, instant(this.parts.clock.now())]);
  }

  /**
   * The services that a call belongs to, newest first; their access information is released.
   * @param all every one of them; otherwise the newest
   */
  async match(sql: Sql, call: ArrivedCall, all: boolean): Promise<MatchedService[]> {
    const phone = phoneOf(call.phone);
    return sql.query<MatchedService>(MATCH, [
      numberKey(call.number),
      instant(this.parts.clock.now()),
      call.code ?? null,
      phone?.digits ?? null,
      phone?.e164 ?? null,
      all ? null : 1,
    ]);
  }

  async health(sql: Sql, group: ResourceGroup): Promise<PoolHealth> {
    const total = group.members.length;
    const scope = this.#scopeOf(group);
    if (scope === undefined) return { group: group.name, total, available: total };
    const now = instant(this.parts.clock.now());
    const [row] = await sql.query<{ taken: number }>(COUNT_FREE, [scope, group.members, now]);
    return { group: group.name, total, available: total - (row?.taken ?? 0) };
  }

  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.parts.clock.now())]);
  }

  async #allocate(tx: Transaction, group: ResourceGroup, service: string, now: number, until: number): Promise<string> {
    const { members } = group;
    const scope = this.#scopeOf(group);
    if (scope === undefined) {
      const member = members.length > 0 ? members[randomInt(members.length)] : group.backup;
      if (member !== undefined) return member;
    } else {
      const values = [scope, members, service, instant(now), instant(until)];
      const isSeeded = members.every((member) => this.#seeded.has(`${scope} ${member}`));
      if (!isSeeded) await this.#seed(tx, scope, members);
      const [taken] = await tx.query<{ number: string }>(ALLOCATE, values);
      if (taken) return taken.number;
      // Rows that were there once may be gone, with a database that was restored.
      if (isSeeded) await this.#seed(tx, scope, members);
      const [last] = await tx.query<{ number: string }>(ALLOCATE_LAST, values);
      if (last) return last.number;
      if (group.backup !== undefined) return group.backup;
    }
    throw new RingbackError('no-resource', `No resource available in group ${group.name}`);
  }

  /** Makes the rows of members; they are known from the moment at which they are committed. */
  async #seed(tx: Transaction, scope: string, members: readonly string[]): Promise<void> {
    await tx.query(SEED, [scope, [...members].sort()]);
    tx.afterCommit(() => {
      for (const member of members) this.#seeded.add(`${scope} ${member}`);
    });
  }

  async #write(
    sql: Sql,
    { service, storage, phone: given, codeLength, group }: AccessRequest,
    { number, codes, now, ends }: { number: string; codes: string[]; now: number; ends: number },
  ): Promise<string | undefined> {
    const phone = phoneOf(given);
    const key = numberKey(number);
    await sql.query(FORGET_EXPIRED, [key, instant(now)]);
    let offered: (string | null)[] = codeLength === undefined ? [null] : codes;
    for (let attempt = 0; attempt < CODE_ATTEMPTS; attempt += 1) {
      const values = [
        service,
        storage,
        key,
        offered,
        phone?.digits ?? null,
        phone?.e164 ?? null,
        instant(now),
        instant(ends),
      ];
      const [row] = await sql.query<{ code: string | null }>(GIVE, values);
      if (row) return row.code ?? undefined;
      if (codeLength !== undefined) offered = codeCandidates(codeLength, this.parts.codePrefix());
    }
    throw new RingbackError('no-code', `No access code available for the numbers of group ${group.name}`);
  }

  /** Among whom a number has one holder; undefined when it is not held at all. */
  #scopeOf(group: ResourceGroup): string | undefined {
    switch (group.strategy) {
      case 'RANDOM':
        return undefined;
      case 'LOCAL':
        return `node:${this.parts.node()}`;
      case 'CLUSTER':
        return '';
    }
  }
}

/** A number however it is written: its digits, without the name of a switch (`8003449999@switch`). */
function numberKey(number: string): string {
  const dialed = number.split('@')[0]?.trim() ?? '';
  return digitsOf(dialed) || dialed;
}

/** A withheld number, or the word `undefined` that clients send, is no number. */
function phoneOf(phone: string | undefined): { digits: string; e164: string | undefined } | undefined {
  const digits = digitsOf(phone ?? '');
  return phone === undefined || digits === '' ? undefined : { digits, e164: toE164(phone) };
}
