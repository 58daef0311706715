import type { JsonObject } from '../../kernel/index.js';
import {
  type CampaignNotification,
  dialModeNumber,
  type GroupMessage,
  type GroupView,
  OutboundError,
  type OutboundErrorCode,
  optimizeByNumber,
  type SequenceView,
  statusNumber,
} from '../../outbound/index.js';
import { MessageType } from './message-type.js';
import { KEYS } from './request.js';
import { shownSchedule } from './schedule.js';

/** Sender and receiver of a message. */
export interface Addresses {
  origin: number;
  target: number;
}

/** Numbers of GSW_CM_AttrError go to 17; those of desktops have these counterparts. */
const COUNTERPARTS: Partial<Record<OutboundErrorCode, OutboundErrorCode>> = {
  'desktop-campaign-not-found': 'campaign-not-found',
  'desktop-campaign-not-loaded': 'campaign-not-found',
  'calling-list-not-found': 'campaign-not-found',
};
const LAST_NUMBER = 17;

/** Keys of the domain's words for what is wrong. */
const SUBJECTS: Readonly<Record<string, string>> = { OptimizeGoal: 'GSW_CM_AttrOptimizeGoal' };

/** The error as CommDNs know it. */
export function asCommDnError(error: OutboundError): OutboundError {
  if (error.number > LAST_NUMBER) return new OutboundError(COUNTERPARTS[error.code] ?? 'invalid-parameter');
  const subject = error.subject && SUBJECTS[error.subject];
  return subject ? new OutboundError(error.code, subject) : error;
}

function head(type: MessageType, { origin, target }: Addresses): JsonObject {
  return { [KEYS.messageType]: type, [KEYS.origin]: origin, [KEYS.target]: target };
}

/** A message about a campaign group; `more` goes between its status and the error. */
export function groupMessage(
  type: MessageType,
  addresses: Addresses,
  { campaign, group, settings, status }: GroupView,
  more: JsonObject = {},
): JsonObject {
  return {
    ...head(type, addresses),
    [KEYS.campaign]: campaign.dbid,
    [KEYS.group]: group.dbid,
    GSW_CM_AttrDialMode: dialModeNumber(settings.dialMode),
    GSW_CM_AttrOptimizeBy: optimizeByNumber(settings.optimizeBy),
    GSW_CM_AttrOptimizeGoal: settings.optimizeGoal,
    GSW_CM_AttrGroupCampStatus: statusNumber(status),
    ...more,
    GSW_CM_AttrError: 0,
  };
}

/** A message about the sequence of an agent group. */
export function sequenceMessage(
  type: MessageType,
  addresses: Addresses,
  sequence: SequenceView,
  more: JsonObject = {},
): JsonObject {
  return {
    ...head(type, addresses),
    [KEYS.campaign]: 0,
    [KEYS.group]: sequence.group.dbid,
    [KEYS.properties]: { campaign_schedule: shownSchedule(sequence) },
    ...more,
    GSW_CM_AttrError: 0,
  };
}

/** The answer to a request about records. */
export function recordMessage(
  type: MessageType,
  addresses: Addresses,
  properties: JsonObject,
  more: JsonObject,
): JsonObject {
  return {
    [KEYS.messageType]: type,
    GSW_CM_AttrError: 0,
    ...head(type, addresses),
    [KEYS.properties]: properties,
    ...more,
  };
}

/** CM_EvError; `echo`: what of the request is repeated. */
export function errorMessage(addresses: Addresses, error: OutboundError, echo: JsonObject): JsonObject {
  const { number, message } = asCommDnError(error);
  return {
    ...head(MessageType.EvError, addresses),
    ...echo,
    GSW_CM_AttrError: number,
    GSW_CM_AttrErrorMessage: message,
  };
}

/** What of the server's own failing is told: reference 002 has no number for it but the one of a lost connection. */
const SERVER_CONNECTION_ERROR = 1;

export function failureMessage(addresses: Addresses, text: string, echo: JsonObject): JsonObject {
  return {
    ...head(MessageType.EvError, addresses),
    ...echo,
    GSW_CM_AttrError: SERVER_CONNECTION_ERROR,
    GSW_CM_AttrErrorMessage: text,
  };
}

/** The DBID of the outbound schedule that caused it; manual operations do not have it. */
function ofSchedule(schedule: number | undefined): JsonObject {
  return schedule === undefined ? {} : { GSW_CM_AttrScheduleScriptID: schedule };
}

/** A change of mode is told as status (README of the specification, "SetDialingMode"). */
const NOTIFICATION_TYPES: Readonly<Record<GroupMessage, MessageType>> = {
  loaded: MessageType.EvCampaignLoaded,
  unloaded: MessageType.EvCampaignUnloaded,
  started: MessageType.EvDialingStarted,
  stopped: MessageType.EvDialingStopped,
  'mode-changed': MessageType.EvCampaignStatus,
  status: MessageType.EvCampaignStatus,
};

/** The notification as it is sent to everybody: TargetAppID 0. */
export function notificationMessage(notification: CampaignNotification, origin: number): JsonObject {
  const addresses = { origin, target: 0 };
  const type = NOTIFICATION_TYPES[notification.message];
  return notification.subject === 'group'
    ? groupMessage(type, addresses, notification.group, ofSchedule(notification.schedule))
    : sequenceMessage(type, addresses, notification.sequence);
}
