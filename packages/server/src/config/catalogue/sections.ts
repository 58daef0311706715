import { campaignOptions } from './campaign-options.js';
import { dialingOptions } from './dialing-options.js';
import {
  flag,
  integer,
  itemsOf,
  jsonObject,
  names,
  type OptionDefinition,
  type OptionFamily,
  oneOf,
  seconds,
  secondsClamped,
  shaped,
  text,
  zone,
} from './option.js';
import { orchestrationSectionFamilies } from './orchestration-sections.js';
import { pushSection } from './push-section.js';
import { signInFamily } from './sign-in-section.js';

const POLLING = seconds;

/** Section `callback`: what holds for callback services that do not say otherwise. */
export const callbackSection = [
  {
    name: '_enable_in_queue_checking',
    type: oneOf('true', 'false', 'strict'),
    preset: 'true',
    effect: 'Duplicate check of services that do not set it.',
  },
  {
    name: 'max_queued_callbacks_per_service',
    type: integer({}),
    preset: '1000',
    effect: 'Limit of submitted, unfinished callbacks of services that do not set one.',
  },
  {
    name: '_throttle_callbacks_per_service_1',
    type: integer({}),
    preset: '500',
    effect: 'First limit of services that do not set one.',
  },
  { name: '_throttle_ttl_1', type: integer({ unit: 'seconds' }), preset: '300', effect: 'Its interval.' },
  {
    name: '_throttle_callbacks_per_service_2',
    type: integer({}),
    preset: '1000',
    effect: 'Second limit of services that do not set one.',
  },
  { name: '_throttle_ttl_2', type: integer({ unit: 'seconds' }), preset: '3600', effect: 'Its interval.' },
  {
    name: '_throttle_request_parameters',
    type: names,
    preset: '_customer_number',
    effect: 'Request parameters whose values are limited per day, for services that do not name any.',
  },
  {
    name: '_throttle_request_parameters_limit',
    type: integer({}),
    preset: '6',
    effect: 'Their limit.',
  },
  {
    name: '_enable_throttle_header_parameters',
    type: flag,
    preset: 'true',
    absent: 'true',
    effect: 'A header with the name of a limited parameter counts before the parameter in the body.',
  },
  {
    name: 'compat',
    type: oneOf('2013', '85', 'both'),
    preset: 'both',
    effect: 'Which version of the Callback API services speak that do not say it by `_compat`.',
  },
  {
    name: 'filter-keys',
    type: names,
    preset: '_callback_state,_callback_reason,_request_queue_time_stat,_request_ewt_service,_vq',
    absent: '_callback_state,_callback_reason,_request_queue_time_stat,_request_ewt_service,_vq',
    effect: 'Keys that the administration query accepts as filters.',
    since: '8.5.111.04',
  },
  {
    name: 'returned-keys',
    type: names,
    preset: '_desired_time,_callback_state,_callback_reason,_ors_session_id',
    absent: '_desired_time,_callback_state,_callback_reason,_ors_session_id',
    effect: 'Keys that queries return beside those that are always returned.',
  },
  {
    name: 'queue-polling-rate',
    type: POLLING,
    preset: '60',
    absent: '60',
    effect:
      'Pause between attempts to start the application of a callback. Callbacks are submitted at their time; nothing is polled for.',
  },
  {
    name: 'queue-polling-rate-recover',
    type: POLLING,
    preset: '3600',
    absent: '3600',
    effect: 'Polling interval of the recovery of older callbacks in the original.',
    inert: 'nothing is polled for: callbacks are submitted at their time, however old',
  },
  {
    name: 'log-background-activity',
    type: flag,
    preset: 'false',
    effect: 'Log what happens in the background.',
    inert: 'the log level says what is logged (RINGBACK_LOG_LEVEL)',
  },
  {
    name: 'enable-restore-vq-position',
    type: flag,
    preset: 'true',
    effect: 'A callback that is submitted again gets its former place in the line.',
  },
  {
    name: 'disable_additional_columns_from_callbacks',
    type: flag,
    effect: 'No additional columns in the list of callbacks.',
    actor: 'nobody',
  },
  {
    name: 'callback_column_alias',
    type: jsonObject,
    effect: 'Titles of additional columns: `{"key":"Display name"}`.',
    actor: 'nobody',
  },
  {
    name: '_enable_gms_dfm',
    type: flag,
    preset: 'true',
    effect: 'How applications call back into the server; here they always can.',
    inert: 'applications run inside this server and always reach it',
  },
  {
    name: '_fetch_retry_attempt',
    type: integer({ min: 0 }),
    preset: '3',
    effect: 'Retries then.',
    inert: 'applications run inside this server and fetch nothing from it',
  },
  {
    name: '_fetch_retry_delay',
    type: seconds,
    preset: '10',
    effect: 'Pause between them.',
    inert: 'applications run inside this server and fetch nothing from it',
  },
  {
    name: '_fetch_timeout',
    type: seconds,
    preset: '15',
    effect: 'Time limit of each.',
    inert: 'applications run inside this server and fetch nothing from it',
  },
  {
    name: '_services_credentials',
    type: text,
    effect: 'Credentials with which applications call the server.',
    secret: true,
    inert: 'applications run inside this server and need no credentials for it',
  },
] as const satisfies readonly OptionDefinition[];

