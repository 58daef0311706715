/** Callbacks: booking, scheduling, availability, and the life of each until it is completed. */

export type { CustomerAccess } from './access.js';
export type { BulkMove, MoveOutcome } from './bulk-rescheduling.js';
export { type Availability, CallbackError, type CallbackErrorCode, type CallbackErrorFacts } from './callback-error.js';
export type { CallbackRecord, CallbackRow } from './callback-record.js';
export type { CallbackProfile } from './callback-service.js';
export {
  type CallbackSession,
  Callbacks,
  type CallbacksOptions,
  type StartAnswer,
  type StartRequest,
} from './callbacks.js';
export type { CancelOutcome } from './cancellation.js';
export type { CallbackConfiguration } from './configuration.js';
export { CONTACT_CENTERS } from './contact-centers.js';
export { deliveryModule } from './delivery.js';
export { type DeliveryFigures, deliveryReports, noDeliveries } from './delivery-report.js';
export { CallbackDirectory } from './directory.js';
export type { CallbackHappening, CallbackObserver } from './happenings.js';
export { type Invitation, type InvitationAnswer, Invitations } from './invitations.js';
export { CALLBACK_STATES, type CallbackInput, type CallbackState } from './life-cycle.js';
export { type CallbackDesk, type CallbackModule, callbackModule } from './module.js';
export type { AvailabilityQuery, OpenSlots, SlotRange } from './open-slots.js';
export type { OrchestrationServers, RemoteSession } from './orchestration-servers.js';
export { CallbackOverview } from './overview.js';
export type { DeviceMessage, Push } from './push.js';
export type { CallbackCriteria, QueueCriteria } from './queries.js';
export { CallbackReport } from './report.js';
export { CallbackSearch } from './search.js';
export type { EndedCallbackSession, SessionReply, SessionStarter } from './sessions.js';
export { SimulatedAnswers } from './simulated-answers.js';
export type { SlotDay } from './slot-days.js';
export { type FreeSlot, slotTime } from './slots.js';
export type { StatusPost } from './status-delivery.js';
