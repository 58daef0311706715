import type { DialMode, OptimizeBy } from './dial-mode.js';
import type { DialingPriority } from './list/index.js';

/** What a loaded campaign group dials by. */
export interface DialSettings {
  dialMode: DialMode;
  optimizeBy: OptimizeBy;
  /** Percent, or seconds for `WaitTime`. */
  optimizeGoal: number;
  /** The order in which record types are dialed; personal types go to their agent, always first. */
  priorities: DialingPriority;
  /** Stop and unload when the lists have nothing more to dial. */
  autoCompletion: boolean;
  /** No more records are taken out of the lists: what is held is still dealt with, then the group stops and unloads. */
  completing?: boolean;
}

/** What a request says of the settings; what it does not say stays as it is. */
export type DialSettingsChange = Partial<Omit<DialSettings, 'priorities'>> & { priorities?: Partial<DialingPriority> };

/** The settings after a change. */
export function changedSettings(settings: DialSettings, change: DialSettingsChange): DialSettings {
  const { priorities, ...rest } = change;
  return { ...settings, ...rest, priorities: { ...settings.priorities, ...priorities } };
}