export const serverSection = [
  {
    name: 'username',
    type: text,
    effect: 'User name of HTTP Basic authentication for every GMS API. Alone it protects nothing.',
  },
  {
    name: 'password',
    type: text,
    effect: 'Password of HTTP Basic authentication for every GMS API. Services may have credentials of their own.',
    secret: true,
  },
  {
    name: 'external_url_base',
    type: shaped(/^https?:\/\/\S+$/, 'an address such as https://host:port/'),
    effect: 'Address by which clients reach this server.',
  },
  { name: 'relative_url', type: flag, effect: 'Answer with relative links.' },
  {
    name: 'node_id',
    type: integer({ min: 0 }),
    preset: '1',
    absent: '1',
    effect: 'Number of this node in the ids of immediate callbacks.',
  },
  {
    name: 'web_port',
    type: integer({ min: 0, max: 65535 }),
    preset: '8080',
    effect: 'Port of the original; here RINGBACK_PORT says it.',
    actor: 'nobody',
  },
  {
    name: 'access_code_prefix',
    type: text,
    effect:
      'Digits that access codes begin with: `9`, or a range such as `7-9`. With a prefix for each node their codes differ. It must be shorter than the codes.',
  },
  {
    name: 'cors_allowed_origins',
    type: itemsOf('origins'),
    effect:
      'Origins whose pages may use the GMS APIs, such as `https://shop.example`; `*`: all, without credentials. Without it only pages of this server.',
  },
  {
    name: 'allow-file-control',
    type: flag,
    preset: 'false',
    effect: 'Accept only files of the types below.',
  },
  {
    name: 'allowed-mime-types',
    type: itemsOf('media types'),
    preset: '',
    effect: 'Types of files that are accepted.',
  },
  {
    name: '_ors',
    type: itemsOf('base addresses of orchestration servers'),
    effect: 'Orchestration servers of all services.',
  },
  {
    name: '_ors_lb_strategy',
    type: oneOf('circular', 'linear'),
    preset: 'circular',
    effect: 'Order in which they are tried.',
  },
] as const satisfies readonly OptionDefinition[];

export const gmsSection = [
  {
    name: 'http.connection_timeout',
    type: seconds,
    preset: '10',
    absent: '10',
    effect: 'Time limit for connecting to other servers.',
  },
  {
    name: 'http.socket_timeout',
    type: seconds,
    preset: '10',
    absent: '10',
    effect: 'Time limit for their answers.',
  },
  {
    name: 'http.max_connections_per_route',
    type: integer({ min: 1 }),
    preset: '20',
    absent: '20',
    effect: 'Connections to one server; more requests wait.',
    actor: 'nobody',
  },
  {
    name: 'http.max_connections_total',
    type: integer({ min: 1 }),
    preset: '100',
    absent: '100',
    effect: 'Connections to all servers.',
    actor: 'nobody',
  },
  {
    name: 'http.use_lax_redirect_strategy',
    type: flag,
    preset: 'true',
    effect: 'Follow redirects of POST requests too.',
    actor: 'nobody',
  },
  { name: 'http.ssl_trust_all', type: flag, preset: 'false', effect: 'Accept any certificate.' },
] as const satisfies readonly OptionDefinition[];

export const chatSection = [
  {
    name: 'default_chat_endpoint',
    type: text,
    preset: 'Environment:default',
    effect: 'Endpoint of chats that name none.',
    actor: 'nobody',
  },
  {
    name: 'chats-per-agent',
    type: integer({ min: 0 }),
    preset: '3',
    absent: '3',
    effect: 'How many chats an agent is given at a time. An agent may have an option of this name.',
  },
  {
    name: 'offer-timeout',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'How long an agent may take to accept a chat; then another one is asked.',
  },
] as const satisfies readonly OptionDefinition[];

export const logFilterSection = [
  {
    name: 'default-filter-type',
    type: text,
    preset: 'copy',
    effect:
      'How values of key-value data appear in the log: `copy`, `hide`, `hide-first,n`, `hide-last,n`, `unhide-first,n`, `unhide-last,n`, `skip`, `tag(a,b)`.',
    actor: 'nobody',
  },
] as const satisfies readonly OptionDefinition[];

