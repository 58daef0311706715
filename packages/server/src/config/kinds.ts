import { RE2JS } from 're2js';
import type { TSchema } from 'typebox';
import type { ErrorDetail, JsonObject, JsonValue } from '../kernel/index.js';
import { isObject } from '../kernel/index.js';
import type { Kind, ObjectTypes } from './objects.js';
import { checkSection, checkService, pointerTo } from './option-check.js';
import { checkCallingList, checkFilter, checkOutboundSchedule, checkTreatment } from './outbound-check.js';
import { options } from './schemas/building-blocks.js';
import * as centre from './schemas/contact-centre.js';
import * as installation from './schemas/installation.js';
import * as outbound from './schemas/outbound.js';
import { switchSettings } from './schemas/switch.js';
import { checkSwitch } from './switch-check.js';

/**
 * Everything that is particular to one kind of object. A kind is one entry here, one type in `objects.ts` and one
 * schema.
 */
export interface KindDefinition<Object> {
  /** Its member in a configuration file. */
  readonly fileKey: string;
  /** The field that names an object; undefined where the value is a map or a list without a name of its own. */
  readonly nameField?: string;
  readonly schema: TSchema;
  /** `texts`: every scalar of a value is a text, so that numbers and flags need no quotes. */
  readonly scalars: 'texts' | 'typed';
  /** The full form of a value that may be given in a short one, so that it can be merged. */
  readonly expand?: (value: JsonValue) => JsonValue;
  /** Rules beyond the schema. */
  readonly check?: (name: string, value: JsonObject) => ErrorDetail[];
  /** The object that a stored, valid value stands for. */
  readonly read: (name: string, value: JsonObject) => Object;
}

/** The type of a stored value: only values that satisfy the kind's schema and checks are stored. */
function stored<Object>(value: object): Object {
  return value as Object; // vouched for by `prepare`, the only way into the store
}

const FILLED = { enabled: true, options: {} };

/** A kind whose objects are read as they are stored, with `enabled` and `options` filled in. */
function plain<K extends Kind>(fileKey: string, nameField: string, schema: TSchema): KindDefinition<ObjectTypes[K]> {
  return {
    fileKey,
    nameField,
    schema,
    scalars: 'typed',
    read: (_name, value) => stored({ ...FILLED, ...value }),
  };
}

const services: KindDefinition<ObjectTypes['services']> = {
  fileKey: 'services',
  schema: options,
  scalars: 'texts',
  check: (_name, value) => checkService(stored(value)),
  read: (_name, value) => stored(value),
};

const sections: KindDefinition<ObjectTypes['options']> = {
  fileKey: 'options',
  schema: options,
  scalars: 'texts',
  check: (name, value) => checkSection(name, stored(value)),
  read: (_name, value) => stored(value),
};

const resources: KindDefinition<ObjectTypes['resources']> = {
  fileKey: 'resources',
  schema: centre.resourceGroup,
  scalars: 'typed',
  expand: (value) => (Array.isArray(value) ? { members: value } : value),
  read: (_name, value) => stored({ strategy: 'RANDOM', ...value }),
};

const patterns: KindDefinition<ObjectTypes['patterns']> = {
  fileKey: 'patterns',
  schema: centre.patternGroup,
  scalars: 'texts',
  expand: (value) =>
    Array.isArray(value) ? Object.fromEntries(value.map((expression) => [String(expression), expression])) : value,
  check: (_name, value) =>
    Object.entries(value).flatMap(([name, expression]) => {
      const detail = expressionComplaint(String(expression));
      return detail ? [{ pointer: pointerTo(name), detail }] : [];
    }),
  read: (_name, value) => stored(value),
};

const lists: KindDefinition<ObjectTypes['lists']> = {
  fileKey: 'lists',
  schema: centre.listObject,
  scalars: 'texts',
  read: (_name, value) => stored(value),
};

const agents: KindDefinition<ObjectTypes['agents']> = {
  ...plain<'agents'>('agents', 'id', centre.agent),
  read: (name, value) => stored({ ...FILLED, dn: name, skills: {}, groups: [], ...value }),
};

const applications: KindDefinition<ObjectTypes['applications']> = {
  ...plain<'applications'>('applications', 'name', centre.application),
  read: (_name, value) => stored({ ...FILLED, connections: [], ...value }),
};

const campaigns: KindDefinition<ObjectTypes['campaigns']> = {
  ...plain<'campaigns'>('campaigns', 'name', outbound.campaign),
  read: (_name, value) => {
    const lists = Array.isArray(value.callingLists) ? value.callingLists : [];
    const callingLists = lists.map((list) => ({ share: 10, isActive: true, ...(isObject(list) ? list : {}) }));
    return stored({ ...FILLED, ...value, callingLists });
  },
};

