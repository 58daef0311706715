import { type Activity, type Clock, instant, type JsonObject, type Logger } from '../../kernel/index.js';
import { type Database, DueWork, statement, type Transaction } from '../../store/index.js';
import type { Dialing, DialingEvent } from '../dialing/index.js';
import type { CallingLists } from '../list/index.js';
import type { CampaignDirectory, Numbered } from './directory.js';
import { type GroupView, readGroupOfNumber, viewOf } from './group-record.js';
import { type ReportFacts, reportBody } from './report-body.js';
import { type HttpPost, secondsOf } from './state-report.js';

interface Report {
  id: number;
  kind: 'history' | 'contact-processed';
  facts: ReportFacts;
  attempts: number;
  created_at: number;
}

const STORE = statement(
  'campaign-report-store',
  'insert into campaign_report (kind, facts, due_at, created_at) values ($1, $2, $3, $3)',
);
const NEXT_DUE = statement('campaign-report-next-due', 'select min(due_at) as at from campaign_report');
const CLAIM = statement(
  'campaign-report-claim',
  `update campaign_report set due_at = $2, attempts = attempts + 1
   where id in (select id from campaign_report where due_at <= $1 order by due_at, id limit $3 for update skip locked)
   returning id, kind, facts, attempts, created_at`,
);
const DELIVERED = statement('campaign-report-delivered', 'delete from campaign_report where id = $1');
const LATER = statement('campaign-report-later', 'update campaign_report set due_at = $2 where id = $1');

/** Where a kind of report goes, and the options that switch it on. */
const OPTIONS = {
  history: { on: 'send-history', url: 'history-uri' },
  'contact-processed': { on: 'contact-processed-notification', url: 'contact-processed-notification-uri' },
} as const;

const CLAIM_MS = 120_000;
const FIRST_RETRY_MS = 1000;
const DEFAULT_RESPONSE_TIMEOUT_S = 5;
/** Failures in a row after which nothing is sent for the recovery time, and that time in seconds: ours. */
const DEFAULT_FAILURES = 10;
const DEFAULT_RECOVERY_S = 60;
/** What could not be delivered for so long is given up. */
const GIVE_UP_MS = 24 * 3_600_000;

/**
 * Call report records and contact-processed notifications over HTTP: stored in the transaction of what they report,
 * delivered at least once, in the order of the attempts of a record where nothing fails. Each is sent again until it is
 * answered with success; after `history-wait-condition-threshold` failures in a row nothing is sent for
 * `history-wait-recovery-timeout` seconds. What nobody took for a day is given up, with a line in the log.
 */
export class AttemptReports {
  readonly #database: Database;
  readonly #directory: CampaignDirectory;
  readonly #dialing: Pick<Dialing, 'attempts' | 'attemptCall'>;
  readonly #lists: Pick<CallingLists, 'find'>;
  readonly #post: HttpPost;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #due: DueWork<Report>;
  #failures = 0;

  constructor(parts: {
    database: Database;
    directory: CampaignDirectory;
    dialing: Pick<Dialing, 'attempts' | 'attemptCall'>;
    lists: Pick<CallingLists, 'find'>;
    post: HttpPost;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#directory = parts.directory;
    this.#dialing = parts.dialing;
    this.#lists = parts.lists;
    this.#post = parts.post;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#due = new DueWork({
      ...parts,
      name: 'reports of attempts',
      nextDue: async () => (await this.#database.query<{ at: number | null }>(NEXT_DUE))[0]?.at ?? undefined,
      claim: (now, limit) => this.#database.query<Report>(CLAIM, [instant(now), instant(now + CLAIM_MS), limit]),
      run: async (reports) => {
        for (const report of [...reports].sort((one, other) => one.id - other.id)) await this.#deliver(report);
      },
    });
  }

  start(): Promise<void> {
    return this.#due.start();
  }

  stop(): Promise<void> {
    return this.#due.stop();
  }

