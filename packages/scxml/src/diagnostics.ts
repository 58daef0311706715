export type Severity = 'error' | 'warning';

/** One finding about a document. Lines and columns count from 1. */
export interface Diagnostic {
  severity: Severity;
  code: DiagnosticCode;
  message: string;
  url: string;
  line: number;
  column: number;
  /** What to do about it. */
  remedy?: string;
}

/** Where something stands in the documents of an application. */
export interface Place {
  /** Local name of the element, as in error events. */
  readonly element: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Every kind of finding, with its severity and what to do. Errors keep an application from being started. */
const catalogue = {
  'xml-syntax': ['error', 'Correct the XML; a document must be well-formed.'],
  'xml-too-large': ['error', 'Split the document with XInclude, or raise the limit.'],
  'document-missing': ['error', 'Provide the document, or correct the address.'],
  'include-limit': ['error', 'Remove the cycle of inclusions, or raise the limit.'],
  'include-target': ['error', 'Name an id that the included document contains.'],
  'not-scxml': ['error', 'The root must be <scxml> in the namespace http://www.w3.org/2005/07/scxml.'],
  version: ['error', 'Write version="1.0".'],
  'datamodel-unknown': ['error', 'Use datamodel="ecmascript" or datamodel="null".'],
  'attribute-missing': ['error', 'Add the attribute.'],
  'attribute-value': ['error', 'Use one of the values that the attribute allows.'],
  'attribute-conflict': ['error', 'Keep one of them.'],
  'attribute-unknown': ['warning', 'Remove or correct it; it has no effect.'],
  'element-unknown': ['warning', 'Remove or correct it; it has no effect here.'],
  'element-misplaced': ['error', 'Move the element to where the Recommendation allows it.'],
  'content-misplaced': ['error', 'Move the element to where the Recommendation allows it.'],
  'element-unsupported': ['warning', 'An error event is raised when it is executed.'],
  'id-duplicate': ['error', 'Give each state an id of its own.'],
  'data-id-duplicate': ['warning', 'Data ids share one scope: the later one overwrites the earlier one.'],
  'id-invalid': ['error', 'Use an id without white space that names one thing.'],
  'data-id-invalid': ['warning', 'Use a name that is a valid identifier, otherwise expressions cannot read it.'],
  'target-unknown': ['error', 'Name a state that exists.'],
  'target-conflict': ['error', 'Targets must lie in different regions of one parallel state.'],
  'initial-not-descendant': ['error', 'Name a descendant of the state.'],
  'initial-content': ['error', 'An initial transition has a target and neither event nor cond.'],
  'history-default': ['error', 'Give the history state one transition with a target, without event and cond.'],
  'script-source': ['error', 'Provide the script, or correct its address.'],
  'data-source': ['warning', 'The data stays undefined and an error event is raised at the start.'],
  'expression-syntax': ['warning', 'Correct it; an error event is raised when it is evaluated.'],
  'expression-size': ['error', 'Move the code into a <script> with src.'],
  'event-missing': ['warning', 'A transition should have event, cond or target: this one is taken whenever it can be.'],
  'root-transition': ['warning', 'Other processors reject it. Wrap the states in a <state> and put it there.'],
  'state-unreachable': ['warning', 'Add a transition that leads to it, or remove it.'],
  'transition-shadowed': ['warning', 'It never fires: an earlier transition of the state always wins.'],
  'parallel-self-transition': [
    'warning',
    'It leaves and re-enters every region. Use type="internal", or wrap the region in a <state>.',
  ],
  'region-crossed': ['warning', 'All regions are left and entered again. Send an event that the other region takes.'],
  'event-unknown': ['warning', 'No transition waits for it. Correct the name, or add one.'],
  'data-not-serialisable': ['warning', 'Keep functions in a <script>; this value is lost when the session is stored.'],
  'parameter-unknown': ['warning', 'Declare <data> of that id.'],
  'action-attribute': ['warning', 'Correct the name; the attribute is ignored.'],
  'action-child': ['warning', 'Correct the name; the element is ignored.'],
  'action-attribute-missing': ['warning', 'Add it; without it the action raises an error event.'],
  prelude: ['error', 'The prelude must be an expression that evaluates to a function.'],
  sandbox: ['error', 'The application could not be prepared in the sandbox.'],
} as const satisfies Record<string, readonly [Severity, string]>;

export type DiagnosticCode = keyof typeof catalogue;

/** Collects the findings about one application. */
export class DiagnosticList {
  readonly #found: Diagnostic[] = [];

  /** `severity`: if it is not that of the catalogue. */
  add(
    code: DiagnosticCode,
    message: string,
    place: Pick<Place, 'url' | 'line' | 'column'>,
    severity: Severity = catalogue[code][0],
  ): void {
    const [, remedy] = catalogue[code];
    this.#found.push({ severity, code, message, url: place.url, line: place.line, column: place.column, remedy });
  }

  get hasErrors(): boolean {
    return this.#found.some((diagnostic) => diagnostic.severity === 'error');
  }

  /** By document, then by place. */
  sorted(): Diagnostic[] {
    return [...this.#found].sort(
      (a, b) => (a.url < b.url ? -1 : a.url > b.url ? 1 : 0) || a.line - b.line || a.column - b.column,
    );
  }
}

/** One line for people: `flow.scxml:12:5 warning state-unreachable ...`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { url, line, column, severity, code, message, remedy } = diagnostic;
  return `${url}:${line}:${column} ${severity} ${code}: ${message}${remedy === undefined ? '' : ` ${remedy}`}`;
}
