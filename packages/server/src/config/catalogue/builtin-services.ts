import {
  address,
  flag,
  integer,
  jsonObject,
  jsonOr,
  type OptionDefinition,
  seconds,
  secondsClamped,
  shaped,
  text,
  zone,
} from './option.js';

const HOURS = '\\d{1,2}:\\d{2}\\s*-\\s*\\d{1,2}:\\d{2}';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const DATE = '(?:\\d{4}-)?\\d{2}-\\d{2}';

const WEEKLY_HOURS = shaped(
  new RegExp(`^${DAY}(?:\\s*-\\s*${DAY})?\\s+${HOURS}$`, 'i'),
  'days and hours such as Mon-Fri 09:00-18:00',
);
const DATED_HOURS = shaped(
  new RegExp(`^${DATE}\\s+${HOURS}$`),
  'a date and hours such as 2026-12-24 09:00-12:00, or 12-24 09:00-12:00 for every year',
);
const DATE_ONLY = shaped(new RegExp(`^${DATE}$`), 'a date such as 2026-12-25, or 12-25 for every year');
const DATE_SPAN = shaped(
  /^\d{4}-\d{2}-\d{2}(?:\s+to\s+\d{4}-\d{2}-\d{2})?$/,
  'a date, or two with "to" between them, such as 2026-06-01 to 2026-08-31',
);
const STATUS = integer({ min: 200, max: 599 });

const timeZone = {
  name: '_timezone',
  type: zone,
  preset: 'UTC',
  absent: 'UTC',
  effect: 'Time zone of all days and hours.',
} as const satisfies OptionDefinition;

export const officeHours = [
  {
    name: '_bh_regular*',
    type: WEEKLY_HOURS,
    preset: 'Mon-Fri 08:00-20:00',
    effect:
      'Weekly opening hours; any suffix makes another entry, all of them count. Days may wrap (`Sat-Mon`), hours may cross midnight (`19:00-7:00`), `24:00` ends a day.',
  },
  {
    name: '_bh_add*',
    type: DATED_HOURS,
    preset: '',
    effect: 'Additional opening on a date, stronger than a holiday; without a year it recurs.',
  },
  { name: '_holiday*', type: DATE_ONLY, effect: 'Closed all day; without a year it recurs.' },
  {
    name: '_effective_dates*',
    type: DATE_SPAN,
    effect: 'If there is one, the office is closed outside of these dates.',
  },
  {
    name: '_use_alternative*',
    type: text,
    effect: 'Office-hours service that takes the place of this one during its own effective dates.',
  },
  { name: '_include_regular*', type: text, effect: 'Office-hours service whose weekly hours count here too.' },
  { name: '_include_special*', type: text, effect: 'Office-hours service whose dates and holidays count here too.' },
  timeZone,
  {
    name: '_ttl',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'Accepted; changes take effect at once.',
    actor: 'nobody',
  },
] as const satisfies readonly OptionDefinition[];

