/** Compliance: what jurisdictions allow, and the ledger of every attempt. */
export {
  type AbandonmentLimit,
  type AbandonmentReport,
  Compliance,
  type ComplianceOptions,
  JURISDICTION_OPTION,
} from './compliance.js';
export { PACKS_LIST, type PackConfiguration } from './packs.js';
