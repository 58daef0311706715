/** Compliance: what jurisdictions allow, and the ledger of every attempt. */
export {
  type AbandonmentLimit,
  type AbandonmentReport,
  Compliance,
  type ComplianceOptions,
} from './compliance.js';
export { JURISDICTION_OPTION } from './jurisdiction-option.js';
export { PACKS_LIST, type PackConfiguration } from './packs.js';
