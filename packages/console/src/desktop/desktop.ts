import { AGENT_STATES, type AgentState } from '../api/agents.js';
import { instant, isObject, type Members, number, text } from '../api/json.js';
import { textsOf } from '../i18n/use-texts.js';
import { type DesktopChat, withChatFrame } from './chats.js';
import * as texts from './notice.texts.js';
import { type PhoneState, phoneStateOf } from './phone-state.js';

/** A record on the desktop, or another one of its chain. Keys and values as the desktop protocol has them. */
export interface DesktopRecord {
  /** `GSW_RECORD_HANDLE`. */
  handle: number;
  keys: Members;
}

/** The call at the agent's phone. */
export interface DesktopCall {
  /** What has happened last: `dialing`, `ringing`, `answered`, `joined`. */
  event: string;
  number?: string;
  from?: string;
  /** Milliseconds since 1970. */
  at?: number;
  data: Members;
}

/** A campaign of one of the agent's groups, by its last notification. */
export interface DesktopCampaign {
  name: string;
  /** `loaded`, `started` ... */
  state: string;
  mode?: string;
}

/** Something to read: an acknowledgement, a refusal. */
export interface Notice {
  number: number;
  kind: 'done' | 'told' | 'refused';
  text: string;
}

/** A callback that an agent has arranged: who makes it, and when, as the protocol writes times. */
export interface Arranged {
  whose: 'personal' | 'campaign';
  time: string;
}

/** Everything that a desktop knows; built up from what the server says. */
export interface Desktop {
  state?: AgentState;
  reason?: string;
  since?: number;
  /** The state that follows after the call. */
  next?: string;
  /** What the agent's telephone does, where it is known. */
  phone?: PhoneState;
  call?: DesktopCall;
  records: readonly DesktopRecord[];
  /** Other records of the chains that were asked for, by the handle that was asked with; undefined: not asked. */
  chains: Readonly<Record<number, readonly DesktopRecord[] | undefined>>;
  /** Callbacks that were arranged and take effect when the record is finished, by handle. */
  arranged: Readonly<Record<number, Arranged | undefined>>;
  campaigns: Readonly<Record<string, DesktopCampaign>>;
  /** The calling list of the record that has come last. */
  list?: string;
  /** Chats that are offered, go on, or are over and not closed yet. */
  chats: readonly DesktopChat[];
  /** The latest first. */
  notices: readonly Notice[];
}

export const EMPTY_DESKTOP: Desktop = { records: [], chains: {}, arranged: {}, campaigns: {}, chats: [], notices: [] };

const say = textsOf('notice', texts);

const MOST_NOTICES = 6;

/** Acknowledgements after which a record is not on the desktop any more. */
const TAKES_AWAY: Readonly<Record<string, 'finished' | 'givenBack' | 'cancelled' | 'cancelledElsewhere'>> = {
  RecordProcessedAcknowledge: 'finished',
  RecordRejectAcknowledge: 'givenBack',
  RecordCancelAcknowledge: 'cancelled',
  RecordCancel: 'cancelledElsewhere',
};

const CAMPAIGN_STATES: Readonly<Record<string, string>> = {
  CampaignLoaded: 'loaded',
  CampaignStarted: 'started',
  CampaignModeChanged: 'started',
  CampaignStopped: 'stopped',
  CampaignUnloaded: 'unloaded',
};

/** What a desktop knows after a frame of the server (interface.md 6). */
export function heard(desktop: Desktop, frame: Members): Desktop {
  switch (frame.type) {
    case 'state':
      return withState(desktop, frame);
    case 'preview': {
      const record = recordOf(frame.userData);
      return record === undefined ? desktop : withRecord(desktop, record);
    }
    case 'call':
      return withCall(desktop, frame);
    case 'user-event':
      return isObject(frame.userData) ? withUserEvent(desktop, frame.userData) : desktop;
    case 'chat':
      return { ...desktop, chats: withChatFrame(desktop.chats, frame) };
    case 'error':
      return noticed(desktop, 'refused', text(frame, 'message') ?? say('refused'));
    default:
      return desktop;
  }
}

