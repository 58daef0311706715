/** The original's words for the columns `record_type`, `record_status` and `call_result`, by their numbers. */

const TYPES = [
  'NoRecordType',
  'Unknown',
  'General',
  'CampaignRescheduled',
  'PersonalRescheduled',
  'PersonalCallBack',
  'CampaignCallBack',
  'NoCall',
];

const STATUSES = [
  'NoRecordStatus',
  'Ready',
  'Retrieved',
  'Updated',
  'Stale',
  'Cancelled',
  'AgentError',
  'ChainUpdated',
  'MissedCallBack',
  'ChainReady',
];

const RESULTS = [
  'Ok',
  'Transferred',
  'Conferenced',
  'General Error',
  'System Error',
  'Remote Release',
  'Busy',
  'No Answer',
  'SIT Detected',
  'Answering Machine Detected',
  'All Trunks Busy',
  'SIT Invalid Number',
  'SIT VC (Vacant Code)',
  'SIT IC (Intercept)',
  'SIT Unknown Call State',
  'SIT NC (No Circuit)',
  'SIT RO (Reorder)',
  'Fax Detected',
  'Queue Full',
  'Cleared',
  'Overflowed',
  'Abandoned',
  'Redirected',
  'Forwarded',
  'Consult',
  'Pickedup',
  'Dropped',
  'Dropped on No Answer',
  'Unknown Call Result',
  'Covered',
  'Converse-On',
  'Bridged',
  'Silence',
  'Answer',
  'NU Tone',
  'No Dial Tone',
  'No Progress',
  'No RingBack Tone',
  'No Established Detected',
  'Pager Detected',
  'Wrong Party',
  'Dial Error',
  'Call Drop Error',
  'Switch Error',
  'No Free Port Error',
  'Transfer Error',
  'Stale',
  'Agent CallBack Error',
  'Group CallBack Error',
  'Deafened',
  'Held',
  'Do Not Call',
  'Cancel Record',
  'Wrong Number',
];

export const NO_CALL = 7;
export const READY = 1;
export const RETRIEVED = 2;
export const CHAIN_READY = 9;

export function typeName(type: number): string {
  return TYPES[type] ?? String(type);
}

export function statusName(status: number): string {
  return STATUSES[status] ?? String(status);
}

export function resultName(result: number): string {
  return RESULTS[result] ?? String(result);
}

const STATUS_COLORS: ReadonlyMap<number, string> = new Map([
  [READY, 'blue'],
  [RETRIEVED, 'teal'],
  [CHAIN_READY, 'indigo'],
  [5, 'orange'],
  [6, 'red'],
  [8, 'red'],
]);

/** The colour that a status has everywhere. */
export function statusColor(status: number): string {
  return STATUS_COLORS.get(status) ?? 'gray';
}
