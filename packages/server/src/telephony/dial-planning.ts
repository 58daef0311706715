import { createHash } from 'node:crypto';
import type { SwitchSettings } from '../config/index.js';
import { RingbackError, toE164 } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';
import { type CallerNumber, type ChosenCallerId, chooseCallerId } from './caller-id.js';
import type { DialDecision } from './dial-decision.js';
import { type DialPlan, type Installation, normaliseInbound, type PlannedDial, planDial } from './dial-plan.js';
import type { Leg } from './leg.js';

/** On whose behalf a call is placed. */
export interface Purpose {
  campaign?: string;
  service?: string;
}

export interface DialPlanningParts {
  database: Sql;
  /** As they are now: changes are in effect at the next call. */
  settings: () => SwitchSettings;
  /** Whether an agent of the house, or an extension, has this DN. */
  isDn: (number: string) => boolean;
  purposeOf: (leg: Leg) => Promise<Purpose>;
}

const TAKE_TURN = statement(
  'caller-id-take-turn',
  `insert into caller_id_turn (pool, turn) values ($1, 1)
   on conflict (pool) do update set turn = caller_id_turn.turn + 1
   returning turn`,
);

type Pools = NonNullable<SwitchSettings['callerIds']>;

/**
 * The dial plan and the caller numbers of the configuration, applied to every leg that is dialed, whoever asked for it.
 * Where the configuration has neither trunks, phones, a dial plan nor caller numbers, nothing is decided.
 */
export class DialPlanning {
  readonly #parts: DialPlanningParts;

  constructor(parts: DialPlanningParts) {
    this.#parts = parts;
  }

  /** @returns undefined when the network goes by the number as it is */
  async decide(leg: Leg): Promise<DialDecision | undefined> {
    const settings = this.#parts.settings();
    if (!hasPlan(settings)) return undefined;
    const purpose = asksForPurpose(settings) ? await this.#parts.purposeOf(leg) : {};
    const call = { number: leg.number, from: leg.from, share: shareOf(leg.id), ...purpose };
    const decided = planWithCallerId(settings, this.#parts.isDn, call, leg.role === 'customer', (pool) =>
      this.#turn(pool),
    );
    return decided;
  }

  /** The number of a party as the business knows it, and the DN that a number called from outside means. */
  arrival({ from, to }: { from: string; to: string }): { from: string; to: string } {
    return arrivalBy(this.#parts.settings(), { from, to });
  }

  async #turn(pool: string): Promise<number> {
    const [row] = await this.#parts.database.query<{ turn: number }>(TAKE_TURN, [pool]);
    if (!row) throw new RingbackError('caller-id-turn', `The turn of the pool ${pool} could not be taken.`);
    return Number(row.turn) - 1;
  }
}

/** Whether anything is decided about calls. */
export function hasPlan({ trunks, phones, dialPlan, callerIds }: SwitchSettings): boolean {
  return [trunks, phones, dialPlan, callerIds].some((member) => member !== undefined);
}

/** A call as it was asked for. */
export interface AskedCall extends Purpose {
  number: string;
  from: string;
  /** As `PlannedCall.share`. */
  share: number;
}

/** The decision about a call; `turnOf` is asked only where a pool gives its numbers out in turn. */
export async function planWithCallerId(
  settings: SwitchSettings,
  isDn: (number: string) => boolean,
  call: AskedCall,
  showsPool: boolean,
  turnOf: (pool: string) => Promise<number>,
): Promise<DialDecision> {
  const installation = installationOf(settings, isDn);
  const first = planDial(call, installation);
  const leaves = first.result.verdict === 'trunk' || first.result.verdict === 'direct';
  const named = showsPool && leaves ? poolFor(settings.callerIds ?? {}, call) : undefined;
  if (!named) return decisionOf(call, first, undefined);
  const { pool, why } = named;
  const { numbers, select = 'area' } = settings.callerIds?.[pool] ?? { numbers: [] };
  const turn = select === 'round-robin' ? await turnOf(pool) : 0;
  const country = settings.dialPlan?.country;
  const chosen = chooseCallerId(inE164(numbers, country), select, first.e164 ?? call.number, turn);
  if (!chosen) return decisionOf(call, first, undefined);
  const planned = planDial({ ...call, from: chosen.number }, installation);
  return decisionOf({ ...call, from: chosen.number }, planned, { pool, ...chosen, why: `${why}; ${chosen.why}` });
}

