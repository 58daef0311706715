import { Calendar } from '../calendar/index.js';
import { type Activity, type Clock, type JsonObject, type Logger, RingbackError } from '../kernel/index.js';
import type { Journal } from '../reporting/index.js';
import type { Standing } from '../routing/index.js';
import type { Database, Transaction } from '../store/index.js';
import type { CustomerAccess } from './access.js';
import { ApplicationDesk } from './application-desk.js';
import { Booking, type BookingRequest } from './booking.js';
import { type BulkMove, BulkRescheduling, type MoveOutcome } from './bulk-rescheduling.js';
import { CallbackError } from './callback-error.js';
import type { CallbackRecord, CallbackRow } from './callback-record.js';
import { type CallbackProfile, type CallbackService, CallbackServices } from './callback-service.js';
import { Cancellation, type CancelOutcome } from './cancellation.js';
import type { CallbackConfiguration } from './configuration.js';
import { contactCenterOf, withContactCenter } from './contact-centers.js';
import { checkNumber } from './customer-number.js';
import { gridOf, readDesiredTime } from './desired-time.js';
import type { CallbackHappening, CallbackObserver } from './happenings.js';
import { Invitations } from './invitations.js';
import type { CallbackInput } from './life-cycle.js';
import { NUMBER_KEY } from './lookup-keys.js';
import type { CallbackDesk, ReportOutcome } from './module.js';
import { NumberExceptions } from './number-exceptions.js';
import { type AvailabilityQuery, type OpenSlots, type SlotRange, SlotSearch } from './open-slots.js';
import type { OrchestrationServers, RemoteSession } from './orchestration-servers.js';
import { PositionWatches } from './position-watches.js';
import type { Push } from './push.js';
import { type CallbackCriteria, Queries, type QueueCriteria } from './queries.js';
import { RemoteLife } from './remote-life.js';
import { RemoteCallbackSessions } from './remote-sessions.js';
import { RemoteSubmission } from './remote-submission.js';
import { Rescheduling } from './rescheduling.js';
import { Scheduler } from './scheduler.js';
import { effectiveParameter, scalarText, withTokens } from './service-parameters.js';
import type { EndedCallbackSession, SessionReply, SessionStarter } from './sessions.js';
import { checkTimes, headerText, refusalOf, requireKeys, withoutSystemKeys } from './start-checks.js';
import { StatusDelivery, type StatusPost } from './status-delivery.js';
import { StatusNotifications } from './status-notifications.js';
import { Submission } from './submission.js';
import { type ExpectedWait, SubmissionLead } from './submission-lead.js';
import type { RequestHeaders } from './throttle.js';
import { countFailure, Transitions } from './transitions.js';

export interface CallbacksOptions {
  database: Database;
  configuration: CallbackConfiguration;
  sessions: SessionStarter;
  journal: Pick<Journal, 'record' | 'wake'>;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Runs another service instead (option `_redirect`) and gives its answer. */
  redirect?: (service: string, parameters: JsonObject) => Promise<SessionReply>;
  /** Seconds of expected wait in a virtual queue: callbacks are submitted that much earlier. */
  expectedWait?: ExpectedWait;
  /** Where a waiting request stands in line; absent: sessions are not told of their place. */
  standingOf?: (request: string) => Promise<Standing | undefined>;
  /** How status notifications reach their targets over HTTP; absent: they do not. */
  statusPost?: StatusPost;
  /** How customers' devices are reached; absent: they are not. */
  push?: Push;
  /** Other servers, on which the sessions of services with `_ors` run; absent: all run here. */
  servers?: OrchestrationServers;
  /** Where callbacks whose customer calls get a number from; absent: there is none. */
  customerAccess?: CustomerAccess;
  /** How long the client of an immediate callback waits for the application's first answer; default 10 s. */
  answerTimeoutMs?: number;
}

/** Start-Callback as a client asks for it. */
export interface StartRequest {
  service: string;
  /** Body and query, flat: with `_` for the server and the application, without for the user. */
  parameters: JsonObject;
  /** Names in lower case. */
  headers?: RequestHeaders;
}

/**
 * - `scheduled`: accepted for its time (or submitted at once, its time being near).
 * - `immediate`: submitted; `reply` is the application's answer, if there was one in time.
 * - `redirected`: another service, which is no callback service, has answered instead.
 */
export type StartAnswer =
  | { outcome: 'scheduled'; id: string }
  | { outcome: 'immediate'; id: string; reply: SessionReply | undefined }
  | { outcome: 'redirected'; reply: SessionReply };

