import type { Configuration } from '../../config/index.js';
import type { LoadedGroup } from './loaded-group.js';

/** What dialing needs of the configuration. */
export type DialingConfiguration = Pick<Configuration, 'object' | 'objects' | 'section' | 'onChange'>;

/** A calling list of a campaign, with its weight among the others. */
export interface WeightedList {
  name: string;
  share: number;
}

/** How a campaign group dials, as it is configured at the moment. */
export interface GroupOptions {
  lists: readonly WeightedList[];
  /** Most calls to customers at a time (numOfChannels). */
  channels: number;
  /** Records per agent below which new ones are asked for, and up to which (minRecBuffSize, optRecBuffSize). */
  minimumPerAgent: number;
  optimumPerAgent: number;
  requestFactor: number;
  /** Calls in progress in Power GVP, offers outstanding in Push Preview; undefined: as many as there are channels. */
  maxQueueSize?: number;
  /** DN whose flow takes the calls of the GVP modes. */
  ivrDn?: string;
  /** Caller number shown. */
  from: string;
  callerName?: string;
  /** A dial that rings so long is given up, milliseconds. */
  ringTimeoutMs: number;
  /** How long an answered customer waits for an agent, milliseconds from the answer. */
  patienceMs: number;
  /** How long the phone of an agent rings, milliseconds. */
  agentRingMs: number;
  /** Whether the network is asked to tell persons from machines. */
  callProgress: boolean;
  /** Most dials per second; 0: no limit. */
  dialsPerSecond: number;
  /** Callbacks of the campaign are dialed automatically (predictive_callback). */
  dialsCallbacks: boolean;
  /** An agent has so long to take an offered record, milliseconds. */
  offerMs: number;
  /** A callback that no agent has taken by then is missed, milliseconds from the time that was agreed. */
  callbackPatienceMs: number;
  /** Most records on one desktop; 0: no limit. */
  desktopLimit: number;
  /** Records go to desktops only after PreviewDialingModeStart. */
  needsPreviewStart: boolean;
  /** Call result of records that an agent leaves open; below 0 they go back as they were. */
  logOutResult: number;
  withdrawsFromDesktop: boolean;
  /** Records are dialed only after this address has been asked. */
  validation?: { uri: string; timeoutMs: number; timeoutResult: number };
  /** The option of the group, else of its campaign, else of the application, else of section `OCServer`. */
  option(name: string): string | undefined;
}

const DEFAULT_CHANNELS = 10;
const DEFAULT_MINIMUM = 4;
const DEFAULT_OPTIMUM = 6;
const DEFAULT_RING_SECONDS = 30;
/** No jurisdiction that has a rule allows less (compliance.md 3.1, 3.3). */
const LEAST_RING_SECONDS = 15;
const DEFAULT_PATIENCE_SECONDS = 2;
const DEFAULT_AGENT_RING_SECONDS = 20;
const DEFAULT_OFFER_SECONDS = 60;
const DEFAULT_CALLBACK_PATIENCE_SECONDS = 600;
const DEFAULT_VALIDATION_SECONDS = 5;
/** General Error. */
const DEFAULT_VALIDATION_TIMEOUT_RESULT = 3;
const DEFAULT_FROM = 'unknown';

const WITHOUT_PROGRESS: ReadonlySet<string> = new Set(['no_progress_detect', 'no_am_detect']);

