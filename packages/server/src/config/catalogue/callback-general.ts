import { flag, integer, itemsOf, names, type OptionDefinition, oneOf, seconds, text } from './option.js';

/** Options that every service may have (GMS Service API). */
export const everyService = [
  {
    name: '_type',
    type: oneOf('builtin', 'ors'),
    preset: 'ors',
    effect: 'Where the service runs: `builtin` in this server, `ors` as a call-flow application.',
  },
  {
    name: '_service',
    type: text,
    effect: 'Builtin: the name of its template. Otherwise the name of a flow, or the address of an SCXML application.',
  },
  {
    name: '_service_type',
    type: oneOf('callback'),
    effect:
      'Makes a service with an application of its own a callback service; one with `_call_direction` or `_target` is one without it.',
  },
  { name: '_name', type: text, effect: 'Name to display.', actor: 'nobody' },
  {
    name: '_ors',
    type: itemsOf('base addresses of orchestration servers'),
    effect:
      'Runs the sessions of the service on these orchestration servers, in the order of `_ors_lb_strategy`, instead of in this one.',
    fallback: { section: 'server', name: '_ors' },
  },
  {
    name: '_ors_lb_strategy',
    type: oneOf('circular', 'linear'),
    absent: 'circular',
    preset: 'circular',
    effect:
      'Order in which several orchestration servers are tried: `circular` goes on after the last one used, `linear` always begins with the first.',
    fallback: { section: 'server', name: '_ors_lb_strategy' },
  },
  {
    name: 'username',
    type: text,
    effect: 'User name of HTTP Basic authentication for this service. Alone it protects nothing.',
    fallback: { section: 'server', name: 'username' },
  },
  {
    name: 'password',
    type: text,
    effect: 'Password of HTTP Basic authentication for this service; when one results, it is demanded.',
    fallback: { section: 'server', name: 'password' },
    secret: true,
  },
  {
    name: '_overwritable_options',
    type: itemsOf('names of options'),
    effect: 'Options that a request may override although they are configured.',
  },
  {
    name: '_redirect',
    type: text,
    effect: 'Execution name of a service that is run instead of this callback service.',
  },
  {
    name: '_service_groups',
    type: itemsOf('names of groups'),
    effect: 'Groups of services by which supervisors are given access.',
    actor: 'nobody',
  },
] as const satisfies readonly OptionDefinition[];

