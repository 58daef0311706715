const DAY_MS = 86_400_000;
/**
 * So many more calls could be abandoned before the limit, at least and per agent: kept in hand, to catch the swings of
 * chance, which grow with the calls that are under way at once.
 */
const LEAST_RESERVE = 5;
const RESERVE_PER_AGENT = 0.2;
/** A reserve that is short, or too large, is made up for over so many answers, at least and per agent. */
const LEAST_RECOVERY = 400;
const RECOVERY_PER_AGENT = 10;
/** Shares of the limit between which it may be aimed meanwhile. */
const LOWEST_AIM = 0.3;
const HIGHEST_AIM = 1.2;
/** How much one call that was abandoned, or was not, moves the threshold. */
const GAIN = 0.12;
const LOWEST = 0.003;
const HIGHEST = 0.6;
const FIRST = 0.03;

/** Answered calls and those of them that nobody took, since a time. */
export interface AbandonmentCount {
  answered: number;
  abandoned: number;
}

/** What is kept of the budget over a restart. */
export interface BudgetMemory {
  threshold: number;
  /** By day, counted from 1970 in the campaign's zone or UTC: of the last `windowDays` days. */
  days: Record<string, AbandonmentCount>;
}

export interface BudgetOptions {
  /** Abandoned calls over answered ones, at most: 0.03. */
  limit: number;
  /** Days of the legal window; default 30. The limit holds for each single day as well. */
  windowDays?: number;
  /** Milliseconds that the campaign's day begins after midnight UTC; default 0. */
  dayOffsetMs?: number;
}

/**
 * How likely a dial may be to find nobody: a threshold that rises with every answer that was served and falls with every
 * one that was abandoned, so that the abandoned stay at a share just below the limit.
 *
 * The limit itself is a wall: as long as the calls under way could carry the day or the window over it, only dials that
 * are sure to find an agent are allowed. A day begins with nothing in the budget, so its first dials are such.
 */
export class AbandonmentBudget {
  #limit: number;
  #agents = 0;
  /** What the campaign asks for, if that is less than what the limit allows. */
  #wanted = Number.POSITIVE_INFINITY;
  readonly #windowDays: number;
  readonly #dayOffsetMs: number;
  readonly #days = new Map<number, AbandonmentCount>();
  #logThreshold: number;

  constructor(options: BudgetOptions, memory?: BudgetMemory) {
    this.#limit = options.limit;
    this.#windowDays = options.windowDays ?? 30;
    this.#dayOffsetMs = options.dayOffsetMs ?? 0;
    this.#logThreshold = Math.log(memory?.threshold ?? FIRST);
    for (const [day, count] of Object.entries(memory?.days ?? {})) this.#days.set(Number(day), { ...count });
  }

  /** How many agents work. */
  set agents(count: number) {
    this.#agents = count;
  }

  /** The share of abandoned calls that is wanted; the limit stays what it is. */
  set wanted(share: number) {
    this.#wanted = share;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
  }

  /** An answered call was connected with an agent, or was abandoned. */
  served(at: number, abandoned: boolean): void {
    const day = this.#dayOf(at);
    const count = this.#days.get(day) ?? { answered: 0, abandoned: 0 };
    this.#days.set(day, {
      answered: count.answered + 1,
      abandoned: count.abandoned + (abandoned ? 1 : 0),
    });
    for (const old of this.#days.keys()) if (old <= day - this.#windowDays) this.#days.delete(old);
    const step = GAIN * (this.#aimAt(at) - (abandoned ? 1 : 0));
    this.#logThreshold = Math.min(Math.log(HIGHEST), Math.max(Math.log(LOWEST), this.#logThreshold + step));
  }

  /** The highest probability of finding nobody that a dial may have. */
  get threshold(): number {
    return Math.exp(this.#logThreshold);
  }

  /** How many more calls may be abandoned, of those under way, before the day or the window is at the limit. */
  spare(now: number): number {
    const day = this.#days.get(this.#dayOf(now)) ?? { answered: 0, abandoned: 0 };
    return Math.min(this.#spareOf(day), this.#spareOf(this.window(now)));
  }

  /** The counts of the window that ends now. */
  window(now: number): AbandonmentCount {
    const first = this.#dayOf(now) - this.#windowDays + 1;
    const sum = { answered: 0, abandoned: 0 };
    for (const [day, { answered, abandoned }] of this.#days) {
      if (day < first) continue;
      sum.answered += answered;
      sum.abandoned += abandoned;
    }
    return sum;
  }

  memory(): BudgetMemory {
    return { threshold: Math.exp(this.#logThreshold), days: Object.fromEntries(this.#days) };
  }

  /** The share of abandoned calls that brings the reserve back to what it should be. */
  #aimAt(now: number): number {
    const reserve = Math.max(LEAST_RESERVE, RESERVE_PER_AGENT * this.#agents);
    const recovery = Math.max(LEAST_RECOVERY, RECOVERY_PER_AGENT * this.#agents);
    const aim = this.#limit + (this.spare(now) - reserve) / recovery;
    return Math.min(this.#wanted, HIGHEST_AIM * this.#limit, Math.max(LOWEST_AIM * this.#limit, aim));
  }

  /** An abandoned call is an answered one, too. */
  #spareOf({ answered, abandoned }: AbandonmentCount): number {
    return Math.floor((this.#limit * answered - abandoned) / (1 - this.#limit) + 1e-9);
  }

  #dayOf(at: number): number {
    return Math.floor((at - this.#dayOffsetMs) / DAY_MS);
  }
}
