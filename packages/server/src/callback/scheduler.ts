import {
  type Activity,
  type Clock,
  DatabaseUnavailable,
  instant,
  type JsonObject,
  type Logger,
} from '../kernel/index.js';
import { type Database, DueWork, statement, type Transaction } from '../store/index.js';
import { CALLBACK_COLUMNS, type CallbackRow } from './callback-record.js';
import type { CallbackServices } from './callback-service.js';
import type { CallbackConfiguration } from './configuration.js';
import type { RemoteLife } from './remote-life.js';
import type { SessionStarter } from './sessions.js';
import { inLockOrder, PURGE_SLOTS } from './slots.js';
import type { Submission } from './submission.js';
import { LONGEST_ESTIMATE_S, type SubmissionLead, WAIT_SOURCES } from './submission-lead.js';
import { PURGE_THROTTLE } from './throttle.js';
import type { Transitions } from './transitions.js';

const SOURCES = `jsonb_strip_nulls(jsonb_build_object(${WAIT_SOURCES.map((name) => `'${name}', properties -> '${name}'`).join(', ')}))`;

const NEXT_SUBMISSION = statement(
  'callback-next-submission',
  'select min(submit_at) as due from callback where submit_at is not null',
);

/** In the order in which they are due; rows that another node or a request has locked are left to it. */
const DUE_SUBMISSIONS = statement(
  'callback-due-submissions',
  `select ${CALLBACK_COLUMNS} from callback c where c.submit_at <= $1 order by c.submit_at limit $2
      for update skip locked`,
);

const NEXT_EXPIRY = statement('callback-next-expiry', 'select min(expires_at) as due from callback');

const DUE_EXPIRIES = statement(
  'callback-due-expiries',
  `select ${CALLBACK_COLUMNS} from callback c where c.expires_at <= $1 order by c.expires_at limit $2
      for update skip locked`,
);

const REMOVE = statement(
  'callback-remove',
  `with filed as (
     delete from callback_lookup l
      using callback c, jsonb_each_text(c.lookup) as k (key, value)
      where c.id = any ($1::text[]) and l.key = k.key and l.value = k.value and l.callback = c.id
   )
   delete from callback where id = any ($1::text[])`,
);

/** Callbacks of paused services that are not paused yet, and the other way round. */
const TO_PAUSE = statement(
  'callback-to-pause',
  `select ${CALLBACK_COLUMNS} from callback c
    where c.service = any ($1::text[]) and c.state = 'QUEUED' order by c.service, c.bucket limit $2 for update`,
);
const TO_RESUME = statement(
  'callback-to-resume',
  `select ${CALLBACK_COLUMNS} from callback c
    where c.state = 'PAUSED' and c.service <> all ($1::text[]) order by c.service, c.bucket limit $2 for update`,
);

/** What the coming callbacks of a service say themselves about whose expected wait is theirs. */
const COMING_SOURCES = statement(
  'callback-coming-sources',
  `select distinct service, ${SOURCES} as sources from callback
    where service = any ($1::text[]) and state = 'SCHEDULED' and submit_at > $2 and desired_at > $2 and desired_at <= $3`,
);

/** Brings the submission of callbacks forward whose queue takes longer than their buffer. */
const BRING_FORWARD = statement(
  'callback-bring-forward',
  `update callback set submit_at = $2
    where service = $1 and state = 'SCHEDULED' and submit_at > $2 and desired_at > $2 and desired_at <= $3 and ${SOURCES} = $4::jsonb`,
);

/** Callbacks that are submitted by one transaction, and such transactions at the same time. */
const BATCH = 200;
const LANES = 2;
/**
 * While so many are due that batches are full, sessions wait for them; from this time on a few begin with each batch. To
 * begin one costs many times what it costs to submit one, so that this is short beside what a crowd of that size takes.
 */
const LONGEST_HOLD_MS = 5000;
const BEGUN_WITH_BATCH = 2;
const SLOT_KEPT_MS = 2 * 86_400_000;

interface SchedulerParts {
  database: Database;
  clock: Clock;
  activity: Activity;
  log: Logger;
  configuration: CallbackConfiguration;
  services: CallbackServices;
  submission: Submission;
  sessions: Pick<SessionStarter, 'holdTurns'>;
  transitions: Transitions;
  lead: SubmissionLead;
  /** Callbacks whose sessions run on other servers; absent: there are none. */
  remote: RemoteLife | undefined;
}

