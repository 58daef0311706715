import type { Place } from '../diagnostics.js';
import type { JsonValue } from '../json.js';

/** A value of an instruction: known from the document, or the result of its unit at this position. */
export type Slot = { readonly literal: JsonValue } | { readonly at: number };

export interface NamedSlot {
  readonly name: string;
  readonly value: Slot;
}

/** Executable content. `unit` numbers a unit of the chart; -1 means that there is nothing to evaluate. */
export type Instruction =
  | {
      readonly kind: 'raise';
      readonly event: string;
      readonly unit: number;
      readonly params: readonly NamedSlot[];
      readonly place: Place;
    }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly place: Place }
  | { readonly kind: 'foreach'; readonly unit: number; readonly body: readonly Instruction[]; readonly place: Place }
  | LogInstruction
  | { readonly kind: 'assign'; readonly unit: number; readonly place: Place }
  | { readonly kind: 'script'; readonly unit: number; readonly place: Place }
  | SendInstruction
  | {
      readonly kind: 'cancel';
      readonly unit: number;
      readonly sendId: Slot;
      /** It names the event twice: in the 2009 dialect that is an error when it is executed. */
      readonly isAmbiguous: boolean;
      readonly place: Place;
    }
  | ActionInstruction
  | { readonly kind: 'unsupported'; readonly message: string; readonly place: Place };

/** `cond` is -1 for `<else>`. */
export interface Branch {
  readonly cond: number;
  readonly body: readonly Instruction[];
  readonly place: Place;
}

export interface LogInstruction {
  readonly kind: 'log';
  readonly unit: number;
  readonly label: Slot | undefined;
  readonly text: Slot | undefined;
  readonly level: Slot | undefined;
  readonly place: Place;
}

export interface SendInstruction {
  readonly kind: 'send';
  readonly unit: number;
  readonly event: Slot | undefined;
  readonly target: Slot | undefined;
  readonly type: Slot | undefined;
  readonly delay: Slot | undefined;
  readonly hints: Slot | undefined;
  /** Chosen by the author. */
  readonly id: string | undefined;
  /** Unit of kind `store` that writes the generated id, or -1. */
  readonly idLocation: number;
  /** `namelist` first, then `<param>`, in document order. */
  readonly params: readonly NamedSlot[];
  readonly content: Slot | undefined;
  /** Id of the state that contains it, for error events of the 2009 draft. */
  readonly state: string;
  readonly place: Place;
}

export interface ActionInstruction {
  readonly kind: 'action';
  readonly namespace: string;
  readonly name: string;
  readonly unit: number;
  /** Unit of kind `store` that writes the request id, or -1. */
  readonly requestId: number;
  /** The attribute of kind `session`, and the unit of kind `store` that writes its id, or -1 without a location. */
  readonly newSession: { readonly attribute: string; readonly unit: number } | undefined;
  /** Other attributes of kind location receive nothing themselves: the host gets their text. */
  readonly shape: ActionShape;
  /** A required attribute that is absent: executing the action raises an error event. */
  readonly missing: string | undefined;
  readonly place: Place;
}

/** Attributes, children, parameters and content of an action or of a child element. */
export interface ActionShape {
  readonly name: string;
  readonly attributes: readonly NamedSlot[];
  readonly children: readonly ActionShape[];
  readonly params: readonly NamedSlot[];
  readonly content: Slot | undefined;
}

export interface InvokeNode {
  /** Position among the invokes of the chart. */
  readonly index: number;
  readonly state: number;
  readonly stateId: string;
  readonly unit: number;
  readonly id: string | undefined;
  /** Unit of kind `store` that writes the generated id, or -1. */
  readonly idLocation: number;
  readonly type: Slot | undefined;
  readonly src: Slot | undefined;
  readonly params: readonly NamedSlot[];
  readonly content: Slot | undefined;
  readonly autoforward: boolean;
  readonly finalize: readonly Instruction[];
  readonly place: Place;
}