/** Reads how a group dials. Called for each decision, so that a change of the configuration is in effect at once. */
export function groupOptions(configuration: DialingConfiguration, group: LoadedGroup): GroupOptions {
  const object = configuration.object('campaign-groups', group.name);
  const campaign = configuration.object('campaigns', group.campaign.name);
  const option = outboundOption(configuration, group);
  const text = (name: string) => option(name)?.trim() || undefined;
  const number = (name: string, absent: number) => {
    const value = Number(text(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : absent;
  };
  const flag = (name: string, absent: boolean) => {
    const value = text(name)?.toLowerCase();
    return value === undefined ? absent : value === 'true' || value === 'yes' || value === '1';
  };
  const seconds = (name: string, absent: number) => Math.round(number(name, absent) * 1000);
  const minimumPerAgent = object?.minRecBuffSize ?? DEFAULT_MINIMUM;
  const uri = text('validation-uri');
  return {
    lists: (campaign?.callingLists ?? [])
      .filter(({ isActive, share, name }) => isActive && share > 0 && isInUse(configuration, name))
      .map(({ name, share }) => ({ name, share })),
    channels: object?.numOfChannels ?? DEFAULT_CHANNELS,
    minimumPerAgent,
    optimumPerAgent: Math.max(minimumPerAgent, object?.optRecBuffSize ?? DEFAULT_OPTIMUM),
    requestFactor: Math.max(0.1, number('record_count_request_factor', 1)),
    ...(object?.maxQueueSize !== undefined && { maxQueueSize: object.maxQueueSize }),
    ...(ivrOf(object) !== undefined && { ivrDn: ivrOf(object) ?? '' }),
    from: text('CPNDigits') ?? object?.origDN ?? object?.trunkGroupDN ?? DEFAULT_FROM,
    ...(text('CPNDisplayName') !== undefined && { callerName: text('CPNDisplayName') ?? '' }),
    ringTimeoutMs: Math.max(LEAST_RING_SECONDS * 1000, seconds('call_wait_connected_timeout', DEFAULT_RING_SECONDS)),
    patienceMs: seconds('call_wait_in_queue_timeout', DEFAULT_PATIENCE_SECONDS),
    agentRingMs: seconds('call_wait_agent_connected_timeout', DEFAULT_AGENT_RING_SECONDS),
    callProgress: !WITHOUT_PROGRESS.has(text('call_answer_type_recognition')?.toLowerCase() ?? ''),
    dialsPerSecond: Math.max(0, number('dialing_rate_limit', 0)),
    dialsCallbacks: flag('predictive_callback', true),
    offerMs: seconds('preview-timeout', DEFAULT_OFFER_SECONDS),
    callbackPatienceMs: seconds('callback-timeout', DEFAULT_CALLBACK_PATIENCE_SECONDS),
    desktopLimit: Math.max(0, number('desktop-chains-limit', 0)),
    needsPreviewStart: flag('agent_preview_mode_start', false),
    logOutResult: number('agent_logout_preview_call_result', -1),
    withdrawsFromDesktop: flag('cancel-on-desktop', false),
    ...(flag('pre-dial-validation', uri !== undefined) &&
      uri !== undefined && {
        validation: {
          uri,
          timeoutMs: seconds('http-response-timeout', DEFAULT_VALIDATION_SECONDS),
          timeoutResult: number('validation-timeout-call-result', DEFAULT_VALIDATION_TIMEOUT_RESULT),
        },
      }),
    option,
  };
}

/** Looks an option up from the campaign group outwards (spec 5.1, "Option search order"). */
export function outboundOption(
  configuration: Pick<DialingConfiguration, 'object' | 'objects' | 'section'>,
  group: { name: string; campaign: { name: string }; appId: number },
): (name: string) => string | undefined {
  const server = [...configuration.objects('applications').values()].find(
    ({ type, dbid }) => type === 'OutboundContactServer' && (dbid === undefined || dbid === group.appId),
  );
  const sources = [
    configuration.object('campaign-groups', group.name)?.options,
    configuration.object('campaigns', group.campaign.name)?.options,
    server?.options,
    configuration.section('OCServer'),
  ];
  return (name) => {
    for (const source of sources) {
      const value = source?.[name];
      if (value !== undefined && value.trim() !== '') return value;
    }
    return undefined;
  };
}

function isInUse(configuration: DialingConfiguration, list: string): boolean {
  return configuration.object('calling-lists', list)?.enabled === true;
}

/** The calls of the GVP modes go to the trunk group's DN, or to where calls are transferred. */
function ivrOf(object: { trunkGroupDN?: string; origDN?: string } | undefined): string | undefined {
  return object?.trunkGroupDN ?? object?.origDN;
}