/** The session that works for a callback, and where when it is not here. */
export interface CallbackSession {
  session: string | undefined;
  service: string;
  remote?: RemoteSession;
}

/** Why a session ends whose application could not be loaded: the callback is submitted again, or given up. */
const NOT_BEGUN: ReadonlySet<string> = new Set(['application-unknown', 'application-invalid']);

const ANSWER_TIMEOUT_MS = 10_000;
const CONTACT_CENTER_HEADER = 'contactcenterid';

/**
 * The callback domain: books, moves, cancels and finds callbacks, and follows them through their life until they are
 * completed. `start` begins the background work (submission at their time, expiry, pausing), `stop` ends it.
 */
export class Callbacks {
  readonly #options: CallbacksOptions;
  readonly #services: CallbackServices;
  readonly #calendar: Calendar;
  readonly #exceptions: NumberExceptions;
  readonly #transitions: Transitions;
  readonly #booking: Booking;
  readonly #rescheduling: Rescheduling;
  readonly #bulkRescheduling: BulkRescheduling;
  readonly #cancellation: Cancellation;
  readonly #queries: Queries;
  readonly #slots: SlotSearch;
  readonly #scheduler: Scheduler;
  readonly #delivery: StatusDelivery;
  readonly #observers: CallbackObserver[] = [];
  readonly #positions: PositionWatches | undefined;
  readonly #remote: { sessions: RemoteCallbackSessions; submission: RemoteSubmission; life: RemoteLife } | undefined;
  /** What agents are asked about callbacks. */
  readonly invitations: Invitations;
  /** What the applications of callbacks ask for. */
  readonly desk: CallbackDesk;