/**
 * Does what is due with callbacks: hands those whose time has come to sessions, ends those that nobody has handled in
 * time, removes finished ones, and pauses and resumes with the configuration.
 *
 * Due callbacks are claimed in batches under row locks and handed over in the same transaction, so that several nodes
 * share the work and a crash leaves them due. Whatever became due while no node ran is done at once at the start,
 * however long ago. Every polling interval it also looks at the queues' expected waits, and at what a signal of another
 * node may have missed.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #submissions: DueWork<CallbackRow>;
  readonly #expiries: DueWork<CallbackRow>;
  #stopListening: (() => void) | undefined;
  #poll: { cancel(): void } | undefined;
  #pausing: Promise<void> = Promise.resolve();
  #hold: (ReturnType<SessionStarter['holdTurns']> & { since: number }) | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    const { database, clock, activity, log } = parts;
    const nextOf = async (next: typeof NEXT_EXPIRY) =>
      (await database.query<{ due: number | null }>(next))[0]?.due ?? undefined;
    const common = { clock, activity, log, database, batch: BATCH, run: async () => {} };
    this.#submissions = new DueWork({
      ...common,
      name: 'callbacks to submit',
      concurrency: LANES,
      nextDue: () => nextOf(NEXT_SUBMISSION),
      claim: (now, limit) => this.#submitBatch(now, limit),
    });
    this.#expiries = new DueWork({
      ...common,
      name: 'callbacks whose time is over',
      nextDue: () => nextOf(NEXT_EXPIRY),
      claim: (now, limit) => this.#expireBatch(now, limit),
    });
  }

  async start(): Promise<void> {
    this.#stopListening = this.#parts.configuration.onChange(({ kind }) => {
      if (kind === 'lists' || kind === 'services') this.#settlePauses();
    });
    this.#settlePauses();
    await Promise.all([this.#submissions.start(), this.#expiries.start()]);
    this.#armPoll();
  }

  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#poll?.cancel();
    await Promise.all([this.#submissions.stop(), this.#expiries.stop(), this.#pausing]);
    this.#holdSessions(false);
  }

  /** Says when something is due, in milliseconds since 1970. Cheap when something earlier is due already. */
  readonly due = (submitAt: number | null, expiresAt: number): void => {
    if (submitAt !== null) this.#submissions.wake(submitAt);
    this.#expiries.wake(expiresAt);
  };

  /**
   * Claims and submits in one transaction. When one of a batch cannot be submitted for a reason that breaks the
   * transaction, each is tried on its own, so that it does not hold up the others.
   */
  async #submitBatch(now: number, limit: number): Promise<CallbackRow[]> {
    const { database, submission, log } = this.#parts;
    const claim = (tx: Transaction, count: number) => tx.query<CallbackRow>(DUE_SUBMISSIONS, [instant(now), count]);
    try {
      return await database.transaction(async (tx) => {
        const rows = await claim(tx, limit);
        this.#holdSessions(rows.length === limit);
        await submission.submitAll(tx, rows);
        return rows;
      });
    } catch (error) {
      this.#holdSessions(false);
      if (error instanceof DatabaseUnavailable) throw error;
      log.error({ err: error }, 'A batch of callbacks could not be submitted; each is tried on its own');
    }
    const submitted: CallbackRow[] = [];
    for (let row = await this.#submitOne(claim); row; row = await this.#submitOne(claim)) {
      submitted.push(row);
      if (submitted.length >= limit) break;
    }
    return submitted;
  }

  /**
   * The sessions of a crowd begin when the crowd is submitted, since a customer's turn in the line depends on that. Of one
   * that does not end some begin all the same, no more than what would keep the others from being submitted.
   */
  #holdSessions(isCrowd: boolean): void {
    const { clock, sessions } = this.#parts;
    if (!isCrowd) {
      this.#hold?.release();
      this.#hold = undefined;
    } else if (!this.#hold) this.#hold = { since: clock.now(), ...sessions.holdTurns() };
    else if (clock.now() - this.#hold.since > LONGEST_HOLD_MS) this.#hold.beginSome(BEGUN_WITH_BATCH);
  }

  async #submitOne(
    claim: (tx: Transaction, count: number) => Promise<CallbackRow[]>,
  ): Promise<CallbackRow | undefined> {
    const { database, submission, log, transitions } = this.#parts;
    let claimed: CallbackRow | undefined;
    try {
      return await database.transaction(async (tx) => {
        [claimed] = await claim(tx, 1);
        if (claimed) await submission.submit(tx, claimed);
        return claimed;
      });
    } catch (problem) {
      if (problem instanceof DatabaseUnavailable || !claimed) throw problem;
      log.error({ err: problem, callback: claimed.id }, 'A callback could not be submitted');
      const { id } = claimed;
      await database.transaction(async (tx) => {
        const row = await transitions.lock(tx, id);
        if (row?.submit_at) await submission.submit(tx, row, problem);
      });
      return claimed;
    }
  }

  async #expireBatch(now: number, limit: number): Promise<CallbackRow[]> {
    const { database, transitions } = this.#parts;
    return database.transaction(async (tx) => {
      const rows = inLockOrder(await tx.query<CallbackRow>(DUE_EXPIRIES, [instant(now), limit]));
      const over = rows.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id);
      if (over.length > 0) await tx.query(REMOVE, [over]);
      for (const row of rows) {
        if (row.state !== 'COMPLETED') await transitions.apply(tx, row, { type: 'expire' });
      }
      return rows;
    });
  }

  #armPoll(): void {
    const { clock, services } = this.#parts;
    this.#poll = clock.at(clock.now() + services.pollingSeconds * 1000, () => {
      this.#armPoll();
      this.#inBackground('Polling of the callback queues', async () => {
        await this.#bringForward();
        await this.#purge();
      });
      this.#askOtherServers();
      this.#settlePauses();
    });
  }

  /** A server that does not answer holds up no other one of the poll's tasks. */
  #askOtherServers(): void {
    const { remote } = this.#parts;
    if (remote) void this.#inBackground('Asking other servers for sessions', () => remote.poll());
  }

  /** `submit at desired - max(buffer, expected wait)`; the buffer is in `submit_at` already. */
  async #bringForward(): Promise<void> {
    const { database, clock, services, lead } = this.#parts;
    const now = clock.now();
    const farthest = instant(now + LONGEST_ESTIMATE_S * 1000);
    const coming = await database.query<{ service: string; sources: JsonObject }>(COMING_SOURCES, [
      services.names(),
      instant(now),
      farthest,
    ]);
    for (const { service: name, sources } of coming) {
      const service = services.find(name);
      const ahead = service ? lead.of(service, sources) : 0;
      if (!service || ahead <= service.executionBufferMs) continue;
      const until = instant(now + ahead);
      await database.query(BRING_FORWARD, [name, instant(now), until, JSON.stringify(sources)]);
      this.#submissions.wake();
    }
  }

  async #purge(): Promise<void> {
    const now = this.#parts.clock.now();
    await this.#parts.database.query(PURGE_THROTTLE, [instant(now)]);
    await this.#parts.database.query(PURGE_SLOTS, [instant(now - SLOT_KEPT_MS)]);
  }

  /** Brings the states of submitted callbacks in line with the list of paused services; one run after the other. */
  #settlePauses(): void {
    const settle = () =>
      this.#inBackground('Pausing and resuming callbacks', async () => {
        const { services } = this.#parts;
        const paused = services.names().filter((name) => {
          const service = services.find(name);
          return service !== undefined && services.isPaused(service);
        });
        await this.#applyToAll(TO_RESUME, paused, 'resume');
        if (paused.length > 0) await this.#applyToAll(TO_PAUSE, paused, 'pause');
      });
    this.#pausing = this.#pausing.then(settle);
  }

  async #applyToAll(select: typeof TO_PAUSE, paused: readonly string[], type: 'pause' | 'resume'): Promise<void> {
    const { database, transitions } = this.#parts;
    let changed: number;
    do {
      changed = await database.transaction(async (tx) => {
        const rows = await tx.query<CallbackRow>(select, [paused, BATCH]);
        for (const row of rows) await transitions.apply(tx, row, { type });
        return rows.length;
      });
    } while (changed === BATCH);
  }

  /** Resolves when the work is over; what goes wrong is reported and done again at the next poll. */
  #inBackground(what: string, work: () => Promise<void>): Promise<void> {
    const { activity, log } = this.#parts;
    return activity.run(work).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) log.error({ err: error }, `${what} failed; it is tried again`);
    });
  }
}
