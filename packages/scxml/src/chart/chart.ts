import type { Dialect } from '../api/application.js';
import type { Place } from '../diagnostics.js';
import type { Instruction, InvokeNode, Slot } from './instruction.js';
import type { Unit } from './unit.js';

/** The kinds of nodes that `StateNode` stands for. */
export type StateKind = 'scxml' | 'state' | 'parallel' | 'final' | 'history';

/**
 * A state of a compiled chart. States are numbered in document order, so that the descendants of a state are exactly
 * the numbers from `index + 1` to `last`.
 */
export interface StateNode {
  readonly index: number;
  readonly id: string;
  readonly kind: StateKind;
  /** Of history states. */
  readonly deep: boolean;
  /** -1 for the root. */
  readonly parent: number;
  /** Number of the last descendant; its own number if it has none. */
  last: number;
  readonly depth: number;
  /** Child states, without history states. */
  readonly children: number[];
  readonly histories: number[];
  /** A state without child states, or a final state. */
  atomic: boolean;
  readonly transitions: Transition[];
  readonly onentry: Instruction[][];
  readonly onexit: Instruction[][];
  /** Of compound states and the root: what is entered by default. */
  initial: Transition | undefined;
  /** Of history states: what is entered while nothing is recorded. */
  historyDefault: Transition | undefined;
  /** Unit that initialises the state's own data when binding is late. */
  data: number;
  readonly invokes: InvokeNode[];
  donedata: DoneData | undefined;
  readonly place: Place;
  /** Cache: event name to the transitions of this state and its ancestors that match it, innermost first. */
  matches: Map<string, Transition[]> | undefined;
  /** Cache: eventless transitions of this state and its ancestors, innermost first. */
  eventless: Transition[] | undefined;
}

export interface Transition {
  /** Position in document order. */
  readonly index: number;
  readonly source: number;
  /** Undefined for an eventless transition. */
  readonly events: readonly EventDescriptor[] | undefined;
  readonly eventText: string | undefined;
  /** Unit, or -1. */
  readonly cond: number;
  readonly condText: string | undefined;
  targets: number[];
  readonly targetText: string;
  readonly internal: boolean;
  readonly content: Instruction[];
  readonly place: Place;
  /** Cache: the domain, -1 without target, undefined while not computed or if it depends on a history. */
  domain: number | undefined;
  /** Cache: the states to enter, if no history has a say; null if one has. */
  entry: EntryPlan | null | undefined;
}

/** The states that a transition enters, in document order, and those of them that are entered by default. */
export interface EntryPlan {
  readonly states: readonly number[];
  readonly defaults: readonly number[];
}

/** `*` is the empty list of tokens; every other descriptor matches names that begin with its tokens. */
export interface EventDescriptor {
  readonly text: string;
  /** Without trailing `.*` or `.`; empty for `*`. */
  readonly prefix: string;
}

/** Each value has a unit of its own, because one that fails is left out (SCXML 1.0, 5.7). */
export interface DoneData {
  readonly params: readonly { readonly name: string; readonly unit: number }[];
  readonly content: { readonly unit: number; readonly value: Slot } | undefined;
  readonly place: Place;
}

/** A compiled application: shared by all of its sessions, never changed except for its caches. */
export interface Chart {
  readonly url: string;
  readonly dialect: Dialect;
  readonly name: string;
  readonly datamodel: 'ecmascript' | 'null';
  readonly lateBinding: boolean;
  readonly states: readonly StateNode[];
  readonly byId: ReadonlyMap<string, number>;
  /** Everything that a data model evaluates, by number. */
  readonly units: readonly Unit[];
  /** Unit that creates the data at the start. */
  readonly startData: number;
  /** Units of the top-level scripts, run after the data is there. */
  readonly scripts: readonly { readonly unit: number; readonly place: Place }[];
  /** Ids of `<data>` that start parameters may overwrite. */
  readonly parameterIds: ReadonlySet<string>;
  /** Names that belong to each session. */
  readonly names: SessionNames;
  /** A function of the documents reads `_event`, so every evaluation needs it. */
  readonly functionsReadEvent: boolean;
  /** Bounds that the document sets for itself. */
  readonly ownLimits: { readonly microsteps?: number; readonly stateEntries?: number };
}

/** Names that expressions resolve in the session instead of in the realm. */
export interface SessionNames {
  /** Declared by `<data>`. */
  readonly data: ReadonlySet<string>;
  /** Mentioned as `_data.name` without being declared; only the `ors` dialect has them. */
  readonly inferredData: ReadonlySet<string>;
  /** Declared by scripts and by `<foreach>`. */
  readonly globals: ReadonlySet<string>;
  /** Assigned in scripts without declaration; a name of the realm takes precedence. */
  readonly implicit: ReadonlySet<string>;
}
