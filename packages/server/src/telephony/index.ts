/** Telephony: the legs of calls over the switch port, and the drivers of that port. */
export type { CallJournal, CallJournalEntry } from './call-journal.js';
export { Calls } from './calls.js';
export { type DialDecision, decisionFacts } from './dial-decision.js';
export {
  type AskedCall,
  arrivalBy,
  DialPlanning,
  type DialPlanningParts,
  hasPlan,
  type Purpose,
  planWithCallerId,
} from './dial-planning.js';
export type { Leg, LegEvent, LegRole } from './leg.js';
export type { CallStore, ChangeHandler, InboundHandler, LegChange, TreatedHandler } from './leg-news.js';
export type { DialIntent } from './leg-store.js';
export { PhonePresence, type PhonePresenceParts, type PhoneState } from './phone-presence.js';
export {
  type AgentBehaviour,
  type AgentControl,
  type InboundRequest,
  type ListedCall,
  SimulatedAgents,
  Simulator,
  type SimulatorOptions,
} from './simulator/index.js';
export type {
  ApplicationOutcome,
  ApplicationRequest,
  CallProgress,
  Cause,
  CollectReason,
  CollectRequest,
  DialRequest,
  DialRoute,
  LegReport,
  LegState,
  Media,
  RecordRequest,
  Switch,
  SwitchCapabilities,
  SwitchEvent,
} from './switch.js';
export type { TreatmentResult } from './treated.js';
