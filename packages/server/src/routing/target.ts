import { RingbackError } from '../kernel/index.js';
import { type Expression, formatExpression, parseExpression } from './skill-expression.js';
import { parseThreshold, type Threshold } from './threshold.js';

/**
 * Somebody or something that can serve a request, in the original's notation
 * `{threshold}[weight]name@statserver.type` (spec ors-core-queue 3.1). The targets of a request are alternatives.
 */
export type Target = {
  /** What the application asked for, `Name@StatServer.Type` or `?Name:expression@StatServer.GA`. */
  readonly text: string;
  /** Identifies whom the target means: targets with the same key share one line. */
  readonly key: string;
  readonly name: string;
  /** Kept for the events that name the target; there is one source of statistics. */
  readonly statServer: string;
  readonly threshold?: Threshold;
  /** Share of this target where a request is distributed by percentage. */
  readonly weight?: number;
  /** Milliseconds after the submit from which the target counts, and at which it stops to count. */
  readonly fromMs: number;
  readonly untilMs?: number;
} & (
  | { readonly kind: 'agent' | 'agent-group' | 'queue' | 'dn' }
  /** Every agent who meets the expression; `name` is the label of the virtual group and restricts nothing. */
  | { readonly kind: 'skill'; readonly expression: Expression }
);

export type TargetKind = Target['kind'];

/** What is known beside the text of a target: where `<queue:target type= statserver= weight= threshold=>` says it. */
export interface TargetDefaults {
  /** An abbreviation (`GA`) or an element type (`agentgroup`), for names that carry no type. */
  type?: string;
  statServer?: string;
  weight?: number;
  threshold?: string;
  fromMs?: number;
  untilMs?: number;
}

/** Types by abbreviation and by the names of `<queue:target type>`, lower case. */
const KINDS: ReadonlyMap<string, TargetKind> = new Map([
  ['a', 'agent'],
  ['agent', 'agent'],
  ['ga', 'agent-group'],
  ['agentgroup', 'agent-group'],
  ['skill', 'skill'],
  ['q', 'queue'],
  ['queue', 'queue'],
  ['dn', 'dn'],
  ['ap', 'dn'],
  ['place', 'dn'],
  ['gc', 'agent-group'],
  ['campaigngroup', 'agent-group'],
]);

/** Types of the original that have no counterpart, with what to use in their place. */
const NO_PLACE_GROUPS = 'place groups are not configured here: name the agent group (GA) of the same people';
const NO_QUEUE_GROUPS = 'groups of queues are not configured here: name the virtual queues (Q), separated by commas';
const NO_AGENTS_THERE = 'it has no agents: redirect the interaction to it instead';
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['gp', NO_PLACE_GROUPS],
  ['placegroup', NO_PLACE_GROUPS],
  ['gq', NO_QUEUE_GROUPS],
  ['queuegroup', NO_QUEUE_GROUPS],
  ['rp', NO_AGENTS_THERE],
  ['routepoint', NO_AGENTS_THERE],
  ['dl', NO_AGENTS_THERE],
  ['label', NO_AGENTS_THERE],
  ['c', 'a campaign has no agents of its own: name the campaign group (GC), Campaign@Group'],
]);

const ABBREVIATIONS: Readonly<Record<TargetKind, string>> = {
  agent: 'A',
  'agent-group': 'GA',
  skill: 'GA',
  queue: 'Q',
  dn: 'DN',
};

/** Types that are served by another kind and keep their own abbreviation in what is reported. */
const MAPPED_TYPES: ReadonlyMap<string, string> = new Map([
  ['ap', 'AP'],
  ['place', 'AP'],
  ['gc', 'GC'],
  ['campaigngroup', 'GC'],
]);

type TargetBase = Omit<Target, 'text' | 'key' | 'kind'>;

/**
 * Parses one possible target: `Support@GA`, `Support@.GA`, `Support@StatServer.GA`, `8001.Q`,
 * `{StatCallsInQueue<10}[25]8001.Q`, `?:billing>5@StatServer.GA`.
 * A place (`AP`) is the agent's DN; a campaign group (`Campaign@Group@.GC`) is its agent group.
 * @throws RingbackError `invalid-target` for what cannot be read, `unsupported-target` for a type without counterpart
 */
export function parseTarget(text: string, defaults: TargetDefaults = {}): Target {
  const { threshold, weight, rest } = takeMarks(text.trim());
  const { name, statServer, type } = splitName(rest, text, defaults);
  if (type === undefined) {
    throw invalid(text, 'it has no type: write Name@StatServer.Type, for instance Support@StatServer.GA');
  }
  const kind = KINDS.get(type.toLowerCase());
  if (!kind) {
    const refusal = REFUSED.get(type.toLowerCase());
    if (refusal) throw new RingbackError('unsupported-target', `The target "${text}" cannot be used: ${refusal}.`);
    throw invalid(text, `the type "${type}" is unknown; known are A, AP, GA, GC, Q and DN`);
  }
  const thresholdText = threshold ?? defaults.threshold;
  const weightNumber = weight ?? defaults.weight;
  const base = {
    name,
    statServer,
    fromMs: defaults.fromMs ?? 0,
    ...(defaults.untilMs === undefined ? {} : { untilMs: defaults.untilMs }),
    ...(thresholdText === undefined
      ? {}
      : { threshold: explained(text, () => parseThreshold(thresholdText, parseTarget)) }),
    ...(weightNumber === undefined ? {} : { weight: weightNumber }),
  };
  if (name.startsWith('?')) return skillTarget(text, kind, base);
  if (kind === 'skill') return skillTarget(text, kind, { ...base, name: `?:${name}` });
  if (name === '') throw invalid(text, 'it names nobody');
  return named(kind, type.toLowerCase(), base);
}

