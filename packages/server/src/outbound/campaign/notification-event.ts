import { instant, type JsonObject, parseInstant } from '../../kernel/index.js';
import type { JournalEvent } from '../../reporting/index.js';
import type { DialSettings } from '../dial-settings.js';
import type { GroupStatus } from './life-cycle.js';
import type { CampaignNotification, GroupNotification, Origin, SequenceNotification } from './notification.js';
import type { Schedule } from './sequence.js';

/** `campaign.state` of a campaign group, as the journal and the live feed have it. Times: ISO 8601. */
interface GroupEvent extends Omit<DialSettings, 'priorities'> {
  message: GroupNotification['message'];
  origin: Origin;
  /** DBID of the outbound schedule that caused it. */
  scheduleDbid?: number;
  campaignGroup: string;
  dbid: number;
  campaign: string;
  campaignDbid: number;
  group: string;
  groupDbid: number;
  status: GroupStatus;
  priorities: DialSettings['priorities'];
  /** The agent group whose sequence holds it. */
  heldBy?: string;
  loadedAt?: string;
  startedAt?: string;
}

/** `campaign.state` of a sequence. `item`: from 1. */
interface SequenceEvent {
  message: SequenceNotification['message'];
  origin: Origin;
  /** The agent group. */
  sequence: string;
  groupDbid: number;
  description: string;
  schedule: Schedule;
  campaigns: readonly string[];
  phase: string;
  item: number;
  statuses: readonly number[];
  dueAt?: string;
}

/** What is journaled of a notification: everything that the other nodes need to tell it too. */
export function eventOf(notification: CampaignNotification): JsonObject {
  // Both are JSON: numbers, texts, and lists and objects of them.
  return (notification.subject === 'group' ? ofGroup(notification) : ofSequence(notification)) as unknown as JsonObject;
}

/** The notification of an event that `eventOf` has written, on another node. Who asked for it is of no matter there. */
export function notificationOf(event: JournalEvent): CampaignNotification {
  const at = parseInstant(event.at) ?? 0;
  // `eventOf` has written it, and the campaign group is named in one kind alone.
  return 'campaignGroup' in event
    ? toGroup(event as unknown as GroupEvent, at)
    : toSequence(event as unknown as SequenceEvent, at);
}

function ofGroup({ message, origin, schedule, group: view }: GroupNotification): GroupEvent {
  const { name, dbid, campaign, group, status, settings, sequence, loadedAt, startedAt } = view;
  return {
    ...{ message, origin, campaignGroup: name, dbid, status, ...settings },
    ...{ campaign: campaign.name, campaignDbid: campaign.dbid, group: group.name, groupDbid: group.dbid },
    ...(schedule !== undefined && { scheduleDbid: schedule }),
    ...(sequence !== undefined && { heldBy: sequence }),
    ...(loadedAt !== undefined && { loadedAt: instant(loadedAt) }),
    ...(startedAt !== undefined && { startedAt: instant(startedAt) }),
  };
}

function toGroup(event: GroupEvent, at: number): GroupNotification {
  const { message, origin, status, heldBy, scheduleDbid } = event;
  const { dialMode, optimizeBy, optimizeGoal, priorities, autoCompletion, completing } = event;
  const loadedAt = timeOf(event.loadedAt);
  const startedAt = timeOf(event.startedAt);
  return {
    ...{ subject: 'group', message, origin, at },
    ...(scheduleDbid !== undefined && { schedule: scheduleDbid }),
    group: {
      ...{ name: event.campaignGroup, dbid: event.dbid, status },
      campaign: { name: event.campaign, dbid: event.campaignDbid },
      group: { name: event.group, dbid: event.groupDbid },
      settings: {
        ...{ dialMode, optimizeBy, optimizeGoal, priorities, autoCompletion },
        ...(completing !== undefined && { completing }),
      },
      ...(heldBy !== undefined && { sequence: heldBy }),
      ...(loadedAt !== undefined && { loadedAt }),
      ...(startedAt !== undefined && { startedAt }),
    },
  };
}

function ofSequence({ message, origin, sequence: view }: SequenceNotification): SequenceEvent {
  const { group, schedule, campaigns, phase, item, statuses, dueAt } = view;
  return {
    ...{ message, origin, sequence: group.name, groupDbid: group.dbid, description: schedule.description },
    ...{ schedule, campaigns, phase, item: item + 1, statuses },
    ...(dueAt !== undefined && { dueAt: instant(dueAt) }),
  };
}

function toSequence(event: SequenceEvent, at: number): SequenceNotification {
  const { message, origin, schedule, campaigns, phase, item, statuses } = event;
  const dueAt = timeOf(event.dueAt);
  return {
    ...{ subject: 'sequence', message, origin, at },
    sequence: {
      ...{
        group: { name: event.sequence, dbid: event.groupDbid },
        schedule,
        campaigns,
        phase,
        item: item - 1,
        statuses,
      },
      ...(dueAt !== undefined && { dueAt }),
    },
  };
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseInstant(text);
}
