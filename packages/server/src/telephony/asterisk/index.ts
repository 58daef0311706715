/** Asterisk as a telephone network: a driver of the switch port over ARI. */
export { AsteriskSwitch } from './asterisk-switch.js';
export type { AsteriskServer, AsteriskSettings, AsteriskSwitchOptions } from './settings.js';
