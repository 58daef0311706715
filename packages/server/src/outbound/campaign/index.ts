/** Campaigns: the life of campaign groups, sequences, what is counted and who is told. */
export { CampaignGroups, type CampaignGroupsOptions, type Unloading } from './campaign-groups.js';
export { isGoal } from './configured-settings.js';
export type {
  CampaignConfiguration,
  CampaignGroupReference,
  CampaignGroupSelector,
  Numbered,
} from './directory.js';
export type { GroupView } from './group-record.js';
export { GROUP_STATUSES, type GroupMessage, type GroupStatus, statusNumber } from './life-cycle.js';
export type {
  CampaignNotification,
  Cause,
  GroupNotification,
  Origin,
  SequenceNotification,
  SequenceView,
} from './notification.js';
export type { OutboundScheduleView, ScheduledItemView } from './schedule/index.js';
export type { Schedule, ScheduleItem } from './sequence.js';
export type { SequenceUnloading } from './sequences.js';
export type { HttpPost } from './state-report.js';
export {
  CampaignStatistics,
  type HistoryQuery,
  type HistoryRow,
  type LiveStatistics,
  type Occupancy,
  STATISTIC_OBJECTS,
  type StatisticObject,
} from './statistics.js';