  constructor(options: CallbacksOptions) {
    this.#options = options;
    const { database, configuration, sessions, journal, clock, activity, log } = options;
    const services = new CallbackServices(configuration);
    const calendar = new Calendar((name) => configuration.service(name));
    const due = (submitAt: number | null, expiresAt: number) => this.#scheduler.due(submitAt, expiresAt);
    const notificationDue = (at: number) => this.#delivery.due(at);
    const notifications = new StatusNotifications({ configuration, services, due: notificationDue });
    const { servers } = options;
    const observe: CallbackObserver = (happening) => this.#tell(happening);
    const remoteSessions = servers && new RemoteCallbackSessions({ database, clock, activity, log, servers });
    const transitions = new Transitions({
      ...{ clock, journal, sessions, services, notifications, observe, due },
      remote: remoteSessions,
    });
    if (servers && remoteSessions) {
      const own = { database, clock, activity, log, services, transitions, servers, due, sessions: remoteSessions };
      this.#remote = { sessions: remoteSessions, submission: new RemoteSubmission(own), life: new RemoteLife(own) };
    }
    const remote = this.#remote?.submission;
    const submission = new Submission({ clock, sessions, services, transitions, remote, log, due });
    const lead = new SubmissionLead(configuration, options.expectedWait);
    this.#services = services;
    this.#calendar = calendar;
    this.#exceptions = new NumberExceptions(configuration, log);
    this.#transitions = transitions;
    const booking = {
      database,
      activity,
      log,
      journal,
      sessions,
      services,
      submission,
      lead,
      transitions,
      remote,
      due,
    };
    this.#booking = new Booking({ ...booking, notifications, observe });
    const rescheduling = { database, clock, calendar, journal, services, transitions, due };
    this.#rescheduling = new Rescheduling({ ...rescheduling, notifications });
    const moving = { database, clock, calendar, services, rescheduling: this.#rescheduling };
    this.#bulkRescheduling = new BulkRescheduling(moving);
    this.#cancellation = new Cancellation({ database, transitions });
    this.#queries = new Queries({ database, clock, services, configuration });
    this.#slots = new SlotSearch({ database, clock, calendar, services });
    const background = { database, clock, activity, log, configuration, services, submission, transitions };
    this.#scheduler = new Scheduler({ ...background, lead, sessions, remote: this.#remote?.life });
    this.#delivery = new StatusDelivery({ database, clock, activity, log, sessions, post: options.statusPost });
    this.invitations = new Invitations({ database, clock, sessions });
    const { push, customerAccess, standingOf } = options;
    const { invitations } = this;
    const positions = standingOf && new PositionWatches({ database, clock, activity, log, sessions, standingOf });
    this.#positions = positions;
    this.desk = new ApplicationDesk({
      ...{ clock, services, transitions, notifications, invitations, positions, push, customerAccess },
    });
  }

  /** Hears what happens to callbacks on this node, after it is committed. */
  observe(observer: CallbackObserver): void {
    this.#observers.push(observer);
  }

  #tell(happening: CallbackHappening): void {
    for (const observer of this.#observers) observer(happening);
  }

  /** Resolves when all that became due before has been taken up. */
  async startUp(): Promise<void> {
    await this.#scheduler.start();
    await this.#delivery.start();
    await this.#remote?.sessions.start();
    await this.#positions?.start();
  }

  async shutDown(): Promise<void> {
    await this.#scheduler.stop();
    await this.#delivery.stop();
    await this.#remote?.sessions.stop();
    await this.#positions?.stop();
  }

  /**
   * Start-Callback.
   * @throws CallbackError for every rule of the service that the request breaks; RingbackError `unknown-flow`
   */
  async start(request: StartRequest): Promise<StartAnswer> {
    const service = this.#withTokens(this.#services.get(request.service), request.parameters);
    const name = scalarText(effectiveParameter(service, request.parameters, '_redirect'));
    if (!name || name === service.name) return this.#begin(service, request);
    // Another callback service makes a callback of its own, by its own rules; where that one leads is not followed.
    const other = this.#services.find(name);
    if (other) return this.#begin(this.#withTokens(other, request.parameters), request);
    if (!this.#options.redirect) return this.#begin(service, request);
    return { outcome: 'redirected', reply: await this.#options.redirect(name, request.parameters) };
  }

  #withTokens(configured: CallbackService, parameters: JsonObject): CallbackService {
    const options = withTokens(configured.options, parameters);
    return options === configured.options ? configured : this.#services.read(configured.name, options);
  }

  async #begin(service: CallbackService, request: StartRequest): Promise<StartAnswer> {
    try {
      return await this.#book(service, request);
    } catch (error) {
      if (error instanceof CallbackError) await this.#recordRejection(service, request.parameters, error);
      throw error;
    }
  }

  async #book(service: CallbackService, { parameters, headers = {} }: StartRequest): Promise<StartAnswer> {
    const now = this.#options.clock.now();
    const number = requireKeys(service, parameters);
    const desired = readDesiredTime('_desired_time', parameters._desired_time);
    const contactCenter = contactCenterOf(this.#options.configuration, headerText(headers, CONTACT_CENTER_HEADER));
    if (number !== undefined) {
      const exception = this.#exceptions.find(number, service.exceptionGroups);
      if (exception) throw new CallbackError('number-exception', { number, ...exception });
      checkNumber(number, service);
    }
    const grid = gridOf(this.#calendar, service);
    const rejection = refusalOf(() => checkTimes(service, grid, desired, now));
    const properties = withContactCenter(withoutSystemKeys(parameters), contactCenter);
    const booking: BookingRequest = { service, grid, desired, number, properties, headers, rejection, now };
    const { id, startRequestId, session } = await this.#booking.book(booking);
    if (session) return { outcome: 'immediate', id, reply: await this.#remote?.submission.firstAnswer(session) };
    if (startRequestId === undefined) return { outcome: 'scheduled', id };
    const timeoutMs = this.#options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    const reply = await this.#options.sessions.reply(startRequestId, timeoutMs);
    if (!reply) await this.#requireBegun(id);
    return { outcome: 'immediate', id, reply };
  }

  /**
   * The client of an immediate callback learns that its application cannot be loaded; nobody tries that any further.
   * @throws RingbackError `unknown-flow`
   */
  async #requireBegun(id: string): Promise<void> {
    const hasFailed = await this.#options.database.transaction(async (tx) => {
      const row = await this.#transitions.lock(tx, id);
      const isTriedAgain = row?.state === 'QUEUED' && row.submit_at !== null && row.submit_attempts > 0;
      if (isTriedAgain) await this.#transitions.apply(tx, row, { type: 'give-up' });
      return isTriedAgain || row?.reason === 'SUBMIT_FAILED';
    });
    if (hasFailed) throw new RingbackError('unknown-flow', `the application of the callback ${id} cannot be loaded`);
  }

  /** The version of the Callback API that a service speaks; without a name: the usual one. */
  profileOf(service?: string): CallbackProfile {
    return this.#services.profileOf(service);
  }

