import type { GroupView } from './group-record.js';
import type { GroupMessage } from './life-cycle.js';
import type { Schedule } from './sequence.js';

/** What made a campaign group change. */
export type Origin = 'request' | 'sequence' | 'schedule' | 'auto-completion' | 'dialer' | 'configuration';

/** Who asked. */
export interface Cause {
  origin: Origin;
  /** Identifies the connection that asked: it gets its answer instead of the notification `answer`. */
  requester?: string;
  answer?: GroupMessage;
  /** DBID of the outbound schedule that caused it. */
  schedule?: number;
}

/** A campaign group has changed. */
export interface GroupNotification extends Cause {
  subject: 'group';
  message: GroupMessage;
  group: GroupView;
  /** Milliseconds since 1970. */
  at: number;
}

/** Where a sequence stands; `statuses` are those of its items, as numbers of GSW_CM_AttrGroupCampStatus. */
export interface SequenceView {
  /** The agent group that it belongs to. */
  group: { name: string; dbid: number };
  schedule: Schedule;
  /** Names of the items' campaigns. */
  campaigns: readonly string[];
  phase: string;
  /** Index of the item that it is at. */
  item: number;
  statuses: readonly number[];
  dueAt?: number;
}

/** A sequence has changed: loaded, started, stopped, unloaded; `status` when it has moved to its next item. */
export interface SequenceNotification extends Cause {
  subject: 'sequence';
  message: Exclude<GroupMessage, 'mode-changed'>;
  sequence: SequenceView;
  at: number;
}

export type CampaignNotification = GroupNotification | SequenceNotification;
