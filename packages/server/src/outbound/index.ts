/** Outbound: calling lists, dialing, campaigns. What the APIs and the composition root may use. */
export { type OutboundApplication, outboundApplication } from './application.js';
export * from './campaign/index.js';
export { type CampaignCompliance, complianceOfCampaigns } from './campaign-compliance.js';
export { campaignObstacles } from './campaign-obstacles.js';
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
export type { DialSettings, DialSettingsChange } from './dial-settings.js';
export type { ChainScope } from './dialing/index.js';
export * from './dialing/index.js';
export { OutboundError, type OutboundErrorCode, outboundErrorCodes, outboundErrorText } from './errors.js';
export * from './list/index.js';
export { RecordRequests } from './record-requests.js';
export { type RecordMoment, recordTimeline } from './record-timeline.js';
