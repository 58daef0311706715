import type { JsonValue } from '../json.js';
import type { Limits } from '../limits.js';

/** `w3c`: the Recommendation of 2015. `ors`: the 2009 draft as orchestration servers of that time read it. */
export type Dialect = 'w3c' | 'ors';

/** One immutable version of an application: its documents, already fetched, and what the host adds to the language. */
export interface ApplicationDefinition {
  /** The caller's id of this immutable version; a changed application needs another id. */
  id: string;
  /** URL of the main document, a key of `documents`. */
  main: string;
  /** URL to text: the main document, XInclude parts, scripts, data sources. See `referencedDocuments`. */
  documents: Record<string, string>;
  /** URL to the status with which a document was refused that the others refer to; 0: nobody answered. Default: 404. */
  unavailable?: Record<string, number>;
  /** Default: `ors` if the root declares a vendor module namespace or has `profile`, otherwise `w3c`. */
  dialect?: Dialect;
  /** Where ECMAScript runs. `trusted` runs it in this JavaScript realm: only for applications that are part of the product. */
  datamodel?: 'sandbox' | 'trusted';
  /**
   * What shares a sandbox instance. `application` (the default): all sessions of the application in a worker, each with
   * a scope of its own. `session`: each session has an instance to itself, with `instanceMegabytes` of memory of its own,
   * at the price of about a megabyte and a few milliseconds whenever it is opened.
   */
  isolation?: 'application' | 'session';
  /** Custom executable content, described as data. */
  actions?: ActionDescriptor[];
  /**
   * Guest source: an expression that evaluates to `(host) => globals`. It is evaluated once per sandbox instance;
   * the properties of `globals` are deeply frozen and visible by name to every expression of every session.
   * `host.call(op, ...jsonArguments)` records an effect of kind `call` of the session that is running,
   * `host.called(op)` returns the arguments of the last one in this macrostep (undefined without one), and
   * `host.env()` that session's JSON environment.
   */
  prelude?: string;
  limits?: Partial<Limits>;
}

/**
 * How an attribute of a custom action is read. `value`: an evaluated expression. `location`: an assignable expression.
 * `literal`: the text as it stands. `lenient`: literal text, but surrounding quotes are stripped and an expression that
 * evaluates is accepted. `namelist`: locations, separated by blanks, whose values become parameters under their names.
 * `session`: a location that receives an id for a new session; the host gets that id, also without a location.
 */
export interface AttributeDescriptor {
  kind: 'value' | 'location' | 'literal' | 'lenient' | 'namelist' | 'session';
  required?: boolean;
  default?: JsonValue;
}

/** An element of executable content that the host performs. `<param>` and `<content>` are allowed in every action. */
export interface ActionDescriptor {
  /** Namespace URIs, with or without `http://`. */
  namespaces: string[];
  name: string;
  attributes: Record<string, AttributeDescriptor>;
  children?: ChildDescriptor[];
}

/** A child element of an action. Without `namespaces`, any namespace is accepted. */
export interface ChildDescriptor {
  namespaces?: string[];
  name: string;
  attributes: Record<string, AttributeDescriptor>;
  children?: ChildDescriptor[];
}
