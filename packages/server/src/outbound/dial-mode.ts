/**
 * Dialing modes and optimisation methods: the words of the configuration, the numbers of the protocols
 * (`GSW_CM_AttrDialMode`, `GSW_CM_AttrOptimizeBy`: reference 002) and the names in desktop events (`GSW_CAMPAIGN_MODE`).
 */
const MODES = {
  Predictive: { number: 1, desktop: 'Predictive', family: 'call' },
  Progressive: { number: 2, desktop: 'Progressive', family: 'call' },
  Preview: { number: 3, desktop: 'Preview', family: 'preview' },
  ProgressiveSeizing: { number: 4, desktop: 'EngagedProgressive', family: 'seize' },
  PredictiveSeizing: { number: 5, desktop: 'EngagedPredictive', family: 'seize' },
  PushPreview: { number: 8, desktop: 'PushPreview', family: 'push-preview' },
  ProgressiveGVP: { number: 9, desktop: 'ProgressiveGVP', family: 'ivr' },
  PredictiveGVP: { number: 10, desktop: 'PredictiveGVP', family: 'ivr' },
  PowerGVP: { number: 11, desktop: 'PowerGVP', family: 'power' },
} as const satisfies Record<string, { number: number; desktop: string; family: string }>;

export type DialMode = keyof typeof MODES;
export type DialModeFamily = (typeof MODES)[DialMode]['family'];

const METHODS = { BusyFactor: 1, OverdialRate: 2, WaitTime: 3 } as const satisfies Record<string, number>;

export type OptimizeBy = keyof typeof METHODS;

export const dialModes = Object.keys(MODES) as readonly DialMode[]; // exactly the keys of the table
export const optimizeMethods = Object.keys(METHODS) as readonly OptimizeBy[]; // exactly the keys of the table

export const DEFAULT_DIAL_MODE: DialMode = 'Predictive';
export const DEFAULT_OPTIMIZE_BY: OptimizeBy = 'BusyFactor';

/** Modes that have a number in the original but are not served. */
export const UNSERVED_MODE_NUMBERS: ReadonlySet<number> = new Set([6, 7]);

export function dialModeNumber(mode: DialMode): number {
  return MODES[mode].number;
}

/** The name in desktop events. */
export function dialModeOnDesktop(mode: DialMode): string {
  return MODES[mode].desktop;
}

/** Modes of one family replace each other while dialing goes on (spec 6.3). */
export function dialModeFamily(mode: DialMode): DialModeFamily {
  return MODES[mode].family;
}

export function dialModeOf(number: number): DialMode | undefined {
  return dialModes.find((mode) => MODES[mode].number === number);
}

export function optimizeByNumber(method: OptimizeBy): number {
  return METHODS[method];
}

export function optimizeByOf(number: number): OptimizeBy | undefined {
  return optimizeMethods.find((method) => METHODS[method] === number);
}

/** Whether a mode may take the place of another one while the campaign group is running. */
export function maySwitchWhileRunning(from: DialMode, to: DialMode): boolean {
  if (from === to) return true;
  const family = dialModeFamily(from);
  return family === dialModeFamily(to) && (family === 'call' || family === 'seize' || family === 'ivr');
}
