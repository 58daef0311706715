/** Dialing: the records that a loaded campaign group holds, its calls, and what agents do with records at their desktops. */
export type {
  AttemptOutcome,
  AttemptReservation,
  ComplianceGate,
  ComplianceVerdict,
  DialedRecord,
  DialSubject,
} from './compliance-gate.js';
export type {
  ChainScope,
  DesktopHandler,
  DesktopMessage,
  ProcessedRequest,
  RecordKeys,
  RecordSelector,
  RescheduleRequest,
} from './desktop-message.js';
export { Dialing } from './dialing.js';
export type { AttemptFacts, DialingEvent, DialingEventHandler, RecordReference } from './dialing-event.js';
export { outboundOption } from './group-options.js';
export type { AttemptCall, AttemptView, CallsUnderWay, HeldRecord } from './held-view.js';
export type { DialingState, LoadedGroup } from './loaded-group.js';
export type { OccupiedAgent, Pacer, PacingDecision, PacingObservation, PacingSituation } from './pacing-port.js';
export type { Applications, DialingParts, IvrCall } from './parts.js';
export { type DesktopBehaviour, SimulatedDesktop } from './simulated-desktop.js';
export type { TreatmentModule } from './treatment-module.js';