/** GMS callback, category General. */
export const callbackGeneral = [
  {
    name: '_compat',
    type: oneOf('2013', '85', 'both'),
    absent: 'both',
    effect:
      'Which version of the Callback API the service speaks: that of 2013, that of 8.5 (`85`), or `both` at once: the keys of either in answers.',
    fallback: { section: 'callback', name: 'compat' },
  },
  {
    name: '_call_direction',
    type: oneOf('USERTERMINATED', 'USERORIGINATED'),
    preset: 'USERTERMINATED',
    effect: 'Who dials: the contact centre (`USERTERMINATED`) or the customer (`USERORIGINATED`).',
    actor: 'application',
  },
  {
    name: '_media_type',
    type: text,
    preset: 'voice',
    effect:
      'Medium of the contact: `voice` or `chat`. A callback by any other ends with the reason `FAIL_IXN_UNKNOWN_MEDIA_TYPE`.',
    actor: 'application',
  },
  {
    name: '_wait_for_agent',
    type: flag,
    preset: 'false',
    effect: 'Wait until an agent is about to be free before the customer is contacted.',
    actor: 'application',
  },
  {
    name: '_wait_for_user_confirm',
    type: flag,
    preset: 'false',
    effect: "Ask the customer's device for confirmation before dialing; needs `_wait_for_agent`.",
    actor: 'application',
  },
  {
    name: '_user_confirm_timeout',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'How long a confirmation is waited for.',
    actor: 'application',
  },
  {
    name: '_business_hours_service',
    type: text,
    preset: '',
    effect: 'Office-hours service that says when callbacks may be booked. Without one the office is always open.',
  },
  {
    name: '_capacity_service',
    type: text,
    preset: '',
    effect: 'Capacity service that gives the places per time bucket, instead of `_max_request_by_time_bucket`.',
  },
  {
    name: '_ttl',
    type: seconds,
    preset: '86400',
    absent: '86400',
    effect:
      'How long a callback is kept after its desired time (or its creation): unfinished it then fails with FAIL_TIMEOUT_TTL, finished it is removed.',
  },
  {
    name: '_attach_udata',
    type: oneOf('separate_keys', 'single_json', 'gms_storage_id'),
    preset: 'single_json',
    effect: 'How user data reaches the agent: key by key, as one JSON text, or as the id of a storage record.',
    actor: 'application',
  },
  {
    name: '_agent_transfer_confirm_timeout',
    type: seconds,
    preset: '0',
    absent: '0',
    effect: 'How long the connection of an agent is waited for after the transfer; 0 trusts the transfer.',
    actor: 'application',
  },
  {
    name: '_max_time_to_wait_for_agent_on_the_call',
    type: seconds,
    preset: '3600',
    absent: '3600',
    effect: 'Longest wait of a connected customer for an agent.',
    actor: 'application',
  },
  {
    name: '_max_time_to_wait_for_ixn_delete',
    type: seconds,
    preset: '3600',
    absent: '3600',
    effect: 'Longest time that the application stays with a conversation.',
    actor: 'application',
  },
  {
    name: '_retain_session_until_ixn_deleted',
    type: flag,
    preset: 'false',
    effect: 'Stay with the conversation until it ends: the callback is PROCESSING during it.',
    actor: 'application',
  },
  {
    name: '_max_ors_submit_attempts',
    type: integer({ min: 1, max: 100 }),
    preset: '3',
    absent: '3',
    effect: 'How often the start of the application is tried before the callback fails with SUBMIT_FAILED.',
  },
  {
    name: '_paused_services_list',
    type: text,
    preset: 'GMS_Paused_Services',
    absent: 'GMS_Paused_Services',
    effect:
      'List object whose section `services` says which services pause: key is the service, `_paused_services_id` or `all`, value `true` pauses.',
  },
  { name: '_paused_services_id', type: text, preset: '', effect: 'Key of this service in the list of paused ones.' },
  {
    name: '_snooze_duration',
    type: seconds,
    preset: '300',
    absent: '300',
    effect: 'How long a callback rests when the customer answers "not now".',
    actor: 'application',
  },
  {
    name: '_offer_callback',
    type: flag,
    preset: 'false',
    effect: 'Offer the callback to a waiting inbound caller.',
    inert:
      'the offer to a waiting caller is made by the application of the inbound call (flows/inbound-routing), which books like any client',
  },
  {
    name: '_offer_callback_vxml_app_url',
    type: text,
    preset: '',
    effect: 'VXML application that makes the offer.',
    inert: 'VXML applications are not run; the application of the inbound call makes the offer',
  },
  {
    name: '_resource_group',
    type: text,
    preset: 'DNIS',
    effect: 'Pool of access numbers for callbacks that the customer dials.',
    actor: 'application',
  },
  {
    name: '_src_route_point',
    type: text,
    preset: '',
    effect: 'Routing point at which the original call arrived.',
    actor: 'application',
  },
  {
    name: '_on_route_done_delay',
    type: seconds,
    preset: '0',
    absent: '0',
    effect: 'Pause between the routing of the call and the end of the application.',
    since: '8.5.110',
    actor: 'application',
  },
  {
    name: '_customer_lookup_keys',
    type: names,
    preset: '_customer_number',
    absent: '_customer_number',
    effect: 'Request parameters by which callbacks can be queried.',
  },
  {
    name: '_mandatory_customer_lookup_keys',
    type: names,
    preset: '_customer_number',
    absent: '_customer_number',
    effect: 'Request parameters without which a callback is refused.',
  },
  {
    name: '_vq',
    type: text,
    effect: 'Alias of the virtual queue, for filters of the administration query.',
    actor: 'application',
  },
] as const satisfies readonly OptionDefinition[];

