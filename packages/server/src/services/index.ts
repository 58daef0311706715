/** The Service API: services that run applications, builtin services, and the data that clients store. */

export { AccessDesk } from './access/access-desk.js';
export { AccessNumbers } from './access/access-numbers.js';
export { PoolDirectory } from './access/pool-directory.js';
export type { BuiltinCall, BuiltinService, ServiceRequest } from './builtin/builtin-service.js';
export type { Fetch } from './builtin/urs-stat.js';
export { describeQueues, type EwtMode, ewtMode, type WaitingFigures } from './builtin/waiting-line.js';
export { addBuiltinServices } from './builtin-services.js';
export { clientLink, fileLink } from './file-link.js';
export { type DeviceMessage, type ServiceModuleParts, serviceModule } from './module.js';
export { type NodeState, NodeStatus } from './node-status.js';
export { serviceRequest } from './parameter-rules.js';
export { PatternMatcher } from './pattern-matcher.js';
export { RemoteSessions } from './remote-sessions.js';
export type { ServiceConfiguration } from './service-configuration.js';
export { type ServiceRecord, ServiceRecords, secondsToLive } from './service-records.js';
export { Services, type SessionOfId } from './services.js';
export { type Peek, StatisticPeeks, type StatisticSource } from './statistics/peek.js';
export { namedStorage, Storage, type StoredFile, type StoredValue } from './storage.js';
