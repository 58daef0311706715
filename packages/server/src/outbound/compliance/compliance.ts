import { type Clock, instant, type Logger } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/index.js';
import type {
  AttemptOutcome,
  AttemptReservation,
  ComplianceGate,
  ComplianceVerdict,
  DialSubject,
} from '../dialing/index.js';
import { type Jurisdiction, type SilenceCause, words } from './jurisdiction.js';
import { JURISDICTION_OPTION } from './jurisdiction-option.js';
import {
  ABANDONMENT,
  BLOCKED,
  COUNT_BLOCKED,
  LOCK_SUBJECT,
  PAST_ATTEMPTS,
  PURGE,
  RESERVE,
  RESERVED,
  SETTLE,
  WITHDRAW,
} from './ledger-statements.js';
import { type PackConfiguration, Packs } from './packs.js';
import { applicable, type Called, historyVerdict, longestMemory, type PastAttempt, timeVerdict } from './verdict.js';

const DAY_MS = 86_400_000;
/** Call records are kept for five years (TSR 2024). */
const RETENTION_MS = 5 * 366 * DAY_MS;
/** Call results of the original. */
const ANSWERING_MACHINE = 9;
const DO_NOT_CALL = 51;
/** Wrong Party, Wrong Number: who answered is not who was called. */
const SOMEBODY_ELSE: ReadonlySet<number> = new Set([40, 53]);

export interface ComplianceOptions {
  configuration: PackConfiguration;
  clock: Clock;
  log: Logger;
}

/** How a campaign stands towards a legal limit. */
export interface AbandonmentReport {
  campaign: string;
  answered: number;
  abandoned: number;
  /** Abandoned over answered calls. */
  share: number;
}

/** What a jurisdiction allows of abandoned calls. */
export interface AbandonmentLimit {
  jurisdiction: string;
  title: string;
  /** Of the answered calls, between 0 and 1. */
  share: number;
  withinMs: number;
}

/**
 * The rules of jurisdictions over dialing: windows are checked when a record is selected, and everything again at the
 * moment of dialing, under a lock on number and person, with the attempt entered into the ledger in the same
 * transaction. Where option `jurisdiction` names no pack nothing is restricted, but attempts are entered all the same,
 * so that a rule that is switched on tomorrow knows of today.
 */
export class Compliance implements ComplianceGate {
  readonly #packs: Packs;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #reported = new Set<string>();

  constructor({ configuration, clock, log }: ComplianceOptions) {
    this.#packs = new Packs(configuration, log);
    this.#clock = clock;
    this.#log = log;
  }

  stop(): void {
    this.#packs.stop();
  }

