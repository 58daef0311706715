/**
 * The configuration: named objects of several kinds in the database, held in memory, changed at run time; the catalogue
 * of options that checks them, gives typed access and prints the reference; configuration files.
 */

export { type CallActionName, readCallAction } from './call-actions.js';
export { callResultName, callResultNames, isCallResult, readCallResult } from './call-results.js';
export {
  type DefaultedOption,
  families,
  isCallbackService,
  type OptionDefinition,
  type OptionFamily,
  type OptionGroup,
  type OptionType,
  optionOf,
  sectionFamily,
  serviceFamily,
} from './catalogue/index.js';
export { type ServiceTemplate, serviceTemplates } from './catalogue/templates.js';
export type { Period } from './catalogue/value.js';
export {
  type ComparisonOperator,
  type Condition,
  ConditionError,
  type Literal,
  type Operand,
  type OrderTerm,
  parseCondition,
  parseOrder,
} from './condition/index.js';
export {
  type ApplyOptions,
  type ApplyReport,
  type AuditedChange,
  type Change,
  Configuration,
  type ConfigurationOptions,
  type ConfigurationStore,
  type Written,
} from './configuration.js';
export { ConfigurationFileError, type FileComplaint, type ParsedConfiguration, parseConfiguration } from './file.js';
export { kindNames, kinds } from './kinds.js';
export { credentialOf, type LoginSession, LoginSessions } from './login-sessions.js';
export type {
  Agent,
  AgentGroup,
  Api,
  Application,
  CallingList,
  Campaign,
  CampaignGroup,
  Dn,
  Filter,
  Kind,
  Listener,
  ListObject,
  ObjectOf,
  OutboundSchedule,
  PatternGroup,
  ResourceGroup,
  Skill,
  SwitchSettings,
  Treatment,
  User,
  VirtualQueue,
} from './objects.js';
export { inertOptions, optionWarnings, warningsInFile } from './option-check.js';
export { type OptionMap, OptionReader, type OptionSource, sectionOptions, serviceOptions } from './options.js';
export { mandatoryColumns } from './outbound-check.js';
export { isPasswordHash, passwordMatches } from './password.js';
export { patternGroup, patternGroups } from './pattern-groups.js';
export { optionReference } from './reference.js';
export { shown } from './secrets.js';
export type { StoredObject, StoredValue } from './snapshot.js';
export { readSecret, type Secret } from './switch-secrets.js';
export { DEFAULT_TIME_ZONE, type ListTimeZone, readTimeZone, zoneObjects } from './time-zones.js';
export {
  isNextInChain,
  readTreatmentAction,
  TreatmentAction,
  type TreatmentActionName,
  treatmentActions,
} from './treatment-actions.js';
export { schemaComplaints } from './validation.js';
