import type { DialMode, OptimizeBy } from './dial-mode.js';

/** How many records of one type are taken, and before which other types (reference 002, `dialing_priority`). */
export interface PriorityClass {
  /** The higher one is served first. */
  priority: number;
  /** Records of this type that are taken before the next type has its turn; 0 takes all that there are. */
  records: number;
}

/** The order in which record types are dialed. Personal types are not in it: they go to their agent, always first. */
export interface DialingPriority {
  general: PriorityClass;
  campaignRescheduled: PriorityClass;
  campaignCallBack: PriorityClass;
}

/** What a loaded campaign group dials by. */
export interface DialSettings {
  dialMode: DialMode;
  optimizeBy: OptimizeBy;
  /** Percent, or seconds for `WaitTime`. */
  optimizeGoal: number;
  priorities: DialingPriority;
  /** Stop and unload when the lists have nothing more to dial. */
  autoCompletion: boolean;
}

/** What a request says of the settings; what it does not say stays as it is. */
export type DialSettingsChange = Partial<Omit<DialSettings, 'priorities'>> & { priorities?: Partial<DialingPriority> };

/** The settings after a change. */
export function changedSettings(settings: DialSettings, change: DialSettingsChange): DialSettings {
  const { priorities, ...rest } = change;
  return { ...settings, ...rest, priorities: { ...settings.priorities, ...priorities } };
}
