import type { JsonValue } from '../json.js';
import type { EventInput } from './event.js';

/** What a macrostep asks of the host, in the order of execution. */
export type Effect =
  | SendEffect
  | { kind: 'cancel'; sendId: string }
  | { kind: 'log'; label?: string; text: string; level?: number }
  | InvokeEffect
  | { kind: 'cancel-invoke'; invokeId: string }
  | { kind: 'forward'; invokeId: string; event: EventInput }
  | ActionEffect
  | { kind: 'call'; op: string; args: JsonValue[] };

/** A `<send>` that leaves the internal queue. Without `target` it goes to the session's own external queue. */
export interface SendEffect {
  kind: 'send';
  /** Unique across sessions unless the author chose it; the key of a later `cancel`. */
  sendId: string;
  event: EventInput;
  target?: string;
  /** The event I/O processor as the author named it; absent means SCXML. */
  type?: string;
  delayMs: number;
  /** `namelist` and `<param>` pairs in document order, for processors that transmit names and values. */
  namelistParams?: [name: string, value: JsonValue][];
  /** The value of `<content>` as text. */
  content?: string;
  /** `hints` of the 2009 draft. */
  hints?: JsonValue;
  /** Where the `<send>` stands: for error events of the host. */
  line: number;
  /** In the `ors` dialect, its document and the state that it is in, which those events name. */
  document?: string;
  state?: string;
}

export interface InvokeEffect {
  kind: 'invoke';
  invokeId: string;
  type: string;
  /** Absolute. */
  src?: string;
  /** Address of the document that contains the `<invoke>`: relative references in `content` are resolved against it. */
  base: string;
  /** An inline SCXML document as text, or the text of `<content expr>`. */
  content?: string;
  parameters: Record<string, JsonValue>;
  autoforward: boolean;
}

/** A custom action. `namespace` is normalised: without `http://`. */
export interface ActionEffect {
  kind: 'action';
  namespace: string;
  name: string;
  /** Unique across sessions; also written to the location that the attribute `requestid` names. */
  requestId: string;
  attributes: Record<string, JsonValue>;
  children: ActionChild[];
  /** `<param>` pairs; a name that occurs several times has an array of its values. */
  parameters: Record<string, JsonValue>;
  content?: JsonValue;
  line: number;
  /** In the `ors` dialect, a required attribute that is not there; the host answers with the error event of the action. */
  missing?: string;
}

export interface ActionChild {
  name: string;
  attributes: Record<string, JsonValue>;
  children: ActionChild[];
  parameters: Record<string, JsonValue>;
  content?: JsonValue;
}
