/** Keys of user data: those of the original (`GSW_PHONE`) and custom columns by their name or `send_attribute`. */
export type RecordKeys = Readonly<Record<string, string | number>>;

/** What is sent to an agent's desktop without being asked for. */
export interface DesktopMessage {
  /**
   * `PreviewRecord` (pushed), `ScheduledCall` (a callback is due), `RecordCancel` (withdrawn from the desktop),
   * `LogOutTime`, `CampaignGroupAssigned`; `AttachedData`: the record of the call that rings at the agent's phone.
   */
  userEvent:
    | 'PreviewRecord'
    | 'ScheduledCall'
    | 'RecordCancel'
    | 'LogOutTime'
    | 'CampaignGroupAssigned'
    | 'AttachedData';
  keys: RecordKeys;
}

export type DesktopHandler = (agentId: string, message: DesktopMessage) => void;

/** Whom a cancellation or a do-not-call request is about: exactly one is looked at, in this order. */
export interface RecordSelector {
  handle?: number;
  phone?: string;
  customerId?: string;
}

export type ChainScope = 'AllChain' | 'RecordOnly';

/** `RecordReschedule`: when the customer wants to be called. */
export interface RescheduleRequest {
  /** `MM/DD/YYYY HH:MM` in the record's zone, or in `tz`. */
  dateTime: string;
  callbackType: 'Personal' | 'Campaign';
  /** Zone name; from then on the record's. */
  tz?: string;
  /** Number to call instead; from then on the record's. */
  phone?: string;
}

/** `RecordProcessed`. */
export interface ProcessedRequest {
  /** Reschedule by the treatment of the call result, as a personal or as a campaign callback. */
  treatment?: 'Personal' | 'Campaign';
  fields: RecordKeys;
}