const campaignGroups: KindDefinition<ObjectTypes['campaign-groups']> = {
  ...plain<'campaign-groups'>('campaignGroups', 'campaign', outbound.campaignGroup),
  check: (_name, value) => campaignGroupComplaints(value),
  read: (name, value) => stored({ ...FILLED, ...value, name }),
};

const outboundSchedules: KindDefinition<ObjectTypes['outbound-schedules']> = {
  ...plain<'outbound-schedules'>('outboundSchedules', 'name', outbound.outboundSchedule),
  check: checkOutboundSchedule,
  read: (_name, value) => stored({ ...FILLED, timeZone: 'UTC', ...value }),
};

const MOST_PERCENT = 100;

function campaignGroupComplaints({ optimizeBy, optimizeGoal, minRecBuffSize = 4, optRecBuffSize }: JsonObject) {
  const details: ErrorDetail[] = [];
  if (optimizeBy !== 'WaitTime' && Number(optimizeGoal ?? 0) > MOST_PERCENT) {
    details.push({ pointer: '/optimizeGoal', detail: `is ${optimizeGoal}, must be a percentage` });
  }
  if (optRecBuffSize !== undefined && Number(optRecBuffSize) < Number(minRecBuffSize)) {
    details.push({
      pointer: '/optRecBuffSize',
      detail: `is ${optRecBuffSize}, must be at least minRecBuffSize (${minRecBuffSize})`,
    });
  }
  return details;
}

const users: KindDefinition<ObjectTypes['users']> = {
  ...plain<'users'>('users', 'name', centre.user),
  read: (_name, value) => stored({ enabled: true, ...value }),
};

const switches: KindDefinition<ObjectTypes['switch']> = {
  fileKey: 'switch',
  schema: switchSettings,
  scalars: 'typed',
  check: checkSwitch,
  read: (_name, value) => stored(value),
};

const listeners: KindDefinition<ObjectTypes['listeners']> = {
  ...plain<'listeners'>('listeners', 'name', installation.listener),
  check: (name, value) =>
    value.api === undefined && !API_NAMES.includes(name)
      ? [{ pointer: '/api', detail: `is missing: it names the API of this listener (${API_NAMES.join(', ')})` }]
      : [],
  read: (name, value) => stored({ api: name, open: false, ...value }),
};

const API_NAMES = ['gms', 'cs', 'ors', 'ocs', 'commdn', 'desktop', 'admin'];

export const kinds: { readonly [K in Kind]: KindDefinition<ObjectTypes[K]> } = {
  options: sections,
  services,
  resources,
  patterns,
  lists,
  skills: plain<'skills'>('skills', 'name', centre.skill),
  agents,
  'agent-groups': plain<'agent-groups'>('agentGroups', 'name', centre.agentGroup),
  'virtual-queues': plain<'virtual-queues'>('virtualQueues', 'name', centre.virtualQueue),
  dns: plain<'dns'>('dns', 'number', centre.dn),
  applications,
  'calling-lists': { ...plain<'calling-lists'>('callingLists', 'name', outbound.callingList), check: checkCallingList },
  campaigns,
  'campaign-groups': campaignGroups,
  'outbound-schedules': outboundSchedules,
  filters: { ...plain<'filters'>('filters', 'name', outbound.filter), check: checkFilter },
  treatments: { ...plain<'treatments'>('treatments', 'name', outbound.treatment), check: checkTreatment },
  users,
  switch: switches,
  listeners,
};

/** All kinds, in the order of a configuration file. */
export const kindNames = Object.keys(kinds) as readonly Kind[]; // the record above has exactly these keys

/** The one object of kind `switch`. */
export const THE_SWITCH = 'switch';

/** The name under which an object is stored and addressed: agents by id, dns by number, campaign groups by both. */
export function nameOf(kind: Kind, value: JsonObject): string | undefined {
  if (kind === 'campaign-groups') {
    const { campaign, group } = value;
    return typeof campaign === 'string' && typeof group === 'string' ? `${campaign}@${group}` : undefined;
  }
  const { nameField } = kinds[kind];
  const name = nameField && value[nameField];
  return typeof name === 'string' ? name : undefined;
}

/** What keeps an expression from being evaluated in linear time, whatever it is matched with (RE2 syntax). */
function expressionComplaint(expression: string): string | undefined {
  try {
    RE2JS.compile(expression);
    return undefined;
  } catch (error) {
    return `is no regular expression that can be evaluated safely: ${error instanceof Error ? error.message : error}`;
  }
}