export const routingSection = [
  {
    name: 'wrap-up-time',
    type: seconds,
    preset: '0',
    absent: '0',
    effect:
      'After-call work ends by itself after this time; 0 waits for the agent. An agent may have an option of this name.',
  },
  {
    name: 'statistics-time-zone',
    type: zone,
    absent: 'UTC',
    effect: 'At midnight of this zone statistics that count the calls of a day begin anew.',
  },
  {
    name: 'default-destination',
    type: text,
    effect:
      'DN to which `queue:default` sends interactions. A DN may have an option `default_destination` for those that arrive there.',
  },
] as const satisfies readonly OptionDefinition[];

export const ocServerSection = [
  {
    name: 'customer_id',
    type: text,
    effect: 'Column of calling lists that identifies the customer.',
  },
  {
    name: 'default-country',
    type: shaped(/^[A-Za-z]{2}$/, 'a country of two letters (ISO 3166)'),
    effect: 'Country of numbers in calling lists and do-not-call entries that are not in international notation.',
  },
  {
    name: 'time-zone',
    type: text,
    absent: 'PST',
    effect:
      'Zone of records for which neither they nor their list name one: a zone object such as PST, or an IANA name.',
  },
  {
    name: 'window-combine',
    type: oneOf('intersect', 'list-overrides'),
    absent: 'intersect',
    effect:
      "Daily windows of records and of their list: both must be open, or the list's takes the place. A calling list may have an option of this name.",
  },
  {
    name: 'treatment_sched_threshold',
    type: seconds,
    absent: '600',
    effect:
      'Records that are to be dialed again within this time wait in memory, others in the list. A calling list may have an option of this name.',
  },
  {
    name: 'check_dnc_list',
    type: flag,
    absent: 'true',
    effect: 'Records on the do-not-call list are not dialed. A calling list may have an option of this name.',
  },
  {
    name: 'check_dnc_callback',
    type: flag,
    absent: 'true',
    effect:
      'The same for callbacks that were agreed with the customer. A calling list may have an option of this name.',
  },
  ...campaignOptions,
  ...dialingOptions,
] as const satisfies readonly OptionDefinition[];

export const smlSection = [
  {
    name: 'suspending-wait-timeout',
    type: secondsClamped(5, 600),
    effect:
      'Before it stops, the server says OFFLINE and serves on for so long, so that load balancers find another node. Absent: it stops at once.',
  },
] as const satisfies readonly OptionDefinition[];

export const licenseSection = [
  {
    name: 'dial-modes',
    type: itemsOf('numbers of dialing modes'),
    effect: 'Dialing modes that are allowed; absent allows all.',
  },
] as const satisfies readonly OptionDefinition[];

export const logFilterDataSection = [
  { name: '*', type: text, effect: 'Filter of the value under this key.', actor: 'nobody' },
] as const satisfies readonly OptionDefinition[];

export const portRestrictions = [
  {
    name: '*',
    type: shaped(
      /^\s*\d{1,5}(?:\s*-\s*\d{1,5})?(?:\s*,\s*\d{1,5}(?:\s*-\s*\d{1,5})?)*\s*$/,
      'ports such as 80-90,92-98,100',
    ),
    effect: 'Ports of the addresses that match this name, such as `/genesys/1/service/*`.',
  },
] as const satisfies readonly OptionDefinition[];

function section(id: string, introduction: string, options: readonly OptionDefinition[]): OptionFamily {
  return { id, holder: 'section', title: `Section \`${id}\``, introduction, groups: [{ title: '', options }] };
}

export const sectionFamilies: readonly OptionFamily[] = [
  section(
    'callback',
    'Server-wide options of callback services. A service that sets an option itself wins.',
    callbackSection,
  ),
  section('server', 'The server and its GMS APIs.', serverSection),
  section(
    'port_restrictions',
    'Ports at which addresses are served: an address, in which `*` stands for any text, to ports and ranges of ports. What no entry names is served at every port; elsewhere a restricted address answers 403. Of several entries the longest counts.',
    portRestrictions,
  ),
  signInFamily,
  ...orchestrationSectionFamilies,
  section('gms', 'Requests that the server makes.', gmsSection),
  section('routing', 'Agents and routing.', routingSection),
  section('push', 'Push channels.', pushSection),
  section('chat', 'Chat.', chatSection),
  section('log-filter', 'What the log shows of customer data.', logFilterSection),
  section('log-filter-data', 'Exceptions from the filter, by key.', logFilterDataSection),
  section('OCServer', 'Outbound.', ocServerSection),
  section('license', 'Limits of use.', licenseSection),
  section('sml', 'Stopping.', smlSection),
];
