/** SIP: the switch port over phones that register here and over trunks. */
export { SipSwitch } from '../sip-driver/sip-switch.js';
export type {
  SipRegistrationSettings,
  SipSwitchParts,
  SipSwitchSettings,
  SipTrunk,
  SipUser,
} from './settings.js';