function named(kind: Exclude<TargetKind, 'skill'>, type: string, base: TargetBase): Target {
  const abbreviation = MAPPED_TYPES.get(type) ?? ABBREVIATIONS[kind];
  const whom = abbreviation === 'GC' ? base.name.slice(base.name.lastIndexOf('@') + 1) : base.name;
  const asked = `${base.name}@${base.statServer}.${abbreviation}`;
  return { ...base, kind, name: whom, text: asked, key: `${kind}:${whom}` };
}

function skillTarget(text: string, kind: TargetKind, base: TargetBase): Target {
  const colon = base.name.indexOf(':');
  if (colon < 0) throw invalid(text, 'a skill expression is written ?:expression or ?Name:expression');
  if (kind !== 'agent-group' && kind !== 'skill') throw invalid(text, 'a skill expression has the type GA');
  const expression = explained(text, () => parseExpression(base.name.slice(colon + 1)));
  const label = base.name.slice(1, colon);
  const canonical = formatExpression(expression);
  const asked = `?${label}:${canonical}@${base.statServer}.GA`;
  return { ...base, kind: 'skill', name: label, expression, text: asked, key: `skill:${canonical}` };
}

/** Takes `{threshold}` and `[weight]` off the front, in either order. */
function takeMarks(text: string): { threshold?: string; weight?: number; rest: string } {
  let rest = text;
  let threshold: string | undefined;
  let weight: number | undefined;
  for (;;) {
    const mark = /^\{([^}]*)\}\s*/.exec(rest) ?? /^\[([^\]]*)\]\s*/.exec(rest);
    const inner = mark?.[1];
    if (!mark || inner === undefined) break;
    if (rest.startsWith('{')) threshold = inner.trim() === '' ? undefined : inner;
    else weight = weightOf(text, inner);
    rest = rest.slice(mark[0].length);
  }
  if (/^[{[]/.test(rest)) throw invalid(text, `"${rest.charAt(0)}" is not closed`);
  return { rest, ...(threshold === undefined ? {} : { threshold }), ...(weight === undefined ? {} : { weight }) };
}

function weightOf(text: string, inner: string): number {
  const weight = Number(inner.trim());
  if (!/^\d+$/.test(inner.trim()) || !Number.isSafeInteger(weight)) {
    throw invalid(text, `the weight [${inner}] is not a whole number`);
  }
  return weight;
}

/** Splits `name@statserver.type`, `name@type`, `name.type` and, with a default type, `name@statserver` and `name`. */
function splitName(
  rest: string,
  text: string,
  defaults: TargetDefaults,
): { name: string; statServer: string; type: string | undefined } {
  const ownServer = defaults.statServer ?? '';
  const at = rest.lastIndexOf('@');
  if (at >= 0) {
    const name = rest.slice(0, at).trim();
    const where = rest.slice(at + 1).trim();
    const dot = where.lastIndexOf('.');
    if (dot >= 0) return { name, statServer: where.slice(0, dot) || ownServer, type: where.slice(dot + 1) };
    if (isType(where)) return { name, statServer: ownServer, type: where };
    if (defaults.type === undefined) throw invalid(text, `"@${where}" names no type: write @${where}.GA, for instance`);
    return { name, statServer: where, type: defaults.type };
  }
  const dot = rest.lastIndexOf('.');
  if (dot >= 0 && isType(rest.slice(dot + 1).trim())) {
    return { name: rest.slice(0, dot).trim(), statServer: ownServer, type: rest.slice(dot + 1).trim() };
  }
  return { name: rest.trim(), statServer: ownServer, type: defaults.type };
}

function isType(text: string): boolean {
  const type = text.toLowerCase();
  return KINDS.has(type) || REFUSED.has(type);
}

function explained<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    throw new RingbackError('invalid-target', `The target "${text}" cannot be read. ${error.message}`, [], {
      cause: error,
    });
  }
}

function invalid(text: string, reason: string): RingbackError {
  return new RingbackError('invalid-target', `The target "${text}" cannot be read: ${reason}.`);
}

/** More texts than these are read anew. */
const MOST_READ = 500;

/** Targets by their text, each read once. */
export class ReadTargets {
  readonly #targets = new Map<string, Target>();

  /** @throws RingbackError as `parseTarget` */
  get(text: string): Target {
    const known = this.#targets.get(text);
    if (known) return known;
    const target = parseTarget(text);
    if (this.#targets.size >= MOST_READ) this.#targets.clear();
    this.#targets.set(text, target);
    return target;
  }
}