/** Adds something to read. */
export function noticed(desktop: Desktop, kind: Notice['kind'], said: string): Desktop {
  const notice = { number: (desktop.notices[0]?.number ?? 0) + 1, kind, text: said };
  return { ...desktop, notices: [notice, ...desktop.notices].slice(0, MOST_NOTICES) };
}

function withState(desktop: Desktop, frame: Members): Desktop {
  const state = AGENT_STATES.find((known) => known === frame.state);
  if (state === undefined) return desktop;
  const { reason: _reason, since: _since, next: _next, ...rest } = desktop;
  const reason = text(frame, 'reason');
  const since = instant(frame, 'since') ?? instant(frame, 'at');
  const next = text(frame, 'next');
  const phone = phoneStateOf(frame);
  const left = state === 'logged-out' ? { records: [], chains: {}, arranged: {} } : {};
  return {
    ...rest,
    ...left,
    state,
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since }),
    ...(next !== undefined && { next }),
    ...(phone !== undefined && { phone }),
  };
}

function withCall(desktop: Desktop, frame: Members): Desktop {
  const { call: before, ...rest } = desktop;
  const data = isObject(frame.userData) ? frame.userData : undefined;
  if (frame.event === 'ended') return rest;
  const record = data === undefined ? undefined : recordOf(data);
  // The data of a call is news of the record that it was dialed for.
  const known = record === undefined ? rest : withRecord(rest, record);
  const [called, from] = [text(frame, 'number') ?? before?.number, text(frame, 'from') ?? before?.from];
  const at = instant(frame, 'at') ?? before?.at;
  const call: DesktopCall = {
    event: frame.event === 'attached-data' ? (before?.event ?? 'ringing') : (text(frame, 'event') ?? 'ringing'),
    data: { ...before?.data, ...data },
    ...(called !== undefined && { number: called }),
    ...(from !== undefined && { from }),
    ...(at !== undefined && { at }),
  };
  return { ...known, call };
}

function withUserEvent(desktop: Desktop, data: Members): Desktop {
  const name = text(data, 'GSW_USER_EVENT') ?? '';
  const handle = number(data, 'GSW_RECORD_HANDLE');
  const gone = TAKES_AWAY[name];
  if (gone !== undefined) return noticed(without(desktop, handle), 'done', say(gone));
  const state = CAMPAIGN_STATES[name];
  if (state !== undefined) return withCampaign(desktop, state, data);
  switch (name) {
    case 'PreviewRecordEmpty':
      return noticed(desktop, 'told', say('noRecord'));
    case 'ScheduledCall':
      return noticed(desktop, 'told', say('callbackDue'));
    case 'ChainedRecord':
      return withChained(desktop, data);
    case 'RecordRescheduleAcknowledge':
    case 'ScheduledRecordRescheduleAcknowledge':
      return withArranged(desktop, handle, data);
    case 'DoNotCallAcknowledge':
      return noticed(desktop, 'done', say('doNotCall'));
    case 'UpdateCallCompletionStatsAcknowledge':
      return noticed(desktop, 'done', say('saved'));
    case 'AddRecordAcknowledge':
      return noticed(desktop, 'done', addedText(text(data, 'GSW_PHONE')));
    case 'ReadyTimeAcknowledge':
      return noticed(desktop, 'done', say('readyTime'));
    case 'CampaignGroupAssigned':
      return noticed(desktop, 'told', assignedText(text(data, 'GSW_CAMPAIGN_NAME')));
    case 'PreviewDialingModeStartAcknowledge':
      return noticed(desktop, 'done', say('previews'));
    case 'PreviewDialingModeOverAcknowledge':
      return noticed(desktop, 'done', say('noPreviews'));
    case 'Error':
      return noticed(desktop, 'refused', text(data, 'GSW_ERROR') ?? say('refused'));
    default:
      return desktop;
  }
}

