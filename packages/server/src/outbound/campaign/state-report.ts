import { createHash } from 'node:crypto';
import { type Activity, type Clock, instant, type JsonObject, type Logger } from '../../kernel/index.js';
import { type Database, DueWork, type Sql, statement } from '../../store/index.js';
import { dialModeNumber, optimizeByNumber } from '../dial-mode.js';
import type { CampaignDirectory } from './directory.js';
import { type GroupView, readGroup, viewOf } from './group-record.js';
import type { CampaignNotification } from './notification.js';
import type { Notifications } from './notifications.js';
import type { CampaignStatistics, ListStatistics, LiveStatistics } from './statistics.js';

/** Sends a JSON body; resolves with the HTTP status, rejects when there is no answer in time. */
export type HttpPost = (url: string, body: JsonObject, timeoutMs: number) => Promise<number>;

/** Tenant as the original names it; there is one. */
export const TENANT = { name: 'Environment', ccid: '1' };
const DEFAULT_INTERVAL_S = 10;
const DEFAULT_RESPONSE_TIMEOUT_S = 5;
const CLAIM_MS = 60_000;

const ARM = statement(
  'campaign-report-arm',
  'update campaign_group_state set report_due = $2 where name = $1 and (report_due is null or $3)',
);
const NEXT_DUE = statement('campaign-report-state-due', 'select min(report_due) as at from campaign_group_state');
const CLAIM = statement(
  'campaign-report-state-claim',
  `update campaign_group_state set report_due = $2
   where name in (select name from campaign_group_state where report_due <= $1 order by report_due limit $3
                  for update skip locked)
   returning name`,
);

/**
 * Reports of campaign group states over HTTP (options `send-campaigngroup-states`, `campaigngroup-states-uri`,
 * `campaigngroup-states-interval`): when a group is loaded, started, stopped, unloaded or gets another mode, and
 * periodically while it is loaded. A report that fails is not repeated: the next one says more.
 */
export class StateReports {
  readonly #database: Database;
  readonly #directory: CampaignDirectory;
  readonly #statistics: CampaignStatistics;
  readonly #post: HttpPost;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #due: DueWork<string>;

  constructor(parts: {
    database: Database;
    directory: CampaignDirectory;
    statistics: CampaignStatistics;
    notifications: Notifications;
    post: HttpPost;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#database = parts.database;
    this.#directory = parts.directory;
    this.#statistics = parts.statistics;
    this.#post = parts.post;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
    this.#due = new DueWork({
      ...parts,
      name: 'reports of campaign groups',
      nextDue: async () => (await this.#database.query<{ at: number | null }>(NEXT_DUE))[0]?.at ?? undefined,
      claim: (now, limit) => this.#claim(now, limit),
      run: async (names) => {
        for (const name of names) await this.#periodically(name);
      },
    });
    parts.notifications.add((notification, isOwn) => {
      if (isOwn && notification.subject === 'group') this.#changed(notification);
    });
  }

  start(): Promise<void> {
    return this.#due.start();
  }

  stop(): Promise<void> {
    return this.#due.stop();
  }

