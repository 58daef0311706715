import { families } from './index.js';
import type { OptionDefinition } from './option.js';

/** What a new service is made from: its options with the values that they begin with (gms-observed.md 21). */
export interface ServiceTemplate {
  name: string;
  title: string;
  description: string;
  /** Id of the family of its options in the catalogue. */
  family: string;
  /** Templates of services that must be configured before one of these is used (reference 001, "Cross-Dependencies"). */
  requires: readonly string[];
  /** Options that an administrator has to fill in. */
  mandatory: readonly string[];
  /** In the order of the catalogue. */
  options: readonly TemplateOption[];
}

export interface TemplateOption {
  group: string;
  definition: OptionDefinition;
  /** Empty where nothing is pre-filled. */
  value: string;
}

type Values = Readonly<Record<string, string>>;

interface Outline {
  name: string;
  title: string;
  description: string;
  family: string;
  requires?: readonly string[];
  mandatory?: readonly string[];
  /** What differs from the values that the catalogue pre-fills; without `only`, all options of the family belong to it. */
  values: Values;
  /** Only the options of `values`. */
  only?: true;
}

const BOTH = ['request-access', 'match-interaction'];
const DIALED = ['_target', '_urs_virtual_queue', '_route_point'];
const CALLBACK = { _type: 'ors', _service: 'callback' };
const TERMINATED = { ...CALLBACK, _call_direction: 'USERTERMINATED' };
const ORIGINATED = { ...CALLBACK, _call_direction: 'USERORIGINATED' };
const EVERY_HOUR = JSON.stringify(
  Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [`${String(hour).padStart(2, '0')}00`, 1000])),
);

function callback(outline: Omit<Outline, 'family' | 'requires' | 'mandatory'> & Partial<Outline>): Outline {
  return { family: 'callback', requires: BOTH, mandatory: DIALED, ...outline };
}

