import type { JsonObject } from '../../kernel/index.js';
import type { ApplicationOutcome } from '../switch.js';
import { DEFAULT_AGENT, DEFAULT_PARTY, DEFAULT_SEED } from './defaults.js';

export const OUTCOMES = ['answer', 'busy', 'no-answer', 'answering-machine', 'fax', 'sit-invalid', 'reject'] as const;

/** What becomes of a call to a party. */
export type Outcome = (typeof OUTCOMES)[number];

/** How a party behaves on one attempt; what is absent is as for parties in general. Seconds may be fractions. */
export interface Attempt {
  outcome?: Outcome;
  /** Until the outcome shows. */
  ringSeconds?: number;
  /** From the answer, and again from being joined to somebody; null: never hangs up. */
  talkSeconds?: number | null;
  /** Keyed in whenever digits are collected; a list: one entry each time, the last again and again. */
  digits?: string | string[];
  /** So long the party speaks when it is recorded. */
  recordSeconds?: number;
  /** What becomes of voice applications, by their address, or `*` for all others; absent: they end without a result. */
  applications?: Record<string, ScriptedApplication>;
}

/** A voice application (VoiceXML) that is not really run: what it would have done. */
export interface ScriptedApplication extends Partial<ApplicationOutcome> {
  /** Until it is over. */
  seconds?: number;
}

/** PARTY of interface.md section 4; `sequence`: successive attempts, of which the last repeats. */
export interface Party extends Attempt {
  sequence?: Attempt[];
}

/** AGENT of interface.md section 4, complete. */
export interface AgentBehaviour {
  auto: boolean;
  answerSeconds: number;
  wrapSeconds: number;
  preview: 'accept' | 'reject' | 'ignore';
  /** What the agent reports at the end of the wrap. */
  disposition: JsonObject;
}

/** The simulated world: everybody who is described in it. */
export interface Settings {
  default: Party;
  /** By number, as it was given. */
  numbers: ReadonlyMap<string, Party>;
  /** By agent id. */
  agents: ReadonlyMap<string, Partial<AgentBehaviour>>;
  seed: number;
}

/** What `PUT /api/v1/simulator` brings; null takes a description away again. */
export interface SettingsChange {
  default?: Party | null;
  numbers?: ReadonlyMap<string, Party | null>;
  agents?: ReadonlyMap<string, Partial<AgentBehaviour> | null>;
  seed?: number;
}

/** How a party will behave on one attempt, with nothing left open. */
export interface Script {
  outcome: Outcome;
  /** Milliseconds until the outcome shows; null: it does not by itself. */
  ringMs: number | null;
  /** Milliseconds; null: never hangs up. */
  talkMs: number | null;
  digits: string | string[];
  recordMs?: number;
  applications?: Record<string, ScriptedApplication>;
}

export const UNDESCRIBED: Settings = { default: {}, numbers: new Map(), agents: new Map(), seed: DEFAULT_SEED };

/**
 * The settings after a change. What the change does not name stays as it was; a number's description is replaced as a
 * whole, those of `default` and of an agent are merged. A new `default` outcome ends an earlier `default` sequence.
 */
export function changedSettings(settings: Settings, change: SettingsChange): Settings {
  return {
    default: change.default === undefined ? settings.default : changedDefault(settings.default, change.default),
    numbers: changedMap(settings.numbers, change.numbers, (_before, party) => party),
    agents: changedMap(settings.agents, change.agents, (before, agent) => ({ ...before, ...agent })),
    seed: change.seed ?? settings.seed,
  };
}

function changedDefault(before: Party, change: Party | null): Party {
  if (change === null) return {};
  const merged = { ...before, ...change };
  if (change.outcome !== undefined && change.sequence === undefined) delete merged.sequence;
  return merged;
}

function changedMap<Value>(
  before: ReadonlyMap<string, Value>,
  changes: ReadonlyMap<string, Value | null> | undefined,
  merge: (before: Value | undefined, change: Value) => Value,
): ReadonlyMap<string, Value> {
  if (changes === undefined) return before;
  const after = new Map(before);
  for (const [key, change] of changes) {
    if (change === null) after.delete(key);
    else after.set(key, merge(before.get(key), change));
  }
  return after;
}

/** How `party` (or anybody, when undefined) behaves on the attempt after `position` earlier ones. */
export function scriptOf(settings: Settings, party: Party | undefined, position: number): Script {
  const whole = party ?? settings.default;
  const attempt = whole.sequence?.[Math.min(position, whole.sequence.length - 1)];
  const behaviour = { ...settings.default, ...whole, ...attempt };
  const { outcome, ringSeconds, talkSeconds, digits, recordSeconds, applications } = behaviour;
  return {
    outcome: outcome ?? DEFAULT_PARTY.outcome,
    ringMs: ringSeconds === undefined ? DEFAULT_PARTY.ringMs : milliseconds(ringSeconds),
    talkMs: talkSeconds === undefined ? DEFAULT_PARTY.talkMs : talkSeconds === null ? null : milliseconds(talkSeconds),
    digits: digits ?? DEFAULT_PARTY.digits,
    ...(recordSeconds !== undefined && { recordMs: milliseconds(recordSeconds) }),
    ...(applications && { applications }),
  };
}

/** How an agent behaves, with nothing left open. */
export function behaviourOf(settings: Settings, agentId: string): AgentBehaviour {
  return { ...DEFAULT_AGENT, ...settings.agents.get(agentId) };
}

/** Milliseconds of a number of seconds that may be a fraction. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
