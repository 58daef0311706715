import { instant, type JsonObject, type JsonValue } from '../kernel/index.js';
import { type CallbackRow, propertyText } from './callback-record.js';
import type { CallbackService } from './callback-service.js';
import type { CallbackInput } from './life-cycle.js';

/** What is told of the strategy's work, in the order in which a callback that is answered and routed causes it. */
export const STRATEGY_EVENTS = [
  '_cbe_on_service_create',
  '_cbe_on_virtual_ixn_create',
  '_cbe_on_target_found',
  '_cbe_on_dial_init',
  '_cbe_on_dial_done',
  '_cbe_on_connect_treatment_start',
  '_cbe_on_customer_queued',
  '_cbe_on_route_to_agent',
  '_cbe_on_service_exit',
] as const;

/** What is told of the record itself. */
const RECORD_EVENTS = [
  '_cbe_on_callback_submitted',
  '_cbe_on_callback_submit_failed',
  '_cbe_on_callback_scheduled',
  '_cbe_on_callback_rescheduled',
  '_cbe_on_callback_queued',
  '_cbe_on_callback_cancelled',
  '_cbe_on_callback_status_updated',
  '_cbe_on_callback_processing_failed',
  '_cbe_on_callback_reminder',
] as const;

export type StatusEvent = (typeof STRATEGY_EVENTS)[number] | (typeof RECORD_EVENTS)[number];

/** The names of events that an application may tell: those of the original and others of the same form. */
export const STATUS_EVENT = /^_cbe_[a-z][a-z0-9_]{0,60}$/;

const OF_STRATEGY = ['_service_id', '_service_name'];
const OF_RECORD = ['_service_id', '_service_name', '_desired_time', '_customer_number', '_v_queue'];
/** What events say where no list of events says otherwise (gms-callback.md 2.8). */
const PARAMETERS: Readonly<Partial<Record<string, readonly string[]>>> = {
  _cbe_on_service_create: [...OF_STRATEGY, '_customer_number', '_urs_virtual_queue'],
  _cbe_on_dial_init: [...OF_STRATEGY, '_customer_number', '_c_dialed_number'],
  _cbe_on_dial_done: [...OF_STRATEGY, '_c_dialed_number', '_c_dial_result'],
  _cbe_on_connect_treatment_start: [...OF_STRATEGY, '_vq_for_outbound_calls', '_c_dialed_number'],
  _cbe_on_service_exit: [...OF_STRATEGY, '_c_dialed_number', '_c_termination_type'],
  _cbe_on_queue_position: [...OF_STRATEGY, '_position', '_eta', '_eta_low', '_eta_high', '_total_waiting'],
};

/** The names of what an event says by default. */
export function usualParameters(event: string): readonly string[] {
  const isOfRecord = RECORD_EVENTS.some((name) => name === event);
  return PARAMETERS[event] ?? (isOfRecord ? OF_RECORD : OF_STRATEGY);
}

/**
 * What an event says: its own facts first, then what the record knows, then the request's parameters and data, then the
 * options of the service. A name that nobody knows is an empty text, as in the original's templates.
 */
export function eventBody(
  event: string,
  names: readonly string[],
  about: { row: CallbackRow; service: CallbackService; options: Readonly<Record<string, string>>; facts: JsonObject },
): JsonObject {
  const body: JsonObject = { event };
  for (const name of names) body[name] = parameterValue(name, about);
  return body;
}

function parameterValue(name: string, { row, service, options, facts }: Parameters<typeof eventBody>[2]): JsonValue {
  const fact = facts[name];
  if (fact !== undefined && fact !== null) return fact;
  const known: Readonly<Record<string, string | null | undefined>> = {
    _service_id: row.id,
    _service_name: row.service,
    _customer_number: row.customer_number,
    _desired_time: instant(row.desired_at),
    _callback_state: row.state,
    _callback_reason: row.reason,
    _expiration_time: instant(row.expires_at),
    _ors_session_id: row.session,
    _v_queue: service.virtualQueue,
    _c_dialed_number: row.progress.dialedNumber,
    _c_termination_type: row.reason,
  };
  return known[name] ?? propertyText(row, name) ?? options[name] ?? '';
}

/** What a step of the life cycle tells, in this order; what the strategy does, the application tells by itself. */
export function eventsOfStep(before: CallbackRow, after: CallbackRow, input: CallbackInput): { event: StatusEvent }[] {
  const events: StatusEvent[] = [];
  if (input.type === 'submit' && before.state === 'SCHEDULED') events.push('_cbe_on_callback_queued');
  if (input.type === 'submit') events.push('_cbe_on_service_create');
  const isCancelled = input.type === 'cancel' || input.type === 'cancel-by-admin';
  if (isCancelled) events.push('_cbe_on_callback_cancelled');
  if (input.type === 'give-up') events.push('_cbe_on_callback_submit_failed');
  if (input.type === 'session-failed') events.push('_cbe_on_callback_processing_failed');
  if (after.state !== before.state) events.push('_cbe_on_callback_status_updated');
  // A service that was never handed to a session is told to be over as well when its customer withdraws.
  if (after.state === 'COMPLETED' && (before.session !== null || isCancelled)) events.push('_cbe_on_service_exit');
  return events.map((event) => ({ event }));
}

/** What an accepted booking tells: of one for later that it is scheduled, of one for now that it is submitted and queued. */
export function eventsOfBooking(row: CallbackRow): { event: StatusEvent }[] {
  // One for now whose session runs on another server is submitted when that server has taken it.
  const events: StatusEvent[] =
    row.session === null
      ? [row.immediate ? '_cbe_on_callback_submitted' : '_cbe_on_callback_scheduled']
      : [
          '_cbe_on_callback_submitted',
          '_cbe_on_callback_queued',
          '_cbe_on_callback_status_updated',
          '_cbe_on_service_create',
        ];
  return events.map((event) => ({ event }));
}