  check(subject: DialSubject, now: number): ComplianceVerdict {
    const names = namesOf(subject);
    if (names.length === 0) return { allowed: true };
    const unknown = this.#unknown(names);
    if (unknown) return unknown;
    return timeVerdict(applicable(names, this.#packs.all, subject.phoneKey), calledOf(subject), now);
  }

  /** What `reserve` would say now: all rules, with what the ledger knows. Reserves nothing. */
  async verdict(sql: Sql, subject: DialSubject, now: number): Promise<ComplianceVerdict> {
    const names = namesOf(subject);
    return this.#verdict(sql, { ...subject, at: now }, names, applicable(names, this.#packs.all, subject.phoneKey));
  }

  async forbidden(tx: Transaction, campaign: string, rule: string, at: number): Promise<void> {
    await tx.query(COUNT_BLOCKED, [campaign, instant(at).slice(0, 10), rule]);
  }

  async reserve(tx: Transaction, attempt: AttemptReservation): Promise<ComplianceVerdict> {
    const names = namesOf(attempt);
    const rules = applicable(names, this.#packs.all, attempt.phoneKey);
    const keys = [attempt.phoneKey, ...(attempt.customerId === undefined ? [] : [`customer ${attempt.customerId}`])];
    if (rules.length > 0) await tx.query(LOCK_SUBJECT, [keys]);
    const [already] = await tx.query(RESERVED, [attempt.attempt]);
    if (already) return { allowed: true };
    const verdict = await this.#verdict(tx, attempt, names, rules);
    if (!verdict.allowed) {
      await this.forbidden(tx, attempt.campaign, verdict.rule, attempt.at);
      return verdict;
    }
    await tx.query(RESERVE, [
      attempt.attempt,
      instant(attempt.at),
      attempt.phoneKey,
      attempt.customerId ?? null,
      attempt.campaign,
      attempt.group,
      attempt.record.list,
      attempt.record.recordId,
      attempt.from,
      rules.map(({ name }) => name),
    ]);
    return verdict;
  }

  async settle(tx: Transaction, outcome: AttemptOutcome): Promise<void> {
    const { attempt, at, result, answeredLive, abandoned, secondsToAgent } = outcome;
    const values = [result, answeredLive, abandoned, secondsToAgent ?? null, outcomeOf(outcome) ?? null];
    await tx.query(SETTLE, [attempt, instant(at), ...values]);
  }

  async withdraw(tx: Transaction, attempt: string): Promise<void> {
    await tx.query(WITHDRAW, [attempt]);
  }

  /** Answered and abandoned calls of the campaigns in the time before now. @param campaign undefined: of all */
  async abandonment(sql: Sql, withinMs: number, campaign?: string): Promise<AbandonmentReport[]> {
    const since = instant(this.#clock.now() - withinMs);
    const rows = await sql.query<Omit<AbandonmentReport, 'share'>>(ABANDONMENT, [since, campaign ?? null]);
    return rows.map((row) => ({ ...row, share: row.answered === 0 ? 0 : row.abandoned / row.answered }));
  }

  /** How many attempts each rule has prevented, by campaign. @param campaign undefined: of all */
  blocked(sql: Sql, withinMs: number, campaign?: string): Promise<{ campaign: string; rule: string; count: number }[]> {
    const first = instant(this.#clock.now() - withinMs).slice(0, 10);
    return sql.query(BLOCKED, [first, campaign ?? null]);
  }

  /**
   * The shares of answered calls that jurisdictions allow to find nobody: those that are named and what they extend,
   * for whichever numbers.
   * @param options values of option `jurisdiction`
   */
  abandonmentLimits(options: readonly (string | undefined)[]): AbandonmentLimit[] {
    const found = new Map<string, AbandonmentLimit>();
    const seen = new Set<string>();
    const walk = (name: string) => {
      const pack = this.#packs.all.get(name);
      if (!pack || seen.has(name)) return;
      seen.add(name);
      if (pack.abandonment) found.set(name, { jurisdiction: name, title: pack.title, ...pack.abandonment });
      for (const other of pack.extends) walk(other);
    };
    for (const option of options) for (const name of words(option)) walk(name);
    return [...found.values()];
  }

  /** Removes what is older than call records have to be kept. */
  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.#clock.now() - RETENTION_MS)]);
  }

  async #verdict(
    sql: Sql,
    attempt: DialSubject & { at: number },
    names: readonly string[],
    rules: readonly Jurisdiction[],
  ): Promise<ComplianceVerdict> {
    const unknown = this.#unknown(names);
    if (unknown) return unknown;
    if (rules.length === 0) return { allowed: true };
    const called = calledOf(attempt);
    const byTime = timeVerdict(rules, called, attempt.at);
    if (!byTime.allowed) return byTime;
    const memory = longestMemory(rules);
    if (memory === 0) return { allowed: true };
    const rows = await sql.query<{ at: number; campaign: string; same_number: boolean; outcome: SilenceCause | null }>(
      PAST_ATTEMPTS,
      [attempt.phoneKey, attempt.customerId ?? null, instant(attempt.at - memory)],
    );
    const past = rows.map(
      ({ at, campaign, same_number: sameNumber, outcome }): PastAttempt => ({
        at,
        campaign,
        sameNumber,
        ...(outcome !== null && { outcome }),
      }),
    );
    return historyVerdict(rules, called, past, attempt.at);
  }

  /** A pack that nobody knows allows nothing: a mistake in a name must not switch the rules off. */
  #unknown(names: readonly string[]): ComplianceVerdict | undefined {
    const unknown = names.find((name) => !this.#packs.all.has(name));
    if (unknown === undefined) return undefined;
    if (!this.#reported.has(unknown)) {
      this.#reported.add(unknown);
      this.#log.error({ jurisdiction: unknown }, 'There is no such jurisdiction; nobody is dialed under it');
    }
    return { allowed: false, rule: 'jurisdiction', reason: `There is no jurisdiction named ${unknown}.` };
  }
}

function namesOf(subject: DialSubject): string[] {
  return words(subject.option(JURISDICTION_OPTION));
}

function calledOf({ phoneKey, record, campaign, agentGuaranteed }: DialSubject): Called {
  return { number: phoneKey, zones: [record.zone], campaign, agentGuaranteed };
}

function outcomeOf({ result, answeredLive, abandoned }: AttemptOutcome): SilenceCause | undefined {
  if (abandoned) return 'abandoned';
  if (result === ANSWERING_MACHINE) return 'machine';
  if (result === DO_NOT_CALL) return 'refusal';
  return answeredLive && !SOMEBODY_ELSE.has(result) ? 'conversation' : undefined;
}
