import { type ErrorDetail, isObject, type JsonObject, RingbackError } from '../../kernel/index.js';
import {
  type AgentBehaviour,
  type Attempt,
  OUTCOMES,
  type Outcome,
  type Party,
  type ScriptedApplication,
  type Settings,
  type SettingsChange,
} from './settings.js';

/** A year: longer than any test's call, short enough for every arithmetic with times. */
const MAX_SECONDS = 31_536_000;
const PREVIEWS = ['accept', 'reject', 'ignore'] as const;
const PARTY_MEMBERS = [
  ...['outcome', 'ringSeconds', 'talkSeconds', 'digits', 'recordSeconds', 'applications', 'sequence'],
];
const APPLICATION_MEMBERS = ['seconds', 'result', 'userData', 'error'];
const AGENT_MEMBERS = ['auto', 'answerSeconds', 'wrapSeconds', 'preview', 'disposition'];
const DIGITS = /^[0-9*#A-D]*$/;

/**
 * Reads what `PUT /api/v1/simulator` or the configuration's `switch` section says of the simulated world.
 * @throws RingbackError `invalid-simulator-settings` with one detail per wrong member
 */
export function parseSettingsChange(value: unknown): SettingsChange {
  const reader = new Reader();
  const change = reader.change(value);
  if (reader.errors.length > 0) {
    const [first] = reader.errors;
    throw new RingbackError(
      'invalid-simulator-settings',
      `The simulator's settings are wrong: ${first?.pointer || '(whole)'} ${first?.detail}.`,
      reader.errors,
    );
  }
  return change;
}

/** The settings in the form in which they are sent and stored. */
export function settingsAsJson(settings: Settings): JsonObject {
  // The inverse of `parseSettingsChange`: all values are JSON, but optional members keep TypeScript from seeing it.
  return {
    default: settings.default,
    numbers: Object.fromEntries(settings.numbers),
    agents: Object.fromEntries(settings.agents),
    seed: settings.seed,
  } as unknown as JsonObject;
}

/** Reads members and gathers what is wrong with them. */
class Reader {
  readonly errors: ErrorDetail[] = [];

  change(value: unknown): SettingsChange {
    const members = this.#members(value, '', ['default', 'numbers', 'agents', 'seed']);
    const change: SettingsChange = {};
    if ('default' in members)
      change.default = members.default === null ? null : this.#party(members.default, '/default');
    if ('numbers' in members) {
      change.numbers = this.#map(members.numbers, '/numbers', (party, pointer) => this.#party(party, pointer));
    }
    if ('agents' in members) {
      change.agents = this.#map(members.agents, '/agents', (agent, pointer) => this.#agent(agent, pointer));
    }
    if ('seed' in members) change.seed = this.#integer(members.seed, '/seed');
    return change;
  }

  #party(value: unknown, pointer: string): Party {
    const members = this.#members(value, pointer, PARTY_MEMBERS);
    const party: Party = this.#attempt(members, pointer);
    if ('sequence' in members) party.sequence = this.#sequence(members.sequence, `${pointer}/sequence`);
    return party;
  }

  #sequence(value: unknown, pointer: string): Attempt[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.#wrong(pointer, 'must be an array of at least one party');
      return [];
    }
    return value.map((attempt: unknown, index) => {
      const at = `${pointer}/${index}`;
      const members = this.#members(attempt, at, PARTY_MEMBERS);
      if ('sequence' in members) this.#wrong(`${at}/sequence`, 'must not stand within a sequence');
      return this.#attempt(members, at);
    });
  }

  #attempt(members: Record<string, unknown>, pointer: string): Attempt {
    const attempt: Attempt = {};
    const { outcome, ringSeconds, talkSeconds, digits, recordSeconds, applications } = members;
    if (outcome !== undefined) attempt.outcome = this.#oneOf<Outcome>(outcome, `${pointer}/outcome`, OUTCOMES);
    if (ringSeconds !== undefined) attempt.ringSeconds = this.#seconds(ringSeconds, `${pointer}/ringSeconds`);
    if (talkSeconds !== undefined) {
      attempt.talkSeconds =
        talkSeconds === null ? null : this.#seconds(talkSeconds, `${pointer}/talkSeconds`, ' or null (never hangs up)');
    }
    if (digits !== undefined) attempt.digits = this.#digitsOrList(digits, `${pointer}/digits`);
    if (recordSeconds !== undefined) attempt.recordSeconds = this.#seconds(recordSeconds, `${pointer}/recordSeconds`);
    if (applications !== undefined) attempt.applications = this.#applications(applications, `${pointer}/applications`);
    return attempt;
  }

  #digitsOrList(value: unknown, pointer: string): string | string[] {
    if (!Array.isArray(value) || value.length === 0) return this.#digits(value, pointer);
    return value.map((entry: unknown, index) => this.#digits(entry, `${pointer}/${index}`));
  }

  #applications(value: unknown, pointer: string): Record<string, ScriptedApplication> {
    const applications: Record<string, ScriptedApplication> = {};
    for (const [url, script] of this.#map(value, pointer, (entry, at) => this.#application(entry, at))) {
      if (script !== null) applications[url] = script;
    }
    return applications;
  }

  #application(value: unknown, pointer: string): ScriptedApplication {
    const { seconds, result, userData, error } = this.#members(value, pointer, APPLICATION_MEMBERS);
    const application: ScriptedApplication = {};
    if (seconds !== undefined) application.seconds = this.#seconds(seconds, `${pointer}/seconds`);
    if (result !== undefined) application.result = this.#object(result, `${pointer}/result`);
    if (userData !== undefined) application.userData = this.#object(userData, `${pointer}/userData`);
    if (typeof error === 'string') application.error = { error, description: error };
    else if (error !== undefined) this.#wrong(`${pointer}/error`, 'must be a string');
    return application;
  }

  #agent(value: unknown, pointer: string): Partial<AgentBehaviour> {
    const { auto, answerSeconds, wrapSeconds, preview, disposition } = this.#members(value, pointer, AGENT_MEMBERS);
    const agent: Partial<AgentBehaviour> = {};
    if (auto !== undefined) agent.auto = this.#flag(auto, `${pointer}/auto`);
    if (answerSeconds !== undefined) agent.answerSeconds = this.#seconds(answerSeconds, `${pointer}/answerSeconds`);
    if (wrapSeconds !== undefined) agent.wrapSeconds = this.#seconds(wrapSeconds, `${pointer}/wrapSeconds`);
    if (preview !== undefined) agent.preview = this.#oneOf(preview, `${pointer}/preview`, PREVIEWS);
    if (disposition !== undefined) {
      agent.disposition = this.#object(disposition, `${pointer}/disposition`);
    }
    return agent;
  }

  #map<Value>(
    value: unknown,
    pointer: string,
    read: (entry: unknown, pointer: string) => Value,
  ): ReadonlyMap<string, Value | null> {
    const entries = new Map<string, Value | null>();
    if (!isObject(value)) {
      this.#wrong(pointer, 'must be an object');
      return entries;
    }
    for (const [key, entry] of Object.entries(value)) {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      entries.set(key, entry === null ? null : read(entry, at));
    }
    return entries;
  }

  #members(value: unknown, pointer: string, known: readonly string[]): Record<string, unknown> {
    if (!isObject(value)) {
      this.#wrong(pointer, 'must be an object');
      return {};
    }
    for (const member of Object.keys(value)) {
      if (!known.includes(member)) this.#wrong(`${pointer}/${member}`, `is not one of ${known.join(', ')}`);
    }
    return value;
  }

  #object(value: unknown, pointer: string): JsonObject {
    // Everything here was read from JSON, so an object holds JSON values.
    if (isObject(value)) return value as JsonObject;
    this.#wrong(pointer, 'must be an object');
    return {};
  }

  #seconds(value: unknown, pointer: string, or = ''): number {
    if (typeof value === 'number' && value >= 0 && value <= MAX_SECONDS) return value;
    this.#wrong(pointer, `must be a number of seconds from 0 to ${MAX_SECONDS}${or}`);
    return 0;
  }

  #integer(value: unknown, pointer: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    this.#wrong(pointer, 'must be a whole number');
    return 0;
  }

  #flag(value: unknown, pointer: string): boolean {
    if (typeof value !== 'boolean') this.#wrong(pointer, 'must be true or false');
    return value === true;
  }

  #digits(value: unknown, pointer: string): string {
    if (typeof value === 'string' && DIGITS.test(value)) return value;
    this.#wrong(pointer, 'must be a string of the digits 0-9 * # A-D');
    return '';
  }

  #oneOf<Value extends string>(value: unknown, pointer: string, allowed: readonly [Value, ...Value[]]): Value {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.#wrong(pointer, `must be one of ${allowed.join(', ')}`);
    return found ?? allowed[0];
  }

  #wrong(pointer: string, detail: string): void {
    this.errors.push({ pointer, detail });
  }
}