  /** Stores what an event is to be reported as, in its transaction. */
  async note(tx: Transaction, event: DialingEvent): Promise<void> {
    const kinds = reportsOf(event);
    if (kinds.length === 0) return;
    const group = await this.#directory.reference(tx, event.group);
    if (!group) return;
    for (const { kind, facts } of kinds) {
      if (this.#target(group, kind) === undefined) continue;
      await tx.query(STORE, [kind, JSON.stringify(facts), instant(this.#clock.now())]);
      tx.afterCommit(() => this.#due.wake());
    }
  }

  async #deliver(report: Report): Promise<void> {
    const record = await readGroupOfNumber(this.#database, report.facts.group);
    const group = record && viewOf(record);
    const url = group && this.#target(group, report.kind);
    if (!group || url === undefined) {
      await this.#database.query(DELIVERED, [report.id]);
      return;
    }
    try {
      const body = await this.#body(report, group);
      const timeout = secondsOf(this.#directory.option(group, 'http-response-timeout'), DEFAULT_RESPONSE_TIMEOUT_S);
      const status = await this.#post(url, body, timeout);
      if (status < 200 || status > 299) throw new Error(`answered with status ${status}`);
      this.#failures = 0;
      await this.#database.query(DELIVERED, [report.id]);
    } catch (error) {
      await this.#failed(report, group, error);
    }
  }

  async #failed(report: Report, group: GroupView, error: unknown): Promise<void> {
    this.#failures += 1;
    const now = this.#clock.now();
    if (now - report.created_at > GIVE_UP_MS) {
      this.#log.error({ err: error, kind: report.kind, facts: report.facts }, 'A report was given up');
      await this.#database.query(DELIVERED, [report.id]);
      return;
    }
    const recovery = secondsOf(this.#directory.option(group, 'history-wait-recovery-timeout'), DEFAULT_RECOVERY_S);
    const most = Number(this.#directory.option(group, 'history-wait-condition-threshold') ?? DEFAULT_FAILURES);
    const retry = Math.min(recovery, FIRST_RETRY_MS * 2 ** Math.min(report.attempts - 1, 16));
    const delay = this.#failures >= (most > 0 ? most : DEFAULT_FAILURES) ? recovery : retry;
    this.#log.warn({ err: error, kind: report.kind, again: instant(now + delay) }, 'A report was not taken');
    await this.#database.query(LATER, [report.id, instant(now + delay)]);
  }

  async #body({ kind, facts }: Report, group: GroupView): Promise<JsonObject> {
    const { list, recordId, attempt } = facts;
    const [record] = await this.#lists.find({ recordId, lists: [list] });
    const attempts = attempt === undefined ? [] : await this.#dialing.attempts(list, recordId);
    const view = attempts.find((one) => one.attempt === attempt);
    const call = attempt === undefined ? {} : await this.#dialing.attemptCall(attempt);
    return reportBody(kind, { facts, group, record, attempt: view, call, listDbid: this.#directory.list(list) });
  }

  #target(group: { name: string; campaign: Numbered }, kind: Report['kind']): string | undefined {
    const { on, url } = OPTIONS[kind];
    const isOn = /^(true|yes|1)$/i.test(this.#directory.option(group, on) ?? '');
    return isOn ? this.#directory.option(group, url) : undefined;
  }
}

function reportsOf(event: DialingEvent): { kind: Report['kind']; facts: ReportFacts }[] {
  switch (event.type) {
    case 'dial':
      return [{ kind: 'history', facts: factsOf(event, { attempt: event.attempt, sequence: 0 }) }];
    case 'blocked': {
      const { attempt, result, why } = event;
      return [{ kind: 'history', facts: factsOf(event, { attempt, sequence: 1, result, why }) }];
    }
    case 'chain-processed': {
      const { attempt, result } = event;
      const facts = factsOf(event, { result, ...(attempt !== undefined && { attempt }) });
      const processed = { kind: 'contact-processed', facts } as const;
      return attempt === undefined ? [processed] : [{ kind: 'history', facts: { ...facts, sequence: 1 } }, processed];
    }
    default:
      return [];
  }
}

function factsOf(event: Extract<DialingEvent, { recordId: number }>, more: Partial<ReportFacts>): ReportFacts {
  const { group, list, recordId, chainId, chainN, handle, at } = event;
  return { group, list, recordId, chainId, chainN, handle, at, ...more };
}
