import {
  flag,
  integer,
  itemsOf,
  type OptionDefinition,
  type OptionFamily,
  oneOf,
  seconds,
  shaped,
  text,
} from './option.js';

/** Section of the original in which an option is found, when section `ors` does not have it. */
const inOrchestration = (name: string) => ({ section: 'orchestration', name });
const inScxml = (name: string) => ({ section: 'scxml', name });

const address = shaped(/^https?:\/\/\S+$/, 'an address such as https://host:port');

/** Options of the original's section `orchestration` that mean something here. */
const httpOptions = [
  {
    name: 'cookie',
    type: text,
    effect:
      'Value of the `Set-Cookie` header of answers about a session; empty: `ORSSESSIONID=<session>.node<number>`, by which load balancers find the node.',
    fallback: inOrchestration('cookie'),
    since: '8.1.400.44',
  },
  {
    name: 'external-url',
    type: address,
    effect:
      'Address of the load balancer. Clients are sent there, instead of to the node itself, when their session lives on another node; it is also the beginning of the locations that sessions have for events over HTTP.',
    fallback: inOrchestration('external-url'),
  },
  {
    name: 'sessionid-with-nodeid',
    type: flag,
    preset: 'false',
    effect: 'Ids of new sessions begin with the number of their node: `~1~...`.',
    fallback: inOrchestration('sessionid-with-nodeid'),
  },
  {
    name: 'parse-start-params',
    type: flag,
    preset: 'true',
    absent: 'true',
    effect:
      'Start parameters in addresses and forms that look like JSON (objects, arrays, numbers, true, false) are taken as such; otherwise they are texts.',
    fallback: inOrchestration('parse-start-params'),
  },
  {
    name: 'webfm_event_hold_response',
    type: flag,
    preset: 'true',
    absent: 'true',
    effect: 'An event over HTTP is answered when the session has processed it, not already when it is stored.',
    fallback: inOrchestration('webfm_event_hold_response'),
  },
] as const satisfies readonly OptionDefinition[];

/** Options of the original's section `scxml` that mean something here. */
const sessionOptions = [
  {
    name: 'max-session-age',
    type: seconds,
    preset: '0',
    absent: '0',
    effect:
      'A session that lasts longer is ended by its exit handlers, with the reason `timeout`; 0 sets no limit. `_maxtime` of a document replaces it.',
    fallback: inScxml('max-session-age'),
  },
  {
    name: 'max-pending-events',
    type: integer({ min: 0 }),
    preset: '100',
    absent: '10000',
    effect:
      'Events that may wait for a session. One more from a client is refused with 503; a session that fills its own queue is ended. 0 sets no limit.',
    fallback: inScxml('max-pending-events'),
  },
  {
    name: 'max-microstep-count',
    type: integer({ min: 0 }),
    preset: '1000',
    absent: '10000',
    effect:
      'Microsteps of one event, after which the session is ended. `_microStepLimit` of a document replaces it. In effect for applications that are loaded after the change.',
    fallback: inScxml('max-microstep-count'),
  },
  {
    name: 'max-state-entry-count',
    type: integer({ min: 0 }),
    preset: '100',
    absent: '10000',
    effect:
      'Entries of one state during one event, after which the session is ended. `_stateEntryLimit` of a document replaces it. In effect for applications that are loaded after the change.',
    fallback: inScxml('max-state-entry-count'),
  },
  {
    name: 'max-includes',
    type: integer({ min: 0 }),
    preset: '500',
    absent: '500',
    effect: 'XInclude elements of one application, after which it is refused.',
    fallback: inScxml('max-includes'),
  },
  {
    name: 'isolated-flows',
    type: itemsOf('names of flows, or *'),
    effect:
      'Applications whose sessions do not share a sandbox: each has 64 MB of its own, at the price of about a megabyte and a few milliseconds whenever it is taken up. For applications that are loaded from now on.',
  },
  {
    name: 'metric-level',
    type: oneOf('none', 'state', 'all'),
    preset: 'none',
    absent: 'none',
    effect:
      'What of the steps of sessions goes into the log, in lines `METRIC <...>`: states and transitions, or all that is executed. `_debug="true"` of a document logs all of its own sessions.',
    fallback: inScxml('metric-level'),
  },
  {
    name: 'http-max-age',
    type: seconds,
    preset: '0',
    absent: '0',
    effect: 'How long a fetched document is used without asking again when its server does not say it.',
    fallback: inScxml('http-max-age'),
  },
  {
    name: 'http-max-stale-time',
    type: seconds,
    preset: '60',
    absent: '60',
    effect: 'How long after that it is still used when its server does not answer.',
    fallback: inScxml('http-max-stale-time'),
  },
  {
    name: 'http-no-cache-urls',
    type: itemsOf('beginnings of addresses'),
    effect: 'Documents that are fetched at each start, whatever their server says.',
    fallback: inScxml('http-no-cache-urls'),
  },
] as const satisfies readonly OptionDefinition[];

export const orsSection = [
  {
    name: 'max_ors_request_attempts',
    type: integer({ min: 1, max: 100 }),
    preset: '3',
    absent: '3',
    effect: 'How many requests to orchestration servers are made in all before one fails.',
  },
  {
    name: 'ors_loadbalancer_refresh_rate',
    type: integer({ min: 30000, unit: 'milliseconds' }),
    preset: '45000',
    effect: 'How often dead orchestration servers are tried again.',
    actor: 'nobody',
  },
  {
    name: 'fetch-allow',
    type: itemsOf('hosts, host:port, CIDR ranges, address prefixes, or *'),
    effect:
      'Addresses on loopback, link-local and private networks that documents and `fetch` may reach: `host`, `host:port`, a CIDR range, an address prefix, or `*`.',
  },
  {
    name: 'http-max-redirections',
    type: integer({ min: 0, max: 20 }),
    preset: '5',
    absent: '5',
    effect: 'How many redirections `<session:fetch>` follows.',
  },
  {
    name: 'elasticsearch-url',
    type: address,
    effect:
      'Search server that the actions of `elasticconnector` write to: `http://host:9200`, with a path if it has one.',
  },
  { name: 'elasticsearch-username', type: text, effect: 'User name for the search server (HTTP Basic).' },
  { name: 'elasticsearch-password', type: text, effect: 'Password for the search server.', secret: true },
  {
    name: 'request-timeout',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'How long a request over HTTP waits for the answer of the application before it is answered with 504.',
  },
  {
    name: 'redirect-to-owner',
    type: flag,
    preset: 'true',
    absent: 'true',
    effect:
      'In a cluster, clients of a session that another node started are sent there with 307, as the original does. `false`: every node answers for all sessions.',
  },
  ...httpOptions,
  ...sessionOptions,
] as const satisfies readonly OptionDefinition[];

function section(id: string, introduction: string, options: readonly OptionDefinition[]): OptionFamily {
  return { id, holder: 'section', title: `Section \`${id}\``, introduction, groups: [{ title: '', options }] };
}

/** The same options as in section `ors`, where the original has them. */
const asInOriginal = (options: readonly OptionDefinition[]): OptionDefinition[] =>
  options.map(({ fallback: _fallback, ...option }) => option);

export const orchestrationSectionFamilies: readonly OptionFamily[] = [
  section('ors', 'Orchestration. What is not set here is looked for in the sections of the original.', orsSection),
  section('orchestration', 'Options of the original that section `ors` can replace.', asInOriginal(httpOptions)),
  section('scxml', 'Options of the original that section `ors` can replace.', asInOriginal(sessionOptions)),
];
