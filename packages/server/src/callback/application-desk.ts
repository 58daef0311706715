import { type Clock, instant, type JsonObject } from '../kernel/index.js';
import type { Transaction } from '../store/index.js';
import type { AccessCall, AccessOrder, CustomerAccess } from './access.js';
import { type CallbackRow, READ_CALLBACK } from './callback-record.js';
import type { CallbackServices } from './callback-service.js';
import type { Invitations } from './invitations.js';
import type { CallbackInput } from './life-cycle.js';
import { NUMBER_KEY } from './lookup-keys.js';
import type { CallbackDesk, NewInvitation, PositionOrder, ReportOutcome } from './module.js';
import type { PositionWatches } from './position-watches.js';
import type { Push, PushOrder } from './push.js';
import { scalarText, withTokens } from './service-parameters.js';
import type { StatusNotifications } from './status-notifications.js';
import type { Transitions } from './transitions.js';

/** Carries out what the applications of callbacks ask for. */
export class ApplicationDesk implements CallbackDesk {
  constructor(
    private readonly parts: {
      clock: Clock;
      services: CallbackServices;
      transitions: Transitions;
      notifications: StatusNotifications;
      invitations: Invitations;
      /** Absent: nobody is told of places in line. */
      positions: PositionWatches | undefined;
      push: Push | undefined;
      customerAccess: CustomerAccess | undefined;
    },
  ) {}

  async report(tx: Transaction, id: string, input: CallbackInput): Promise<ReportOutcome> {
    return this.#about(tx, id, async (row) => {
      const after = (await this.parts.transitions.apply(tx, row, input)) ?? row;
      return { done: { state: after.state, ...(after.reason !== null && { reason: after.reason }) } };
    });
  }

  async notify(tx: Transaction, id: string, event: string, facts: JsonObject): Promise<void> {
    const [row] = await tx.query<CallbackRow>(READ_CALLBACK, [id]);
    if (row) await this.parts.notifications.tell(tx, row, [{ event, facts }], this.parts.clock.now());
  }

  async invite(tx: Transaction, invitation: NewInvitation): Promise<ReportOutcome> {
    return { done: { handle: await this.parts.invitations.offer(tx, invitation) } };
  }

  async withdraw(tx: Transaction, session: string): Promise<void> {
    await this.parts.invitations.withdraw(tx, session);
  }

  async watch(tx: Transaction, session: string, watch: PositionOrder | undefined): Promise<ReportOutcome> {
    const { positions } = this.parts;
    if (!positions) return { error: 'no-line', description: 'This server tells nobody of places in line.' };
    if (watch) await positions.watch(tx, { session, ...watch });
    else await positions.forget(tx, session);
    return { done: {} };
  }

  async push(tx: Transaction, id: string, { action, data }: PushOrder): Promise<ReportOutcome> {
    return this.#about(tx, id, async (row) => {
      const read = this.#reader(row);
      const device = read('_device_notification_id');
      const type = read('_device_os').toLowerCase() || 'comet';
      if (device === '') return { error: 'no-device', description: 'The request named no device to push to.' };
      if (!this.parts.push) return { error: 'no-channel', description: 'This server pushes to no devices.' };
      const problem = await this.parts.push(tx, {
        ...{ device, type, provider: read('_provider_name'), language: read('_status_notification_language') },
        debug: read('_use_debug_push_certificate').toLowerCase() === 'true',
        attempts: Number(read('_max_notify_delivery_attempts') || DEFAULT_ATTEMPTS),
        tag: `service.${row.service}.${action}`,
        message: { _id: row.id, _action: action, ...data },
      });
      return problem === undefined ? { done: { action } } : { error: 'not-sent', description: problem };
    });
  }

  async access(tx: Transaction, id: string, order: AccessOrder): Promise<ReportOutcome> {
    return this.#about(tx, id, async (row) => {
      const { customerAccess, clock } = this.parts;
      const phone = scalarText(row.properties[NUMBER_KEY]);
      const booked = customerAccess
        ? await customerAccess.book(tx, { ...order, callback: id, phone, ends: row.expires_at })
        : 'This server has no access numbers.';
      if (typeof booked === 'string') return { error: 'no-access-number', description: booked };
      const { number, code, seconds } = booked;
      const expires = instant(clock.now() + seconds * 1000);
      return { done: { number, seconds, expires, ...(code !== undefined && { code }) } };
    });
  }

  async match(tx: Transaction, call: AccessCall): Promise<ReportOutcome> {
    const callback = await this.parts.customerAccess?.match(tx, call);
    const row = callback === undefined ? undefined : await this.parts.transitions.lock(tx, callback);
    if (row?.session === undefined || row.session === null || row.state === 'COMPLETED') {
      return { error: 'no-match', description: `No callback waits for a call to ${call.number}.` };
    }
    return { done: { callback: row.id, session: row.session } };
  }

  /** A parameter of the request, or the option of the service. */
  #reader(row: CallbackRow): (name: string) => string {
    const service = this.parts.services.find(row.service);
    const options = service ? withTokens(service.options, row.properties) : {};
    return (name) => (options[name]?.trim() || scalarText(row.properties[name])?.trim()) ?? '';
  }

  async #about(
    tx: Transaction,
    id: string,
    work: (row: CallbackRow) => Promise<ReportOutcome>,
  ): Promise<ReportOutcome> {
    const row = await this.parts.transitions.lock(tx, id);
    return row ? work(row) : { error: 'unknown-callback', description: `There is no callback ${id}.` };
  }
}

const DEFAULT_ATTEMPTS = 3;
