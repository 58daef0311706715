/** Types of records: CfgField `record_type` (original's Outbound Contact Reference Manual, "Defined Constants"). */
export const RecordType = {
  NoRecordType: 0,
  Unknown: 1,
  General: 2,
  CampaignRescheduled: 3,
  PersonalRescheduled: 4,
  PersonalCallBack: 5,
  CampaignCallBack: 6,
  NoCall: 7,
} as const;

export type RecordType = (typeof RecordType)[keyof typeof RecordType];
export type RecordTypeName = keyof typeof RecordType;

/** The types that any agent of the group may get, each with a priority of its own. */
export const campaignTypes = ['General', 'CampaignRescheduled', 'CampaignCallBack'] as const;
export type CampaignTypeName = (typeof campaignTypes)[number];

/** Types whose `dial_sched_time` counts; for the others it is ignored. */
export function isScheduledType(type: RecordType): boolean {
  switch (type) {
    case RecordType.CampaignRescheduled:
    case RecordType.PersonalRescheduled:
    case RecordType.PersonalCallBack:
    case RecordType.CampaignCallBack:
      return true;
    case RecordType.NoRecordType:
    case RecordType.Unknown:
    case RecordType.General:
    case RecordType.NoCall:
      return false;
  }
}

/** Types whose records only their agent gets. */
export function isPersonalType(type: RecordType): boolean {
  return type === RecordType.PersonalRescheduled || type === RecordType.PersonalCallBack;
}

/** Types that were agreed with the customer. */
export function isCallback(type: RecordType): boolean {
  return type === RecordType.PersonalCallBack || type === RecordType.CampaignCallBack;
}
