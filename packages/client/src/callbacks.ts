import type { Connection } from './connection.js';
import { isRecord } from './failure.js';

/** What a customer asks for. */
export interface BookingRequest {
  /** Where to call: as dialed, or E.164. */
  number: string;
  /** Absent: as soon as an agent is there. */
  desiredTime?: Date | string;
  /** For the agent: shown with the call. Names must not begin with `_`. */
  userData?: Readonly<Record<string, string>>;
  /** Parameters of the service, with their underscore: `_device_notification_id`, ... */
  parameters?: Readonly<Record<string, string>>;
}

export interface Booking {
  id: string;
  /** What the service wants to be shown: `{_action: 'ConfirmationDialog', _text, ...}`, with all members of the answer. */
  dialog: Readonly<Record<string, unknown>>;
}

export type CallbackState = 'SCHEDULED' | 'QUEUED' | 'PAUSED' | 'ROUTING' | 'PROCESSING' | 'COMPLETED';

/** A callback as queries tell it; `properties` has every member of the answer. */
export interface Callback {
  id: string;
  service: string;
  state: CallbackState;
  /** How it ended. */
  reason?: string;
  desiredTime?: Date;
  number?: string;
  properties: Readonly<Record<string, unknown>>;
}

/** A time to be called at. */
export interface Slot {
  time: Date;
  /** Places left, and places there are. */
  capacity: number;
  total: number;
}

export interface Position {
  /** 1 = first. */
  position: number;
  total: number;
  /** Expected wait, seconds; undefined where it is unknown. */
  etaSeconds: number | undefined;
}

/** The expected wait in a virtual queue, seconds: 80 of 100 waits end between the two bounds. */
export interface Wait {
  seconds: number;
  lowSeconds: number;
  highSeconds: number;
  waiting: number;
}

export interface SlotQuery {
  from?: Date;
  until?: Date;
  days?: number;
  /** At most so many free times. */
  most?: number;
  /** Full ones as well. */
  withFull?: boolean;
}

const UNKNOWN_S = 10_000;

/** Callbacks of the services of a server. */
export class Callbacks {
  constructor(private readonly connection: Connection) {}

  /** @throws RingbackFailure with `proposals` where the desired time is not free */
  async book(service: string, request: BookingRequest): Promise<Booking> {
    const { number, desiredTime, userData, parameters } = request;
    const answer = await this.connection.call(pathOf(service), {
      method: 'POST',
      json: {
        ...userData,
        ...parameters,
        _customer_number: number,
        ...(desiredTime !== undefined && { _desired_time: isoTime(desiredTime) }),
      },
    });
    const dialog = isRecord(answer) ? answer : {};
    return { id: textIn(dialog, '_id'), dialog };
  }

  /** @returns undefined if there is no such callback (any more) */
  async get(id: string): Promise<Callback | undefined> {
    return (await this.find({ _id: id }))[0];
  }

  /**
   * The callbacks that have these values: `_customer_number`, `_callback_state`, or another key that the service keeps.
   * @param any those that have one of the values; otherwise all of them are needed
   */
  async find(
    criteria: Readonly<Record<string, string>>,
    more: { service?: string; any?: boolean } = {},
  ): Promise<Callback[]> {
    const { service, any } = more;
    const path = service === undefined ? '/genesys/1/service/callback' : pathOf(service);
    const answer = await this.connection.call(path, { query: { ...criteria, ...(any && { operand: 'OR' }) } });
    return (Array.isArray(answer) ? answer : [answer]).filter(isRecord).map(toCallback);
  }

  async cancel(service: string, id: string): Promise<void> {
    await this.connection.call(`${pathOf(service)}/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  /** Moves a callback to another time. The old place is kept if the new one is not free. */
  async reschedule(service: string, id: string, to: Date | string): Promise<void> {
    const json = { _new_desired_time: isoTime(to) };
    await this.connection.call(`${pathOf(service)}/${encodeURIComponent(id)}`, { method: 'PUT', json });
  }

  /** Changes what is known of a callback, not its time. */
  async update(service: string, id: string, properties: Readonly<Record<string, string>>): Promise<void> {
    await this.connection.call(`${pathOf(service)}/${encodeURIComponent(id)}`, { method: 'PUT', json: properties });
  }

  /** The times at which a callback can be booked, in order. Without a query: around now. */
  async availability(service: string, { from, until, days, most, withFull }: SlotQuery = {}): Promise<Slot[]> {
    const answer = await this.connection.call(
      `/genesys/2/service/callback/${encodeURIComponent(service)}/availability`,
      {
        query: {
          start: from?.toISOString(),
          end: until?.toISOString(),
          'number-of-days': days,
          'max-time-slots': most,
          'report-busy': withFull,
        },
      },
    );
    const slots = isRecord(answer) && Array.isArray(answer.slots) ? answer.slots.filter(isRecord) : [];
    return slots.map((slot) => ({
      time: new Date(textIn(slot, 'utcTime')),
      capacity: Number(slot.capacity),
      total: Number(slot.total),
    }));
  }

  /** Where a callback that is under way stands in line. @throws RingbackFailure while it is scheduled, or over */
  async position(id: string): Promise<Position> {
    const answer = await this.connection.call(`/genesys/1/service/${encodeURIComponent(id)}/check-queue-position`);
    const facts = isRecord(answer) ? answer : {};
    const eta = Number(facts._eta);
    return {
      position: Number(facts._position),
      total: Number(facts._total_waiting),
      etaSeconds: Number.isFinite(eta) && eta < UNKNOWN_S ? eta : undefined,
    };
  }

  /** The expected wait of a live caller in a virtual queue; undefined if it is unknown. */
  async wait(virtualQueue: string): Promise<Wait | undefined> {
    const answer = await this.connection.call('/genesys/2/ewt/ewt2', { query: { vqs: virtualQueue } });
    const queue = isRecord(answer) ? answer[virtualQueue] : undefined;
    if (!isRecord(queue)) return undefined;
    const seconds = Number(queue.ewt);
    if (!Number.isFinite(seconds) || seconds >= UNKNOWN_S) return undefined;
    return {
      seconds,
      lowSeconds: Number(queue.ewtlow ?? seconds),
      highSeconds: Number(queue.ewthigh ?? seconds),
      waiting: Number(queue.calls),
    };
  }
}

function pathOf(service: string): string {
  return `/genesys/1/service/callback/${encodeURIComponent(service)}`;
}

function isoTime(time: Date | string): string {
  return typeof time === 'string' ? time : time.toISOString();
}

function toCallback(record: Record<string, unknown>): Callback {
  const reason = textIn(record, '_callback_reason');
  const number = textIn(record, '_customer_number');
  const desired = new Date(textIn(record, '_desired_time'));
  return {
    id: textIn(record, '_id'),
    service: textIn(record, '_service_name'),
    // The server has no other states.
    state: textIn(record, '_callback_state') as CallbackState,
    ...(reason !== '' && { reason }),
    ...(number !== '' && { number }),
    ...(!Number.isNaN(desired.getTime()) && { desiredTime: desired }),
    properties: record,
  };
}

function textIn(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  return value === undefined || value === null ? '' : String(value);
}
