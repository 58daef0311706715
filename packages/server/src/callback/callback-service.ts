import type { OptionMap } from '../calendar/index.js';
import { isCallbackService, type OptionReader, serviceOptions } from '../config/index.js';
import { CallbackError } from './callback-error.js';
import type { CallbackConfiguration } from './configuration.js';

/** At most `limit` submitted callbacks within `seconds`; 0 seconds switches the limit off. */
export interface RateLimit {
  limit: number;
  seconds: number;
}

/** A version of the Callback API: that of 2013, that of 8.5, or what clients of both can use. */
export const CALLBACK_PROFILES = ['2013', '85', 'both'] as const;
export type CallbackProfile = (typeof CALLBACK_PROFILES)[number];

/** The options of a callback service that concern booking and scheduling, read once per version of the configuration. */
export interface CallbackService {
  readonly name: string;
  readonly options: OptionMap;
  /** The application: the name of a flow, or the address of a document. */
  readonly flow: string;
  readonly bucketMinutes: number;
  /** Places per bucket, where no capacity service says it. */
  readonly bucketCapacity: number;
  readonly businessHours: string;
  readonly capacityService: string;
  /** How long before its desired time a callback is submitted. */
  readonly executionBufferMs: number;
  /** So long after its desired time a callback that no node has submitted is not submitted any more. */
  readonly latestSubmissionMs: number;
  readonly ttlSeconds: number;
  readonly rejectPastSeconds: number;
  /** A span such as `1M`. */
  readonly rejectFuture: string;
  readonly rejectOutOfOfficeHours: boolean;
  readonly lookupKeys: readonly string[];
  readonly mandatoryKeys: readonly string[];
  readonly exceptionGroups: readonly string[];
  readonly defaultCountry: string;
  readonly disallowImpossibleNumbers: boolean;
  readonly disallowPremiumNumbers: boolean;
  /** How many callbacks one customer may have in the queue; undefined: any number. */
  readonly queuedPerCustomer: number | undefined;
  readonly queuedPerService: number;
  readonly rates: readonly RateLimit[];
  readonly throttledParameters: readonly string[];
  readonly parameterLimit: number;
  readonly throttleByHeader: boolean;
  readonly overwritable: ReadonlySet<string>;
  readonly maxSubmitAttempts: number;
  /** Desired times, from now (milliseconds), of submitted callbacks whose sessions on other servers are asked for. */
  readonly sessionCheck: { from: number; to: number };
  readonly pausedList: string;
  readonly pausedKey: string;
  readonly virtualQueue: string;
  readonly profile: CallbackProfile;
}

interface Known {
  options: OptionMap;
  section: OptionMap;
  service: CallbackService;
}

/** The callback services of the configuration. */
export class CallbackServices {
  readonly #known = new Map<string, Known>();

  constructor(private readonly configuration: CallbackConfiguration) {}

  /** @throws CallbackError `unknown-service`, also for a service that is no callback service */
  get(name: string): CallbackService {
    const service = this.find(name);
    if (!service) throw new CallbackError('unknown-service', { service: name });
    return service;
  }

  find(name: string): CallbackService | undefined {
    const options = this.configuration.service(name);
    if (!options || !isCallbackService(options)) return undefined;
    const section = this.configuration.section('callback');
    const known = this.#known.get(name);
    if (known?.options === options && known.section === section) return known.service;
    const service = this.read(name, options);
    this.#known.set(name, { options, section, service });
    return service;
  }

  /** Reads options that are not those of the configuration: with the token variables of a request replaced. */
  read(name: string, options: OptionMap): CallbackService {
    return readService(name, serviceOptions(this.configuration, options));
  }

  /** The names of all callback services, in order. */
  names(): string[] {
    return [...this.configuration.services()].filter(([, options]) => isCallbackService(options)).map(([name]) => name);
  }

  isPaused(service: CallbackService): boolean {
    const paused = this.configuration.object('lists', service.pausedList)?.services ?? {};
    return isTrue(paused[service.pausedKey]) || isTrue(paused.all);
  }

  /** Keys by which the administrator's query may filter, and those that records show beside the standard ones. */
  queryKeys(): { filters: readonly string[]; returned: readonly string[] } {
    const section = this.configuration.section('callback');
    return {
      filters: listOf(section['filter-keys'] || DEFAULT_FILTER_KEYS),
      returned: listOf(section['returned-keys'] || DEFAULT_RETURNED_KEYS),
    };
  }

  /** The version that a service speaks, or those that say nothing of it. */
  profileOf(name?: string): CallbackProfile {
    const service = name === undefined ? undefined : this.find(name);
    return service?.profile ?? profileNamed(this.configuration.section('callback').compat ?? '');
  }