export const capacity = [
  {
    name: '_capacity',
    type: text,
    preset: '[Mon, Tue, Wed, Thu, Fri, Sat, Sun]',
    effect: 'Order of the days.',
    actor: 'nobody',
  },
  ...([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({
    name: `_capacity_${day}`,
    type: jsonObject,
    effect: `Places per time bucket by hour of day ${day} (1 is Monday): \`{"${day}":{"0800":4,"0900":6}}\`. Hours not listed have none.`,
  })),
  {
    name: '_capacity_add',
    type: jsonOr('empty'),
    preset: '{}',
    effect: 'Exceptions by date: `{"2026-12-24":{"0900":0}}` replaces these hours of that day.',
  },
  {
    name: '_max_capacity',
    type: integer({ min: 0 }),
    preset: '1000',
    absent: '1000',
    effect: 'Largest number that an hour may have.',
  },
  timeZone,
] as const satisfies readonly OptionDefinition[];

const resourceGroup = {
  name: '_resource_group',
  type: text,
  preset: 'DNIS',
  absent: 'DNIS',
  effect: 'Pool of access numbers: an object of kind `resources`, or a section of the list object `GMS_Resources`.',
} as const satisfies OptionDefinition;

const bookingExpirationTimeout = {
  name: '_booking_expiration_timeout',
  type: secondsClamped(5, 1800),
  absent: '30',
  effect: 'How long the access number stays booked; brought into 5 to 1800. Without it what the pool says.',
} as const satisfies OptionDefinition;

export const requestInteraction = [
  resourceGroup,
  {
    name: '_provide_code',
    type: flag,
    preset: 'false',
    effect:
      'Give an access code with the access number, as long as `_access_code_length` of the request-access service says.',
  },
  {
    name: '_ttl',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'How long the service and its stored data live. A call that arrives later is not matched.',
  },
  bookingExpirationTimeout,
  {
    name: '_return_pool_health',
    type: flag,
    preset: 'false',
    effect: 'Report the state of the pool in the answer: `"_pool_health":{"group":"DNIS","total":10,"available":9}`.',
  },
] as const satisfies readonly OptionDefinition[];

export const requestAccess = [
  resourceGroup,
  { name: '_provide_code', type: flag, preset: 'false', effect: 'Give an access code.' },
  {
    name: '_access_code_length',
    type: integer({ min: 1, max: 15 }),
    preset: '',
    absent: '6',
    effect: 'Digits of the access code, also of those that request-interaction gives.',
  },
  { name: '_phone_number', type: text, preset: 'undefined', effect: 'Number to associate.' },
  bookingExpirationTimeout,
  {
    name: '_ttl',
    type: seconds,
    preset: '60',
    effect: 'Accepted; the service that gets the access information has a `_ttl` of its own.',
    actor: 'nobody',
  },
] as const satisfies readonly OptionDefinition[];

export const matchInteraction = [
  {
    name: '_return_multiple_matches',
    type: flag,
    effect: 'Answer `{"matches":[...]}` with every service that matches, newest first; all of them are released.',
    since: '8.5.102',
  },
  {
    name: '_return_data',
    type: flag,
    effect: 'Answer the stored user data, too. Also read as `_return_user_data`.',
    since: '8.5.102',
  },
  {
    name: '_delete_service',
    type: flag,
    effect: 'Delete the service and its data once it is matched.',
    since: '8.5.102',
  },
] as const satisfies readonly OptionDefinition[];

export const get = [
  {
    name: '_online_code',
    type: STATUS,
    preset: '200',
    absent: '200',
    effect:
      'Status answered while the node is online; with 200 the options of the service are the body, another value drains the node.',
  },
  {
    name: '_offline_code',
    type: STATUS,
    preset: '503',
    absent: '503',
    effect: 'Status answered while the node is offline.',
  },
] as const satisfies readonly OptionDefinition[];

export const requestChat = [
  { name: '_chat_endpoint', type: text, preset: 'Environment:default', effect: 'Endpoint of chats.', actor: 'nobody' },
  { name: '_target', type: text, effect: 'Who is asked to take its chats, such as `Support@GA`. Absent: every agent.' },
  {
    name: '_ttl',
    type: seconds,
    preset: '36000',
    absent: '36000',
    effect: 'How long the service and its data live.',
  },
  {
    name: '_client_timeout',
    type: seconds,
    effect: 'A client that asks for nothing for so long counts as gone, and its chat ends. Absent: never.',
  },
  {
    name: '_chat_400_response_on_disconnected',
    type: flag,
    effect: 'Requests to a chat that has ended are answered with 400 instead of 200.',
  },
] as const satisfies readonly OptionDefinition[];

export const ursStat = [
  {
    name: '_urs_url',
    type: address,
    effect:
      'Address of the statistic at a routing server, such as `http://urs:2080/urs/call/max/lvq`. Without it this server answers from its own line.',
  },
  {
    name: '_urs_stat_url_parameters',
    type: text,
    effect: 'Its parameters, such as `name=VQ&tenant=Environment&aqt=urs`.',
  },
  {
    name: '_caching_policy',
    type: seconds,
    preset: '5',
    absent: '5',
    effect: 'How long an answer is used again.',
  },
] as const satisfies readonly OptionDefinition[];

/** Other call-flow applications, such as `hello`. */
export const application = [
  {
    name: '_ttl',
    type: seconds,
    preset: '3600',
    absent: '3600',
    effect: "How long the service's record and stored data live.",
  },
] as const satisfies readonly OptionDefinition[];
