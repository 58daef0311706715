import type { CampaignGroup } from '../../config/index.js';
import {
  DEFAULT_DIAL_MODE,
  DEFAULT_OPTIMIZE_BY,
  type DialMode,
  dialModeFamily,
  dialModeNumber,
  dialModes,
  type OptimizeBy,
  optimizeMethods,
} from '../dial-mode.js';
import { changedSettings, type DialSettings, type DialSettingsChange } from '../dial-settings.js';
import { OutboundError } from '../errors.js';
import { DEFAULT_PRIORITIES } from '../list/index.js';
import type { CampaignConfiguration, CampaignDirectory, CampaignGroupReference } from './directory.js';
import { switchFault } from './switch-fault.js';

/** What is aimed at when nobody says it: percent busy, percent overdialed, seconds of waiting between calls. */
const DEFAULT_GOALS: Readonly<Record<OptimizeBy, number>> = { BusyFactor: 80, OverdialRate: 3, WaitTime: 10 };

/** Options of campaign group, campaign or server for the priorities of record types (spec 8). */
const PRIORITY_OPTIONS = {
  General: 'default_general_priority',
  CampaignRescheduled: 'default_campaignrescheduled_priority',
  CampaignCallBack: 'default_campaigncallback_priority',
} as const;

const MOST_PERCENT = 100;

/** The settings that a campaign group has before anybody asks for others. */
export function configuredSettings(
  directory: CampaignDirectory,
  reference: CampaignGroupReference,
  object: CampaignGroup,
): DialSettings {
  const optimizeBy = optimizeMethods.find((method) => method === object.optimizeBy) ?? DEFAULT_OPTIMIZE_BY;
  const priority = (name: keyof typeof PRIORITY_OPTIONS) => {
    const preset = DEFAULT_PRIORITIES[name].priority;
    const configured = Number(directory.option(reference, PRIORITY_OPTIONS[name]) ?? preset);
    return { priority: Number.isInteger(configured) ? configured : preset };
  };
  return {
    dialMode: dialModes.find((mode) => mode === object.dialMode) ?? DEFAULT_DIAL_MODE,
    optimizeBy,
    optimizeGoal: object.optimizeGoal ?? DEFAULT_GOALS[optimizeBy],
    priorities: {
      General: priority('General'),
      CampaignRescheduled: priority('CampaignRescheduled'),
      CampaignCallBack: priority('CampaignCallBack'),
    },
    autoCompletion: /^(true|yes|1)$/i.test(directory.option(reference, 'campaigngroup-auto-complete') ?? ''),
  };
}

/**
 * The settings after a change. A new method without a goal aims at that method's default, since a goal in seconds means
 * nothing in percent.
 * @throws OutboundError `invalid-parameter` with subject `OptimizeGoal`
 */
export function wantedSettings(settings: DialSettings, change: DialSettingsChange): DialSettings {
  const wanted = changedSettings(settings, change);
  if (change.optimizeGoal === undefined && wanted.optimizeBy !== settings.optimizeBy) {
    return { ...wanted, optimizeGoal: DEFAULT_GOALS[wanted.optimizeBy] };
  }
  if (!isGoal(wanted.optimizeBy, wanted.optimizeGoal)) throw new OutboundError('invalid-parameter', 'OptimizeGoal');
  return wanted;
}

/** A percentage, or seconds for WaitTime. */
export function isGoal(method: OptimizeBy, goal: number): boolean {
  return Number.isInteger(goal) && goal >= 0 && (method === 'WaitTime' || goal <= MOST_PERCENT);
}

/** @throws OutboundError `license-violation` for a mode that option `dial-modes` of section `license` does not list */
export function requireLicensed(configuration: CampaignConfiguration, mode: DialMode): void {
  const licensed = configuration.section('license')['dial-modes']?.trim();
  if (!licensed) return;
  const numbers = licensed.split(',').map((item) => Number(item.trim()));
  if (!numbers.includes(dialModeNumber(mode))) throw new OutboundError('license-violation');
}

/**
 * What keeps a campaign group from being dialed for in a mode, in words; undefined: nothing.
 * No active list; IVR modes without the IVR's DN, or whose DN no application takes calls for; push preview without its
 * interaction queue; or that the switch has no media for it.
 */
export function configurationFault(
  configuration: CampaignConfiguration,
  object: CampaignGroup,
  mode: DialMode,
): string | undefined {
  const lists = configuration.object('campaigns', object.campaign)?.callingLists ?? [];
  const usable = lists.some(
    ({ name, share, isActive }) => isActive && share > 0 && configuration.object('calling-lists', name)?.enabled,
  );
  if (!usable) return 'no active calling list';
  const family = dialModeFamily(mode);
  if (family === 'ivr' || family === 'power') {
    const dn = object.trunkGroupDN ?? object.origDN;
    if (dn === undefined) return `${mode} needs origDN or trunkGroupDN`;
    if (!takesCalls(configuration, dn)) return `${mode} needs an application at DN ${dn}`;
  }
  if (family === 'push-preview' && object.interactionQueue === undefined) return `${mode} needs interactionQueue`;
  return switchFault(configuration, object, mode);
}

/** Whether an application is configured for the calls of a DN, or of a virtual queue by its name or alias. */
function takesCalls(configuration: CampaignConfiguration, dn: string): boolean {
  const queues = configuration.objects('virtual-queues');
  const queue = queues.get(dn) ?? [...queues.values()].find(({ alias }) => alias === dn);
  const application = configuration.object('dns', dn)?.options?.application ?? queue?.options?.application;
  return application !== undefined && application.trim() !== '';
}
