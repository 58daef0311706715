export type {
  ActionDescriptor,
  ApplicationDefinition,
  AttributeDescriptor,
  ChildDescriptor,
  Dialect,
} from './api/application.js';
export type { ActionChild, ActionEffect, Effect, InvokeEffect, SendEffect } from './api/effect.js';
export type { EventInput } from './api/event.js';
export type {
  DeliverRequest,
  Failure,
  FailureReason,
  MicrostepTrace,
  StartRequest,
  StepResult,
  TransitionTrace,
} from './api/step.js';
export type { ChartObject, ChartState, ChartTransition } from './chart/chart-object.js';
export { type Diagnostic, type DiagnosticCode, formatDiagnostic } from './diagnostics.js';
export { checkApplication, dialectOf, referencedDocuments } from './document/read-application.js';
export { ApplicationInstance, type CompiledApplication, compileApplication } from './engine/application.js';
export { decodeBasicHttp, encodeBasicHttp, type HttpMessage } from './event-processors/basic-http.js';
export { fetchAll, SimulatedHost, type SimulatedHostOptions, type SimulatedSession } from './host/simulated-host.js';
export type { JsonObject, JsonValue } from './json.js';
export { defaultLimits, type Limits } from './limits.js';
export { SessionPool, type SessionPoolOptions } from './pool/session-pool.js';
export { checkFiles, type LanguageExtension } from './tools/check.js';
export { type DataChange, dataChanges } from './tools/data-changes.js';
export { describeChart, drawSvg } from './tools/draw.js';
export { applicationFromFile, readFileUrl } from './tools/files.js';
export { type RecordedHistory, replay } from './tools/replay.js';
export { type InteractiveOptions, runInteractive } from './tools/run.js';
export { snapshotData } from './tools/snapshot-data.js';
