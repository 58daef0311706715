import type { ChildDescriptor } from '@ringback/scxml';
import { isObject, type JsonObject, RingbackError } from '../../../kernel/index.js';
import { parseTarget, parseTargets, type Target, type TargetDefaults } from '../../../routing/index.js';
import type { Action } from '../../action-module.js';
import { objectOf } from '../attributes.js';

/** `<queue:targets>` (ors-core-queue.md 3.4). */
export const TARGETS: ChildDescriptor = {
  name: 'targets',
  attributes: { type: { kind: 'lenient' }, statserver: { kind: 'value' } },
  children: [
    {
      name: 'target',
      attributes: {
        name: { kind: 'value' },
        type: { kind: 'lenient' },
        statserver: { kind: 'value' },
        skillexpr: { kind: 'value' },
        weight: { kind: 'value' },
        threshold: { kind: 'value' },
      },
    },
    { name: 'targetid', attributes: { expr: { kind: 'value' } } },
    { name: 'activity', attributes: { name: { kind: 'value' }, site: { kind: 'value' }, cutoff: { kind: 'value' } } },
    { name: 'workbin', attributes: { name: { kind: 'value' }, type: { kind: 'value' }, owner: { kind: 'value' } } },
  ],
};

/** Element type names of `<queue:target>` (ors-core-queue.md 3.1) and their abbreviations. */
const TYPE_ABBREVIATIONS: Readonly<Record<string, string>> = {
  agent: 'A',
  place: 'AP',
  agentgroup: 'GA',
  skill: 'GA',
  placegroup: 'GP',
  queue: 'Q',
  queuegroup: 'GQ',
  routepoint: 'RP',
  campaigngroup: 'GC',
  label: 'DL',
  dn: 'DN',
};

/** What of the original's children has no counterpart here. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  activity: 'workforce activities are not configured here',
  workbin: 'there are no workbins here',
};

/**
 * The targets of a request, all of its `<queue:targets>` together.
 * @throws RingbackError `notargets` (none is named), `notsupported`, `invalidparameter` (one cannot be read)
 */
export function targetsOf(action: Action): Target[] {
  const targets: Target[] = [];
  for (const element of action.children.filter(({ name }) => name === 'targets')) {
    const common = objectOf(element.attributes, 'targets');
    for (const { name, attributes } of element.children) {
      const reason = UNSUPPORTED[name];
      if (reason !== undefined) throw new RingbackError('notsupported', `<queue:${name}> cannot be used: ${reason}.`);
      targets.push(...read(() => (name === 'targetid' ? listed(common, attributes) : [single(common, attributes)])));
    }
  }
  if (targets.length === 0) throw new RingbackError('notargets', 'The request names no target.');
  return targets;
}

/** `<queue:targetid expr=>`: a list in the original's notation, as text or as an array. */
function listed(common: JsonObject, { expr }: JsonObject): Target[] {
  const empty = expr === undefined || expr === null || expr === '' || (Array.isArray(expr) && expr.length === 0);
  if (empty) return [];
  const isSteps = Array.isArray(expr) && expr.some(isObject);
  return parseTargets(isSteps ? expr : String(expr), defaultsOf(common, {}));
}

/** `<queue:target name= type= ...>`. */
function single(common: JsonObject, target: JsonObject): Target {
  const name = textOf(target.name) ?? '';
  const expression = textOf(target.skillexpr);
  const { type = 'A', statServer = '', ...defaults } = defaultsOf(common, target);
  if (expression === undefined && name === '') throw new RingbackError('notargets', 'A target has no name.');
  // The label of an expression must not be read as a part of the notation.
  const subject = expression === undefined ? name : `?${name.replace(/[:@]/g, '_')}:${expression}`;
  return parseTarget(`${subject}@${statServer}.${expression === undefined ? type : 'GA'}`, defaults);
}

function defaultsOf(common: JsonObject, own: JsonObject): TargetDefaults {
  const type = textOf(own.type) ?? textOf(common.type);
  const statServer = textOf(own.statserver) ?? textOf(common.statserver);
  const threshold = textOf(own.threshold)?.replace(/^\{(.*)\}$/s, '$1');
  return {
    ...(type !== undefined && { type: TYPE_ABBREVIATIONS[type.toLowerCase()] ?? type }),
    ...(statServer !== undefined && { statServer }),
    ...(threshold !== undefined && { threshold }),
    ...weightOf(own.weight),
  };
}

function weightOf(given: JsonObject[string] | undefined): { weight?: number } {
  const text = textOf(given);
  if (text === undefined) return {};
  const weight = Number(text);
  if (Number.isSafeInteger(weight) && weight >= 0) return { weight };
  throw new RingbackError('invalidparameter', `The weight of a target must be a whole number, not ${text}.`);
}

function textOf(value: JsonObject[string] | undefined): string | undefined {
  return value === undefined || value === null || String(value).trim() === '' ? undefined : String(value).trim();
}

/** Reads targets; what routing calls wrong gets the names of the original's error events (ors-core-queue.md 3.6). */
function read(parse: () => Target[]): Target[] {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    if (error.code === 'unsupported-target') {
      throw new RingbackError('notsupported', error.message, [], { cause: error });
    }
    if (error.code === 'invalid-target') {
      throw new RingbackError('invalidparameter', error.message, [], { cause: error });
    }
    throw error;
  }
}