const OUTLINES: readonly Outline[] = [
  callback({
    name: 'User-Terminated-Immediate',
    title: 'User Terminated Immediate',
    description:
      'The customer is called at once and then waits for an agent in the place that the callback had in line.',
    values: { ...TERMINATED, _wait_for_agent: 'false', _wait_for_user_confirm: 'false' },
  }),
  callback({
    name: 'User-Terminated-Delayed',
    title: 'User Terminated Delayed',
    description: "When an agent is near, the customer's device is asked to confirm; then the customer is called.",
    values: { ...TERMINATED, _wait_for_agent: 'true', _wait_for_user_confirm: 'true' },
  }),
  callback({
    name: 'User-Terminated-Scheduled',
    title: 'User Terminated Scheduled',
    description: 'The customer is called at a time that the request names, out of those that are available.',
    values: { ...TERMINATED, _wait_for_agent: 'true', _wait_for_user_confirm: 'false' },
  }),
  callback({
    name: 'User-Terminated-Preview',
    title: 'User Terminated Delayed with Agent Preview',
    description:
      'A reserved agent sees the callback and takes it; then the customer is called from the phone of the agent.',
    values: {
      ...TERMINATED,
      _wait_for_agent: 'true',
      _wait_for_user_confirm: 'false',
      _agent_preview: 'true',
      _userterminated_first_connect_party: 'AGENT',
    },
  }),
  callback({
    name: 'Agent-Reservation',
    title: 'Pre-emptive Agent Reservation',
    description: 'An agent is reserved and called before the customer, who never waits.',
    values: { ...TERMINATED, _wait_for_agent: 'true', _userterminated_first_connect_party: 'AGENT' },
  }),
  callback({
    name: 'Dialing-Notifications',
    title: 'Dialing Notifications',
    description: 'The customer is called when an agent is about to be free; no agent loses time.',
    values: { ...TERMINATED, _wait_for_agent: 'true', _urs_ewt_estimation_method: 'ursdial' },
  }),
  callback({
    name: 'User-Originated-Immediate',
    title: 'User Originated Immediate',
    description: 'The customer gets a number to call at once; the call is matched to the request.',
    mandatory: ['_target', '_urs_virtual_queue', '_resource_group'],
    values: { ...ORIGINATED, _wait_for_agent: 'false', _ixn_createcall_timeout: '15' },
  }),
  callback({
    name: 'User-Originated-Delayed',
    title: 'User Originated Delayed',
    description: "When an agent is near, the customer's device is told, and asks for the number to call.",
    mandatory: ['_target', '_urs_virtual_queue', '_resource_group'],
    values: { ...ORIGINATED, _wait_for_agent: 'true', _wait_for_user_confirm: 'true', _ixn_createcall_timeout: '15' },
  }),
  callback({
    name: 'Chat-Immediate',
    title: 'Chat Immediate',
    description: 'The customer is told at once where the chat begins.',
    requires: ['request-chat'],
    mandatory: ['_chat_endpoint'],
    values: { ...ORIGINATED, _media_type: 'chat', _wait_for_agent: 'false' },
  }),
  callback({
    name: 'Chat-Delayed',
    title: 'Chat Delayed',
    description: "When an agent is near, the customer's device is told, and asks where the chat begins.",
    requires: ['request-chat'],
    mandatory: ['_chat_endpoint', '_target', '_urs_virtual_queue'],
    values: { ...ORIGINATED, _media_type: 'chat', _wait_for_agent: 'true', _wait_for_user_confirm: 'true' },
  }),
  {
    name: 'office-hours',
    title: 'Office hours',
    description: 'When an office is open.',
    family: 'office-hours',
    values: {
      _type: 'builtin',
      _service: 'office-hours',
      _timezone: 'UTC',
      _ttl: '30',
      _bh_regular1: 'Mon-Fri 08:00-20:00',
    },
    only: true,
  },
  {
    name: 'capacity',
    title: 'Capacity',
    description: 'How many callbacks can be booked per time bucket, hour by hour of the week.',
    family: 'capacity',
    values: {
      ...{ _type: 'builtin', _service: 'capacity', _timezone: 'UTC' },
      _capacity: '[Mon, Tue, Wed, Thu, Fri, Sat, Sun]',
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [`_capacity_${day}`, `{"${day}":${EVERY_HOUR}}`])),
      _capacity_add: '[]',
    },
    only: true,
  },
  {
    name: 'request-interaction',
    title: 'Request interaction',
    description: 'Gives a customer a number to call, and keeps the data of the request for the agent.',
    family: 'request-interaction',
    requires: BOTH,
    values: {
      ...{ _type: 'builtin', _service: 'request-interaction', _provide_code: 'false' },
      ...{ _resource_group: 'DNIS', _ttl: '30' },
    },
    only: true,
  },
  {
    name: 'match-interaction',
    title: 'Match interaction',
    description: 'Finds the service that a call belongs to.',
    family: 'match-interaction',
    requires: ['request-access'],
    values: { _type: 'builtin', _service: 'match-interaction' },
    only: true,
  },
  {
    name: 'request-access',
    title: 'Request access',
    description: 'Gives access numbers and codes to services that exist.',
    family: 'request-access',
    values: { _type: 'builtin', _service: 'request-access', _access_code_length: '' },
    only: true,
  },
  {
    name: 'request-chat',
    title: 'Request chat',
    description: 'Begins a chat with an agent.',
    family: 'request-chat',
    mandatory: ['_chat_endpoint'],
    values: { _type: 'builtin', _service: 'request-chat', _chat_endpoint: 'Environment:default', _ttl: '36000' },
    only: true,
  },
  {
    name: 'get',
    title: 'Status of the node',
    description: 'Answers whether this node takes requests, for load balancers.',
    family: 'get',
    values: { _type: 'builtin', _service: 'get', _online_code: '200', _offline_code: '503' },
    only: true,
  },
  {
    name: 'hello',
    title: 'Hello',
    description: 'The smallest application: it answers each start.',
    family: 'application',
    values: { _type: 'ors', _service: 'hello', _ttl: '3600' },
    only: true,
  },
];

/** All templates, those of callbacks first. */
export function serviceTemplates(): ServiceTemplate[] {
  return OUTLINES.map(({ values, only, requires = [], mandatory = [], ...outline }) => {
    const family = families.find(({ id }) => id === outline.family) ?? families.find(({ id }) => id === 'application');
    const known = (family?.groups ?? []).flatMap(({ title, options }) =>
      options.map((definition) => ({ title, definition })),
    );
    const named = new Map(known.map((one) => [one.definition.name, one]));
    const others = Object.keys(values).filter((name) => !named.has(name));
    const extra = others.map((name) => ({ title: '', definition: definitionOf(name, known) }));
    const options = [...known, ...extra]
      .filter(({ title, definition: { name, preset } }) => {
        if (name in values || mandatory.includes(name)) return true;
        return !only && preset !== undefined && title !== 'Every service';
      })
      .map(({ title, definition }) => ({
        group: title,
        definition,
        value: values[definition.name] ?? definition.preset ?? '',
      }));
    return { ...outline, requires, mandatory, options };
  });
}

/** An option out of several of one kind (`_bh_regular1` of `_bh_regular*`), or one that the catalogue does not know. */
function definitionOf(name: string, known: readonly { definition: OptionDefinition }[]): OptionDefinition {
  const kind = known.find(
    ({ definition }) => definition.name.endsWith('*') && name.startsWith(definition.name.slice(0, -1)),
  )?.definition;
  return { ...(kind ?? { type: { kind: 'text' }, effect: '' }), name };
}
