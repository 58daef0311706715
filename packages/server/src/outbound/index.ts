/** Outbound: calling lists, dialing, campaigns. What the APIs and the composition root may use. */
export {
  type DialMode,
  dialModeNumber,
  dialModeOf,
  dialModeOnDesktop,
  dialModes,
  type OptimizeBy,
  optimizeByNumber,
  optimizeByOf,
  optimizeMethods,
  UNSERVED_MODE_NUMBERS,
} from './dial-mode.js';
export type { DialingPriority, DialSettings, DialSettingsChange, PriorityClass } from './dial-settings.js';
export { OutboundError, type OutboundErrorCode, outboundErrorCodes, outboundErrorText } from './errors.js';