function addedText(phone: string | undefined): string {
  return phone === undefined ? say('numberAdded') : say('added', { phone });
}

function assignedText(campaign: string | undefined): string {
  return campaign === undefined ? say('assignedOther') : say('assigned', { campaign });
}

/** A chain is on the desktop with the one record of it that is shown, or was dialed last. */
function withRecord(desktop: Desktop, record: DesktopRecord): Desktop {
  const isKnown = desktop.records.some((known) => isOfChain(known, record.keys));
  const records = isKnown
    ? desktop.records.map((known) => (isOfChain(known, record.keys) ? record : known))
    : [...desktop.records, record];
  const list = text(record.keys, 'GSW_CALLING_LIST');
  return { ...desktop, records, ...(list !== undefined && { list }) };
}

function isOfChain({ keys }: DesktopRecord, other: Members): boolean {
  return keys.GSW_CHAIN_ID === other.GSW_CHAIN_ID && keys.GSW_CALLING_LIST === other.GSW_CALLING_LIST;
}

function without(desktop: Desktop, gone: number | undefined): Desktop {
  if (gone === undefined) return desktop;
  return {
    ...desktop,
    records: desktop.records.filter(({ handle }) => handle !== gone),
    chains: { ...desktop.chains, [gone]: undefined },
    arranged: { ...desktop.arranged, [gone]: undefined },
  };
}

/** A chained record says its own handle; its chain says whose it is. */
function withChained(desktop: Desktop, data: Members): Desktop {
  const record = recordOf(data);
  const owner = desktop.records.find((known) => isOfChain(known, data));
  if (record === undefined || owner === undefined) return desktop;
  const others = (desktop.chains[owner.handle] ?? []).filter(({ handle }) => handle !== record.handle);
  return { ...desktop, chains: { ...desktop.chains, [owner.handle]: [...others, record] } };
}

function withArranged(desktop: Desktop, handle: number | undefined, data: Members): Desktop {
  const time = text(data, 'GSW_DATE_TIME') ?? '';
  const whose = text(data, 'GSW_CALLBACK_TYPE') === 'Personal' ? 'personal' : 'campaign';
  const said = noticed(desktop, 'done', say(whose, { time }));
  return handle === undefined ? said : { ...said, arranged: { ...said.arranged, [handle]: { whose, time } } };
}

function withCampaign(desktop: Desktop, state: string, data: Members): Desktop {
  const key = text(data, 'GSW_CAMPAIGN_GROUP_NAME');
  if (key === undefined) return desktop;
  const name = text(data, 'GSW_CAMPAIGN_NAME') ?? key;
  const mode = text(data, 'GSW_CAMPAIGN_MODE');
  return {
    ...desktop,
    campaigns: { ...desktop.campaigns, [key]: { name, state, ...(mode !== undefined && { mode }) } },
  };
}

function recordOf(data: unknown): DesktopRecord | undefined {
  if (!isObject(data)) return undefined;
  const handle = number(data, 'GSW_RECORD_HANDLE');
  if (handle === undefined) return undefined;
  const { GSW_USER_EVENT: _name, GSW_REFERENCE_ID: _reference, ...keys } = data;
  return { handle, keys };
}

/** Columns of a record that are its list's own: everything that is no key of the protocol. */
export function customFields(keys: Members): Record<string, string> {
  const own = Object.keys(keys).filter(
    (key) => !/^(GSW_|InteractionType$|InteractionSubtype$|contact_info$)/.test(key),
  );
  return Object.fromEntries(own.map((key) => [key, text(keys, key) ?? '']));
}

/** `2026-03-05T10:30` of a date field as the protocol writes times: `03/05/2026 10:30`. */
export function protocolTime(local: string): string | undefined {
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(local) ?? [];
  return time === undefined ? undefined : `${month}/${day}/${year} ${time}`;
}
