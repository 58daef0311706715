/** `GSW_CM_MessageType` (reference 002, "Data Enumeration Values for GSW_CM_MessageType"). */
export const MessageType = {
  ReqLoadCampaign: 7,
  ReqUnloadCampaign: 8,
  ReqStartDialing: 9,
  ReqStopDialing: 10,
  ReqSetDialingMode: 11,
  ReqGetCampaignStatus: 12,
  EvCampaignLoaded: 19,
  EvCampaignUnloaded: 20,
  EvDialingStarted: 21,
  EvDialingStopped: 22,
  EvDialingModeChanged: 23,
  EvCampaignStatus: 24,
  EvError: 27,
  ReqForceUnloadCampaign: 29,
  ReqCancelRecord: 30,
  EvRecordCanceled: 31,
  ReqDoNotCall: 32,
  EvDoNotCallProcessed: 33,
  /** Of later releases (`RequestCompleteCampaign`): what is buffered is still dialed, then the campaign is unloaded. */
  ReqCompleteCampaign: 36,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Requests, and what answers them. */
const ANSWERS = {
  7: 19,
  8: 20,
  9: 21,
  10: 22,
  11: 23,
  12: 24,
  29: 20,
  30: 31,
  32: 33,
  36: 20,
} as const satisfies Record<number, MessageType>;

export type RequestType = keyof typeof ANSWERS;

export function answerType(request: RequestType): MessageType {
  return ANSWERS[request];
}

/** The last number of the reference. */
const LAST_KNOWN = 33;

/** What a message is to the server: a request, one that is none of its business, or no message at all. */
export function kindOf(type: number): RequestType | 'not-for-us' | 'unknown' {
  // Only the keys of the table pass.
  if (type in ANSWERS) return type as RequestType;
  return type >= 0 && type <= LAST_KNOWN ? 'not-for-us' : 'unknown';
}

/** Requests that may be sent to every Outbound Contact Server on the DN (TargetAppID 0). */
export function mayBeBroadcast(request: RequestType): boolean {
  return request === MessageType.ReqCancelRecord || request === MessageType.ReqDoNotCall;
}
