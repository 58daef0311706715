/**
 * Calling lists: their records, which of them may be dialed and when, what follows from a result, do-not-call, and how
 * records come and go (adding, import, export).
 *
 * A dialer takes whole chains with `CallingLists.retrieve`, asks `callableAt` and `standing` before each dial, gives each
 * result to `decideTreatment` and stores what that returns.
 */
export {
  callResultName,
  callResultNames,
  isCallResult,
  isNextInChain,
  type ListTimeZone,
  readCallResult,
  readTimeZone,
  TreatmentAction,
  type TreatmentActionName,
  zoneObjects,
} from '../../config/index.js';
export { type Attributes, changeColumns, changeRecord, recordAttributes } from './attributes.js';
export {
  CallResult,
  type CallResultCategory,
  callResultCategory,
} from './call-result.js';
export {
  CallingLists,
  type CallingListsOptions,
  type PersonalRetrieval,
  type Standing,
} from './calling-lists.js';
export { ContactType } from './contact-type.js';
export {
  type DoNotCallEntry,
  DoNotCallList,
  type DoNotCallOrigin,
  doNotCallProblem,
  type StoredDoNotCall,
} from './do-not-call.js';
export { type ExportFormat, exportRecords, recordColumns } from './export.js';
export type { FieldDefinition } from './fields.js';
export { type DoNotCallImport, type DoNotCallReport, importDoNotCall } from './import/do-not-call-import.js';
export { type ImportFormat, type ImportProgress, importsOf, type LineError } from './import/import-log.js';
export { Importer, type ImporterOptions, type ImportReport, type ImportRequest } from './import/importer.js';
export { ListContents, type RecordCount, type RecordPage } from './list-contents.js';
export type { ListConfiguration, ListSettings } from './list-settings.js';
export { readLocalTime, writeLocalTime } from './local-time.js';
export { type DialSettings, firstToDial, mayBeDialed } from './next-dial.js';
export { type NumberOrigin, originOf } from './number-origin.js';
export { type Obstacle, type ObstacleInput, obstaclesOf } from './obstacles.js';
export { PhoneKeys } from './phone-key.js';
export { DEFAULT_PRIORITIES, type DialingPriority, type TypePriority } from './priority.js';
export {
  type Chain,
  type CustomFields,
  type CustomValue,
  type ListRecord,
  RECORD_DEFAULTS,
  type RecordOwner,
  recordKey,
} from './record.js';
export { isFinal, nextStatus, type RecordInput, RecordStatus, type RecordStatusName } from './record-status.js';
export {
  type CampaignTypeName,
  isCallback,
  isPersonalType,
  isScheduledType,
  RecordType,
  type RecordTypeName,
} from './record-type.js';
export type { Retrieval } from './retrieval.js';
export type { CallAction, Treatment } from './treatment.js';
export {
  type Arrangement,
  callActionFor,
  decideTreatment,
  type TreatmentDecision,
  type TreatmentInput,
  type TreatmentReason,
  type TreatmentSettings,
} from './treatment-decision.js';
export { callableAt, type ListWindow, type WindowedRecord } from './window.js';
export type { ChainScope, Withdrawal } from './withdrawal.js';
export type { CancelRequest, DoNotCallRequest, RecordSearch } from './withdrawing.js';