  /** Seconds between attempts to submit a callback. */
  get pollingSeconds(): number {
    const seconds = Number(this.configuration.section('callback')['queue-polling-rate']);
    return seconds > 0 ? seconds : DEFAULT_POLLING_SECONDS;
  }

  /** Whether a callback that is submitted again gets the place in line that it had earned. */
  get restoresPlaces(): boolean {
    return this.configuration.section('callback')['enable-restore-vq-position']?.trim().toLowerCase() !== 'false';
  }

  /** Number of this installation in the ids of immediate callbacks. */
  get nodeNumber(): string {
    return this.configuration.section('server').node_id?.trim() || '1';
  }
}

const DEFAULT_FILTER_KEYS = '_callback_state,_callback_reason,_request_queue_time_stat,_request_ewt_service,_vq';
const DEFAULT_RETURNED_KEYS = '_desired_time,_callback_state,_callback_reason,_ors_session_id';
const DEFAULT_POLLING_SECONDS = 60;
const CALLBACK_FLOW = 'callback';

function readService(name: string, read: OptionReader): CallbackService {
  return {
    name,
    options: read.all,
    flow: read.text('_service') || CALLBACK_FLOW,
    bucketMinutes: read.integer('_request_time_bucket'),
    bucketCapacity: read.integer('_max_request_by_time_bucket'),
    businessHours: read.text('_business_hours_service').trim(),
    capacityService: read.text('_capacity_service').trim(),
    executionBufferMs: read.seconds('_request_execution_time_buffer') * 1000,
    latestSubmissionMs: latestSubmission(read.text('_queue_poll_period'), read.text('_queue_poll_period_recovery')),
    ttlSeconds: Math.round(read.seconds('_ttl')),
    rejectPastSeconds: read.seconds('_reject_past_desired_time'),
    rejectFuture: read.text('_reject_future_desired_time'),
    rejectOutOfOfficeHours: read.flag('_enable_reject_out_of_office_hours'),
    lookupKeys: [...new Set(['_customer_number', ...read.list('_customer_lookup_keys')])],
    mandatoryKeys: read.list('_mandatory_customer_lookup_keys'),
    exceptionGroups: read.list('_exceptions'),
    defaultCountry: read.text('_default_country').trim(),
    disallowImpossibleNumbers: read.flag('_disallow_impossible_phone_numbers'),
    disallowPremiumNumbers: read.flag('_disallow_premium_phone_numbers'),
    queuedPerCustomer: queuedPerCustomer(read.text('_enable_in_queue_checking')),
    queuedPerService: read.integer('_max_queued_callbacks_per_service'),
    rates: [
      { limit: read.integer('_throttle_callbacks_per_service_1'), seconds: read.integer('_throttle_ttl_1') },
      { limit: read.integer('_throttle_callbacks_per_service_2'), seconds: read.integer('_throttle_ttl_2') },
    ],
    throttledParameters: read.list('_throttle_request_parameters'),
    parameterLimit: read.integer('_throttle_request_parameters_limit'),
    throttleByHeader: read.text('_enable_throttle_header_parameters').trim().toLowerCase() !== 'false',
    overwritable: new Set(read.list('_overwritable_options')),
    maxSubmitAttempts: read.integer('_max_ors_submit_attempts'),
    sessionCheck: sessionCheck(read),
    pausedList: read.text('_paused_services_list'),
    pausedKey: read.text('_paused_services_id').trim() || name,
    virtualQueue: read.text('_urs_virtual_queue').trim(),
    profile: profileNamed(read.text('_compat')),
  };
}

/** The ranges are minutes from now, `-120,120`: the farthest past of both. */
function latestSubmission(...ranges: string[]): number {
  const minutes = ranges.map((range) => Number.parseInt(range, 10)).filter((from) => !Number.isNaN(from));
  return Math.max(0, ...minutes.map((from) => -from)) * 60_000;
}

function profileNamed(text: string): CallbackProfile {
  return CALLBACK_PROFILES.find((profile) => profile === text.trim().toLowerCase()) ?? 'both';
}

/** Older ones are found by the recovery poll of the original, which here is no rarer. */
function sessionCheck(read: OptionReader): { from: number; to: number } {
  const [from, to] = read.pair('_queue_ping_ors_period');
  const [oldest] = read.pair('_queue_poll_period_recovery');
  return { from: Math.min(from, oldest) * 60_000, to: to * 60_000 };
}

/** `true` allows two callbacks in the queue and refuses the third, `strict` allows one. */
function queuedPerCustomer(value: string): number | undefined {
  const word = value.trim().toLowerCase();
  if (word === 'strict') return 1;
  return word === 'true' ? 2 : undefined;
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

function listOf(text: string): string[] {
  return [...new Set(text.split(',').map((key) => key.trim()))].filter((key) => key !== '');
}