  /** @throws CallbackError `no-such-callback`, `unknown-service` */
  async cancel(service: string, id: string, options: { discardSessionFailure?: boolean } = {}): Promise<void> {
    const { profile } = this.#services.get(service);
    const discard = options.discardSessionFailure ?? false;
    if (!discard) await this.#remote?.life.requireSession(id);
    await this.#cancellation.cancel(service, id, { discardSessionFailure: discard, onlyScheduled: profile === '2013' });
  }

  /**
   * See `Rescheduling.reschedule`. The application of a session on another server reports in this way what becomes of its
   * callback: `_callback_state` and `_callback_reason`.
   */
  async reschedule(service: string, id: string, change: JsonObject): Promise<void> {
    if (await this.#remote?.life.report(service, id, change)) return;
    await this.#rescheduling.reschedule(service, id, change);
  }

  /** See `Cancellation.cancelAll`. */
  bulkCancel(ids: readonly string[], reason: string): Promise<CancelOutcome[]> {
    return this.#cancellation.cancelAll(ids, reason);
  }

  /** See `BulkRescheduling.moveAll`. */
  bulkReschedule(ids: readonly string[], move: BulkMove): Promise<MoveOutcome[]> {
    return this.#bulkRescheduling.moveAll(ids, move);
  }

  /** See `Queries.find`. */
  query(criteria: CallbackCriteria): Promise<CallbackRecord[]> {
    return this.#queries.find(criteria);
  }

  /** See `Queries.queues`. */
  queryQueues(criteria: QueueCriteria): Promise<Record<string, CallbackRecord[]>> {
    return this.#queries.queues(criteria);
  }

  /** See `Queries.watermarks`. */
  watermarks(services?: readonly string[]): Promise<{ services: Record<string, number>; total: number }> {
    return this.#queries.watermarks(services);
  }

  /** See `Queries.census`. */
  census(): ReturnType<Queries['census']> {
    return this.#queries.census();
  }

  /** See `Queries.completedFor`. */
  completedFor(reason: string, properties: readonly string[]): AsyncGenerator<string[]> {
    return this.#queries.completedFor(reason, properties);
  }

  /** See `SlotSearch.availability`. */
  availability(service: string, query: AvailabilityQuery): Promise<OpenSlots> {
    return this.#slots.availability(service, query);
  }

  /** See `SlotSearch.slots`. */
  slots(service: string, query: SlotRange): Promise<OpenSlots> {
    return this.#slots.slots(service, query);
  }

  /** The stored callback; undefined when there is none. */
  get(id: string): Promise<CallbackRow | undefined> {
    return this.#queries.byId(id);
  }

  /** The session that works for a callback, for requests that clients send to it by the callback's id. */
  async sessionOf(id: string): Promise<CallbackSession | undefined> {
    const row = await this.#queries.byId(id);
    const remote = row && (await this.#remote?.sessions.of(this.#options.database, id));
    return row && { session: row.session ?? undefined, service: row.service, ...(remote && { remote }) };
  }

  /**
   * A report of the application that works for the callback, in the transaction of its macrostep. What comes after the
   * end changes nothing.
   */
  report(tx: Transaction, id: string, input: CallbackInput): Promise<ReportOutcome> {
    return this.desk.report(tx, id, input);
  }

  /**
   * A session has ended, in the transaction that stores its end: its callback is over, unless it was over before or
   * another session works for it by now. One that was ended from outside while the callback was queued is replaced.
   */
  async onSessionEnded(tx: Transaction, session: EndedCallbackSession): Promise<void> {
    if (session.callback === undefined) return;
    await this.invitations.withdraw(tx, session.id);
    const row = await this.#transitions.lock(tx, session.callback);
    if (row?.session !== session.id) return;
    const hasBegun = session.state !== 'failed' || !NOT_BEGUN.has(session.reason ?? '');
    if (hasBegun) await this.#transitions.apply(tx, row, { type: `session-${session.state}` });
    else await countFailure(this.#transitions, tx, row, this.#services.find(row.service));
  }

  async #recordRejection(service: CallbackService, parameters: JsonObject, error: CallbackError): Promise<void> {
    const { journal, database, clock } = this.#options;
    this.#tell({ type: 'rejected', service: service.name, error: error.code });
    const number = scalarText(parameters[NUMBER_KEY]);
    const desired = scalarText(parameters._desired_time);
    const data: JsonObject = {
      service: service.name,
      ...(number !== undefined && { number }),
      ...(desired !== undefined && { desiredTime: desired }),
      error: error.code,
    };
    await journal.record(database, [{ at: clock.now(), type: 'callback.rejected', data }]);
  }
}
