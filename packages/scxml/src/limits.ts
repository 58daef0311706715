/** Budgets of a session. Every number is an upper bound; 0 switches a bound off. */
export interface Limits {
  /** Interrupt ticks of one evaluation in the sandbox; a tick is 0.1 to 0.45 ms of guest work. */
  evaluationTicks: number;
  /** Interrupt ticks of one macrostep. */
  macrostepTicks: number;
  /** Microsteps of one macrostep. */
  microsteps: number;
  /** Instructions of one macrostep. */
  instructions: number;
  /** Entries of one state within one macrostep. */
  stateEntries: number;
  /** Events waiting in the internal queue. */
  internalQueue: number;
  /** Effects of one macrostep. */
  effects: number;
  /** Bytes of JSON that one macrostep may make for events and effects. */
  effectBytes: number;
  /** Bytes of JSON of one event's data, of one evaluated result. */
  eventBytes: number;
  /** Nesting of one event's data. */
  eventDepth: number;
  /** Bytes of one session's data when it is stored. */
  scopeBytes: number;
  /** Characters of one expression or script. */
  expressionChars: number;
  /** Memory of one sandbox instance (all sessions of an application in one worker), in megabytes, 16 to 512. */
  instanceMegabytes: number;
  /**
   * Stack of the guest, in bytes, at most a megabyte. Over 32 kB needs a thread with a larger stack than Node's default,
   * as those of a pool have.
   */
  stackBytes: number;
  /** Milliseconds that one guest evaluation may last before the worker thread is replaced. */
  watchdogMs: number;
  /** Sessions that one worker keeps resident; the least recently used are dropped and restored when needed. */
  residentSessions: number;
  /** Applications whose sandbox one worker keeps open; the least recently used are closed and opened when needed. */
  openApplications: number;
  /** Sessions with an instance of their own that one worker keeps open; see `ApplicationDefinition.isolation`. */
  isolatedSessions: number;
  /** Characters of one document. */
  documentChars: number;
  /** Nesting of elements in a document. */
  documentDepth: number;
  /** XInclude elements of one application. */
  includes: number;
}

/** Those of the reading of one document. */
export type XmlLimits = Pick<Limits, 'documentChars' | 'documentDepth'>;

/** Defaults: section 4.6 of the measurements that the sandbox rests on. */
export const defaultLimits: Limits = {
  evaluationTicks: 100,
  macrostepTicks: 1_000,
  microsteps: 10_000,
  instructions: 1_000_000,
  stateEntries: 10_000,
  internalQueue: 1_000,
  effects: 10_000,
  effectBytes: 16 * 1024 * 1024,
  eventBytes: 256 * 1024,
  eventDepth: 64,
  scopeBytes: 1024 * 1024,
  expressionChars: 64 * 1024,
  instanceMegabytes: 64,
  stackBytes: 32 * 1024,
  watchdogMs: 250,
  residentSessions: 10_000,
  openApplications: 64,
  isolatedSessions: 200,
  documentChars: 4 * 1024 * 1024,
  documentDepth: 200,
  includes: 500,
};

/** The stack of the compiled QuickJS itself has no room for more. */
const largestStackBytes = 1024 * 1024;

/** The defaults, overridden from left to right. */
export function withLimits(...overrides: (Partial<Limits> | undefined)[]): Limits {
  const limits: Limits = Object.assign({}, defaultLimits, ...overrides);
  limits.stackBytes = Math.min(limits.stackBytes || largestStackBytes, largestStackBytes);
  return limits;
}
