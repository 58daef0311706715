import type { Sql } from '../../store/index.js';
import { OutboundError } from '../errors.js';
import { isGoal } from './configured-settings.js';
import type { CampaignDirectory, CampaignGroupReference, Numbered } from './directory.js';
import { readGroup } from './group-record.js';
import { statusNumber, statusOf } from './life-cycle.js';
import type { SequenceView } from './notification.js';
import type { Schedule } from './sequence.js';
import type { SequenceRecord } from './sequence-record.js';

/**
 * The campaign groups of a schedule's items.
 * @throws OutboundError `invalid-campaign-schedule`: an unknown or unpaired campaign, no item, a stop before the start, a
 *   goal that is no percentage
 */
export async function campaignGroupsOf(
  sql: Sql,
  directory: CampaignDirectory,
  owner: Numbered,
  { startTime, items }: Schedule,
): Promise<CampaignGroupReference[]> {
  const references: CampaignGroupReference[] = [];
  for (const { campaign, stopAtTime, optimizeBy, optimizeGoal } of items) {
    const reference = await directory.pair(sql, campaign, owner.dbid);
    const stopsBefore = stopAtTime !== undefined && startTime !== undefined && stopAtTime < startTime;
    const aimless = optimizeBy !== undefined && optimizeGoal !== undefined && !isGoal(optimizeBy, optimizeGoal);
    if (!reference || stopsBefore || aimless) throw new OutboundError('invalid-campaign-schedule');
    references.push(reference);
  }
  if (references.length === 0) throw new OutboundError('invalid-campaign-schedule');
  return references;
}

/** A sequence as everybody sees it, with the status of each item; of several items of one campaign the latest has it. */
export async function sequenceView(sql: Sql, { group, schedule, items, state }: SequenceRecord): Promise<SequenceView> {
  const statuses: number[] = [];
  for (const [index, { name }] of items.entries()) {
    const isLatest = !items.some((other, later) => later > index && later <= state.item && other.name === name);
    const stored = isLatest && index <= state.item ? await readGroup(sql, name) : undefined;
    statuses.push(stored?.sequence === group.name ? statusNumber(statusOf(stored.state)) : 0);
  }
  const { phase, item, dueAt } = state;
  const campaigns = items.map(({ campaign }) => campaign.name);
  return { group, schedule, campaigns, phase, item, statuses, ...(dueAt !== undefined && { dueAt }) };
}