  #changed({ group, message }: Extract<CampaignNotification, { subject: 'group' }>): void {
    const url = this.#target(group);
    if (url === undefined) return;
    void this.#activity.run(async () => {
      await this.#report(url, group, 'state');
      const next = message === 'unloaded' ? null : this.#clock.now() + this.#intervalMs(group);
      try {
        await this.#arm(this.#database, group.name, next, message === 'unloaded');
      } catch (error) {
        this.#log.warn(
          { err: error, campaignGroup: group.name },
          'The next report of a campaign group was not arranged',
        );
      }
    });
  }

  async #periodically(name: string): Promise<void> {
    const record = await readGroup(this.#database, name);
    const group = record && viewOf(record);
    const url = group && group.status !== 'NotLoaded' ? this.#target(group) : undefined;
    await this.#arm(this.#database, name, url && group ? this.#clock.now() + this.#intervalMs(group) : null, true);
    if (group && url !== undefined) await this.#report(url, group, 'periodic');
  }

  async #report(url: string, group: GroupView, why: 'state' | 'periodic'): Promise<void> {
    try {
      const body = stateBody(group, await this.#statistics.live(group));
      const status = await this.#post(url, body, this.#timeoutMs(group));
      this.#log.debug({ campaignGroup: group.name, why, status }, 'The state of a campaign group was reported');
    } catch (error) {
      this.#log.warn(
        { err: error, campaignGroup: group.name, url },
        'The state of a campaign group could not be reported',
      );
    }
  }

  /** Sets when the next report is due; `always`: also when one is due already. */
  async #arm(sql: Sql, name: string, due: number | null, always: boolean): Promise<void> {
    await sql.query(ARM, [name, due === null ? null : instant(due), always]);
    if (due !== null) this.#due.wake(due);
  }

  async #claim(now: number, limit: number): Promise<string[]> {
    const rows = await this.#database.query<{ name: string }>(CLAIM, [instant(now), instant(now + CLAIM_MS), limit]);
    return rows.map(({ name }) => name);
  }

  #target(group: GroupView): string | undefined {
    const isOn = /^(true|yes|1)$/i.test(this.#directory.option(group, 'send-campaigngroup-states') ?? '');
    return isOn ? this.#directory.option(group, 'campaigngroup-states-uri') : undefined;
  }

  #intervalMs(group: GroupView): number {
    return secondsOf(this.#directory.option(group, 'campaigngroup-states-interval'), DEFAULT_INTERVAL_S);
  }

  #timeoutMs(group: GroupView): number {
    return secondsOf(this.#directory.option(group, 'http-response-timeout'), DEFAULT_RESPONSE_TIMEOUT_S);
  }
}

/** Milliseconds of an option in seconds. */
export function secondsOf(text: string | undefined, preset: number): number {
  const seconds = Number(text ?? preset);
  return Math.round((Number.isFinite(seconds) && seconds > 0 ? seconds : preset) * 1000);
}

/** The body of a report of state (original's "Campaign group state notifications"). */
export function stateBody(group: GroupView, statistics: LiveStatistics): JsonObject {
  return {
    GSW_TENANT_NAME: TENANT.name,
    GSW_TENANT_CCID: TENANT.ccid,
    GSW_CAMPAIGN_GROUP_NAME: group.name,
    GSW_CAMPAIGN_GROUP_GUID: lifeOf(group),
    GSW_CAMPAIGN_GROUP_DBID: group.dbid,
    GSW_GROUP_NAME: group.group.name,
    GSW_CAMPAIGN_NAME: group.campaign.name,
    GSW_CAMPAIGN_TEMPLATE_NAME: group.campaign.name,
    GSW_CAMPAIGN_GROUP_STATUS: group.status,
    GSW_DIAL_MODE: dialModeNumber(group.settings.dialMode),
    GSW_OPTIMIZE_BY: optimizeByNumber(group.settings.optimizeBy),
    GSW_OPTIMIZE_GOAL: group.settings.optimizeGoal,
    GSW_STAT_BUSY_FACTOR: statistics.busyFactor,
    GSW_STAT_HIT_RATIO: statistics.hitRatio,
    GSW_STAT_OVERDIAL_RATE: statistics.overdialRate,
    GSW_STAT_TIME_TO_COMPLETE: statistics.timeToComplete,
    GSW_CALLING_LISTS: Object.entries(statistics.lists).map(([name, list]) => listBody(name, list)),
  };
}

function listBody(name: string, list: ListStatistics): JsonObject {
  return {
    GSW_CALLING_LIST: name,
    GSW_STAT_HIT_RATIO: list.hitRatio,
    GSW_STAT_TIME_TO_COMPLETE: list.timeToComplete,
  };
}

/** Identifies one life of a campaign group, from its load to its unload, in the form of a GUID. */
export function lifeOf({ name, loadedAt }: GroupView): string {
  const hash = createHash('sha1')
    .update(`${name} ${loadedAt ?? 0}`)
    .digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
