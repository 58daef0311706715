import type { DoNotCallEntry } from './do-not-call.js';
import type { ListSettings } from './list-settings.js';
import type { Chain, ListRecord } from './record.js';
import { isFinal, RecordStatus } from './record-status.js';
import { isCallback, isScheduledType, RecordType } from './record-type.js';
import { callableAt } from './window.js';

/** What keeps a record from being dialed. */
export interface Obstacle {
  kind: 'status' | 'do-not-call' | 'list' | 'attempts' | 'schedule' | 'window' | 'chain' | 'campaign' | 'rule';
  /** For people. */
  reason: string;
  /** When it ends by itself, in milliseconds since 1970. */
  until?: number;
}

/** A record with all that decides about it. */
export interface ObstacleInput {
  record: ListRecord;
  chain: Chain | undefined;
  settings: ListSettings;
  /** The entry of the do-not-call list that matches, if there is one. */
  listed: DoNotCallEntry | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

const FINAL_REASONS: Readonly<Partial<Record<RecordStatus, string>>> = {
  [RecordStatus.NoRecordStatus]: 'It has no status: nothing dials it.',
  [RecordStatus.Updated]: 'It has been processed.',
  [RecordStatus.Stale]: 'It was not dialed before its campaign was unloaded by force.',
  [RecordStatus.Cancelled]: 'It has been cancelled.',
  [RecordStatus.AgentError]: 'It was marked as an error of the agent.',
  [RecordStatus.ChainUpdated]: 'Another record of its chain has been processed, and the chain with it.',
  [RecordStatus.MissedCallBack]: 'Its callback could not be made in time.',
};

/**
 * Everything that record, chain, list and do-not-call list have against dialing a record now: the checks of selection,
 * each told even where another one would be enough. Empty: it may be dialed as soon as a campaign takes it.
 */
export function obstaclesOf(input: ObstacleInput): Obstacle[] {
  const { record, chain, settings, listed, now } = input;
  if (isFinal(record.recordStatus)) return [...finalObstacle(record), ...doNotCallObstacles(record, settings, listed)];
  const obstacles: Obstacle[] = [...doNotCallObstacles(record, settings, listed)];
  if (!settings.enabled) obstacles.push({ kind: 'list', reason: 'Its calling list is disabled.' });
  if (record.attempt >= settings.maxAttempts) {
    const reason = `${record.attempt} of at most ${settings.maxAttempts} attempts have been made.`;
    obstacles.push({ kind: 'attempts', reason });
  }
  if (isScheduledType(record.recordType) && record.scheduledAt !== undefined && record.scheduledAt > now) {
    obstacles.push({ kind: 'schedule', reason: 'It is scheduled for later.', until: record.scheduledAt });
  }
  const { open, opensAt } = callableAt(record, settings, now);
  if (!open && Number.isFinite(opensAt)) {
    const reason = `It is outside of the hours of the record and its list in ${record.zone}.`;
    obstacles.push({ kind: 'window', reason, until: opensAt });
  } else if (!open) {
    obstacles.push({ kind: 'window', reason: 'The hours of the record and of its list leave no time.' });
  }
  const other = chain && activeOther(chain, record);
  if (other) {
    const reason = `Record ${other.recordId} (${other.phone}) of its chain is first.`;
    obstacles.push({ kind: 'chain', reason });
  }
  return obstacles;
}

function finalObstacle({ recordStatus }: ListRecord): Obstacle[] {
  return [{ kind: 'status', reason: FINAL_REASONS[recordStatus] ?? 'Its status is final.' }];
}

function doNotCallObstacles(
  { recordType }: ListRecord,
  settings: ListSettings,
  listed: DoNotCallEntry | undefined,
): Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (recordType === RecordType.NoCall) obstacles.push({ kind: 'do-not-call', reason: 'Its type is NoCall.' });
  const counts = settings.checkDoNotCall && (settings.checkDoNotCallForCallbacks || !isCallback(recordType));
  if (listed && counts) {
    const what = listed.phone === undefined ? `customer ${listed.customerId}` : `number ${listed.phone}`;
    obstacles.push({ kind: 'do-not-call', reason: `The ${what} is on the do-not-call list.` });
  }
  return obstacles;
}

/** The record of the chain that is dialed before this one, or is being dialed. */
function activeOther(chain: Chain, record: ListRecord): ListRecord | undefined {
  if (record.recordStatus === RecordStatus.Retrieved) return undefined;
  return chain.records.find(
    (other) =>
      other.recordId !== record.recordId &&
      (other.recordStatus === RecordStatus.Retrieved ||
        (record.recordStatus === RecordStatus.ChainReady && other.recordStatus === RecordStatus.Ready)),
  );
}