function decisionOf(
  call: AskedCall,
  { steps, result, e164 }: PlannedDial,
  callerId: (ChosenCallerId & { pool: string }) | undefined,
): DialDecision {
  const shown = callerId && {
    callerId: {
      number: callerId.number,
      pool: callerId.pool,
      why: callerId.why,
      ...(callerId.attestation !== undefined && { attestation: callerId.attestation }),
    },
    ...(callerId.name !== undefined && { callerName: callerId.name }),
  };
  const common = { to: call.number, from: call.from, steps: [...steps], ...shown };
  const rule = 'rule' in result && result.rule !== undefined ? { rule: result.rule } : {};
  switch (result.verdict) {
    case 'device':
      return { ...common, route: { kind: 'device', device: result.device } };
    case 'direct':
      return { ...common, ...rule, to: result.to };
    case 'refused':
      return {
        ...common,
        ...rule,
        to: e164 ?? call.number,
        refused: { cause: 'invalid-number', reason: result.reason },
      };
    case 'trunk': {
      const [hop] = result.hops;
      const numbers = hop ? { to: hop.to, from: hop.from } : {};
      return { ...common, ...rule, ...numbers, route: { kind: 'trunk', hops: result.hops } };
    }
  }
}

/** The business' form of the numbers of an inbound call. */
export function arrivalBy(settings: SwitchSettings, { from, to }: { from: string; to: string }) {
  const { routingPoints = {}, dialPlan } = settings;
  if (!hasPlan(settings) && settings.routingPoints === undefined) return { from, to };
  const plan: DialPlan = dialPlan ?? {};
  const called = normaliseInbound(to, plan);
  const meant = Object.entries(routingPoints).find(
    ([number]) => number === to || normaliseInbound(number, plan) === called,
  );
  return { from: normaliseInbound(from, plan), to: meant?.[1] ?? to };
}

function installationOf(settings: SwitchSettings, isDn: (number: string) => boolean): Installation {
  const { phones = {}, trunks = {}, dialPlan = {} } = settings;
  return {
    plan: dialPlan,
    trunks,
    // A DN written with + is a telephone outside, such as the mobile of an agent.
    isDevice: (number) => Object.hasOwn(phones, number) || (!number.startsWith('+') && isDn(number)),
  };
}

/** The pool of the campaign or the service, otherwise the one for all. */
function poolFor(pools: Pools, { campaign, service }: Purpose): { pool: string; why: string } | undefined {
  const entries = Object.entries(pools);
  const of = (member: 'campaigns' | 'services', name: string | undefined) =>
    name === undefined ? undefined : entries.find(([, pool]) => pool[member]?.includes(name) === true)?.[0];
  const byCampaign = of('campaigns', campaign);
  if (byCampaign !== undefined) return { pool: byCampaign, why: `pool of campaign ${campaign}` };
  const byService = of('services', service);
  if (byService !== undefined) return { pool: byService, why: `pool of service ${service}` };
  const forAll = entries.find(([, pool]) => pool.default === true)?.[0];
  return forAll === undefined ? undefined : { pool: forAll, why: 'pool for all' };
}

function asksForPurpose({ dialPlan, callerIds }: SwitchSettings): boolean {
  const isLimited = ({ campaigns, services }: Pick<Pools[string], 'campaigns' | 'services'>) =>
    campaigns !== undefined || services !== undefined;
  return [...(dialPlan?.rules ?? []), ...Object.values(callerIds ?? {})].some(isLimited);
}

function inE164(numbers: readonly CallerNumber[], country: string | undefined): CallerNumber[] {
  return numbers.map((one) => ({ ...one, number: toE164(one.number, country) ?? one.number }));
}

/** Spreads legs evenly, and the same leg always the same way. */
function shareOf(legId: string): number {
  return createHash('sha256').update(legId).digest().readUInt32BE(0) / 2 ** 32;
}