/** GMS callback, categories Notification and status notification. */
export const callbackNotification = [
  {
    name: '_enable_status_notification',
    type: oneOf('false', 'subscribe_notify', 'notify'),
    preset: 'false',
    effect: 'Report state changes of callbacks: to a subscription made for the client, or to one that it has made.',
  },
  {
    name: '_status_notification_type',
    type: oneOf('httpcb', 'orscb'),
    preset: 'httpcb',
    effect: 'How state changes are reported.',
  },
  {
    name: '_status_notification_target',
    type: text,
    preset: '',
    effect: 'Address or session id that state changes are reported to.',
  },
  {
    name: '_status_notification_provider',
    type: text,
    preset: '',
    effect: 'Provider of the reports.',
    inert: 'status notifications go straight to their target, with no push provider in between',
  },
  {
    name: '_status_notification_attempts',
    type: integer({ min: 1, max: 100 }),
    absent: '3',
    effect: 'How often the delivery of a report is tried; the list of events may say it as well.',
  },
  {
    name: '_status_notification_language',
    type: text,
    effect: "Language of the customer's messages: of pushes, and in `_notification_message_file`.",
    actor: 'application',
  },
  {
    name: '_status_notification_debug',
    type: flag,
    inert: 'status notifications go straight to their target, whose log shows them',
    effect: 'Debug flag of the provider.',
  },
  {
    name: '_callback_events_list',
    type: text,
    preset: '',
    effect: 'List object that says which events are reported and with which parameters.',
  },
  {
    name: '_enable_notification_reminder',
    type: flag,
    preset: 'false',
    effect: 'Send a reminder before the customer is dialed.',
    since: '8.5.211.01',
  },
  {
    name: '_notification_reminder_buffer',
    type: seconds,
    preset: '300',
    absent: '300',
    effect: 'How long before the dialing the reminder is sent.',
    since: '8.5.211.01',
  },
  { name: '_provider_name', type: text, preset: '', effect: 'Push provider.' },
  {
    name: '_notification_message_file',
    type: text,
    preset: '',
    effect: 'File of localized push messages.',
    actor: 'application',
  },
  {
    name: '_max_number_of_user_availability_confirmation_attempts',
    type: integer({ min: 0, max: 100 }),
    preset: '3',
    absent: '3',
    effect: 'How often "an agent is available" is pushed before the request fails.',
    actor: 'application',
  },
  {
    name: '_agent_availability_notification_delay',
    type: seconds,
    preset: '30',
    absent: '30',
    effect: 'Pause between these attempts.',
    actor: 'application',
  },
  {
    name: '_max_notify_delivery_attempts',
    type: integer({ min: 0, max: 100 }),
    preset: '3',
    absent: '3',
    effect: 'How often the delivery of a push is tried.',
  },
  {
    name: '_use_debug_push_certificate',
    type: flag,
    preset: 'false',
    effect: "Use the provider's certificate for development.",
  },
] as const satisfies readonly OptionDefinition[];

/** GMS callback, category Reporting. */
export const callbackReporting = [
  {
    name: '_rep_userevent_enable',
    type: flag,
    preset: 'false',
    effect: 'Send reporting data as user events.',
    inert: 'reporting records are always kept, as rows of the view callback_fact; no Info Mart collects user events',
  },
  {
    name: '_rep_userevent_dn',
    type: text,
    preset: '',
    effect: 'DN of these user events.',
    inert: 'no user events are sent; reporting records are rows of the view callback_fact',
  },
  {
    name: '_rep_userevent_switch',
    type: text,
    preset: '',
    effect: 'Switch of these user events.',
    inert: 'no user events are sent; reporting records are rows of the view callback_fact',
  },
  {
    name: '_rep_userevent_mediatype',
    type: integer({ min: 0 }),
    preset: '0',
    effect: 'Media type of these user events.',
    inert: 'no user events are sent; reporting records are rows of the view callback_fact',
  },
  {
    name: '_use_reporting_aggregator',
    type: text,
    preset: '',
    effect: 'Report to an aggregator.',
    inert: 'the aggregator is a program of the vendor; GET /api/v1/callbacks/report exports the records',
  },
  {
    name: '_reporting_aggregator_url',
    type: text,
    preset: '',
    effect: 'Address of the aggregator.',
    inert: 'the aggregator is a program of the vendor; GET /api/v1/callbacks/report exports the records',
  },
  {
    name: '_cb_dim_channel',
    type: text,
    effect: 'Channel that the callback is counted under in reports.',
  },
] as const satisfies readonly OptionDefinition[];
