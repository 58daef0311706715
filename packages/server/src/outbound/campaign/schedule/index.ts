/** Outbound schedules: campaign groups that load, start, stop and unload by the calendar. */
export { OutboundSchedules, type OutboundScheduleView, type ScheduledItemView } from './outbound-schedules.js';
