import type { DoneData, StateKind, StateNode, Transition } from '../chart/chart.js';
import type { DataItem } from '../chart/unit.js';
import { attribute, childElements, type XmlElement } from '../xml/element.js';
import { readContent } from './read-content.js';
import { readDatamodel } from './read-data.js';
import { readInvoke } from './read-invoke.js';
import { readContentElement, readParam } from './read-values.js';
import { isScxml, placeOf, type Reading, ValueList } from './reading.js';

/** What grows while the states of a document are read. */
export interface StateTree {
  readonly states: StateNode[];
  readonly transitions: Transition[];
  /** Data of each state, by its number. */
  readonly data: Map<number, DataItem[]>;
  /** Targets still to be resolved, with the element's prefix. */
  readonly pending: { transition: Transition; targets: string[]; idPrefix: string | undefined }[];
  invokes: number;
}

const stateKinds: Record<string, StateKind> = {
  state: 'state',
  parallel: 'parallel',
  final: 'final',
  history: 'history',
};

/** Reads the children of a state, or of the root, and numbers the states that it meets. */
export function readState(
  element: XmlElement,
  kind: StateKind,
  parent: StateNode | undefined,
  tree: StateTree,
  reading: Reading,
): StateNode {
  const index = tree.states.length;
  const type = attribute(element, 'type') ?? 'shallow';
  const state: StateNode = {
    index,
    id: attribute(element, 'id') ?? `$${element.element}${index}`,
    kind,
    deep: kind === 'history' && type === 'deep',
    parent: parent?.index ?? -1,
    last: index,
    depth: parent === undefined ? 0 : parent.depth + 1,
    children: [],
    histories: [],
    atomic: false,
    transitions: [],
    onentry: [],
    onexit: [],
    initial: undefined,
    historyDefault: undefined,
    data: -1,
    invokes: [],
    donedata: undefined,
    place: placeOf(element),
    matches: undefined,
    eventless: undefined,
  };
  tree.states.push(state);
  if (kind === 'history') {
    if (type !== 'shallow' && type !== 'deep') {
      reading.report('attribute-value', `The type of a history is shallow or deep, not ${type}.`, element);
    }
    parent?.histories.push(index);
  } else {
    parent?.children.push(index);
  }
  checkStateAttributes(element, kind, reading);
  const initialElements: XmlElement[] = [];
  for (const child of childElements(element)) {
    if (!isScxml(child)) {
      reading.report('element-unknown', `<${child.element}> is not known in <${element.element}>.`, child);
    } else if (child.element === 'initial') {
      initialElements.push(child);
    } else {
      readStateChild(child, state, tree, reading);
    }
  }
  state.last = tree.states.length - 1;
  state.atomic = kind === 'final' || (kind !== 'history' && kind !== 'scxml' && state.children.length === 0);
  readInitial(element, initialElements, state, tree, reading);
  if (kind === 'history') takeHistoryDefault(state, element, reading);
  return state;
}

const attributesOf: Record<StateKind, string[]> = {
  scxml: ['initial', 'initialstate', 'name', 'version', 'datamodel', 'binding', 'profile', 'exmode'],
  state: ['id', 'initial', 'src', 'initialstate'],
  parallel: ['id', 'src'],
  final: ['id'],
  history: ['id', 'type'],
};

function checkStateAttributes(element: XmlElement, kind: StateKind, reading: Reading): void {
  reading.checkAttributes(element, attributesOf[kind]);
  const id = attribute(element, 'id');
  if (id !== undefined && (id === '' || /\s/.test(id))) {
    reading.report('id-invalid', `The id ${JSON.stringify(id)} is empty or has white space.`, element);
  }
}

function readStateChild(element: XmlElement, state: StateNode, tree: StateTree, reading: Reading): void {
  const kind = stateKinds[element.element];
  const { index } = state;
  if (kind !== undefined) {
    if (state.kind === 'final' || state.kind === 'history' || (state.kind === 'scxml' && kind === 'history')) {
      reading.report('element-misplaced', `<${element.element}> cannot stand in <${state.place.element}>.`, element);
    }
    readState(element, kind, state, tree, reading);
    return;
  }
  const isRoot = state.kind === 'scxml';
  switch (element.element) {
    case 'transition':
      if (state.kind === 'final') {
        reading.report('content-misplaced', '<transition> cannot stand in <final>.', element);
      }
      if (isRoot) reading.report('root-transition', '<scxml> has a transition.', element);
      state.transitions.push(readTransition(element, state, tree, reading));
      return;
    case 'onentry':
    case 'onexit':
      state[element.element].push(readContent(childElements(element), state.id, reading));
      return;
    case 'datamodel':
      tree.data.set(index, [...(tree.data.get(index) ?? []), ...readDatamodel(element, reading)]);
      return;
    case 'invoke':
      state.invokes.push(readInvoke(element, state, tree.invokes, reading));
      tree.invokes += 1;
      return;
    case 'donedata':
      if (state.kind !== 'final') reading.report('content-misplaced', '<donedata> belongs into <final>.', element);
      state.donedata = readDoneData(element, reading);
      return;
    case 'script':
      // Scripts of the root are read by the reader of the root.
      if (isRoot) return;
      reading.report('content-misplaced', '<script> cannot stand directly in a state; it runs on entry.', element);
      state.onentry.push(readContent([element], state.id, reading));
      return;
    default:
      reading.report('element-unknown', `<${element.element}> is not known in <${state.place.element}>.`, element);
  }
}

function readTransition(element: XmlElement, state: StateNode, tree: StateTree, reading: Reading): Transition {
  reading.checkAttributes(element, ['event', 'cond', 'target', 'type', 'anchor']);
  const event = attribute(element, 'event');
  const cond = reading.attributeExpression(element, 'cond', 'value', 'cond');
  const target = attribute(element, 'target');
  const type = attribute(element, 'type') ?? 'external';
  if (type !== 'internal' && type !== 'external') {
    reading.report('attribute-value', `The type of a transition is internal or external, not ${type}.`, element);
  }
  const descriptors = event === undefined ? undefined : reading.descriptorsOf(event);
  if (descriptors?.length === 0) {
    reading.report('attribute-value', 'The attribute event is empty.', element);
  }
  if (event === undefined && cond === undefined && target === undefined) {
    reading.report('event-missing', 'The transition has neither event nor cond nor target.', element);
  }
  return addTransition(
    element,
    state.index,
    {
      events: descriptors,
      eventText: event,
      cond: cond === undefined ? -1 : reading.addUnit({ kind: 'condition', expression: cond }),
      condText: attribute(element, 'cond'),
      internal: type === 'internal',
      content: readContent(childElements(element), state.id, reading),
    },
    target,
    tree,
  );
}

type TransitionHead = Pick<Transition, 'events' | 'eventText' | 'cond' | 'condText' | 'internal' | 'content'>;

function addTransition(
  element: XmlElement,
  source: number,
  head: TransitionHead,
  target: string | undefined,
  tree: StateTree,
): Transition {
  const transition: Transition = {
    index: tree.transitions.length,
    source,
    ...head,
    targets: [],
    targetText: target ?? '',
    place: placeOf(element),
    domain: undefined,
    entry: undefined,
  };
  tree.transitions.push(transition);
  const targets = words(target ?? '');
  if (targets.length > 0) tree.pending.push({ transition, targets, idPrefix: element.idPrefix });
  return transition;
}

/** Most lists have one word. */
function words(text: string): string[] {
  return /\s/.test(text) ? text.split(/\s+/).filter((word) => word !== '') : text === '' ? [] : [text];
}

const noHead: TransitionHead = {
  events: undefined,
  eventText: undefined,
  cond: -1,
  condText: undefined,
  internal: false,
  content: [],
};

/** The attribute `initial`, the element `<initial>`, or the first child. */
function readInitial(
  element: XmlElement,
  initialElements: readonly XmlElement[],
  state: StateNode,
  tree: StateTree,
  reading: Reading,
): void {
  const text = attribute(element, 'initial') ?? (reading.isOrs ? attribute(element, 'initialstate') : undefined);
  const [child, second] = initialElements;
  if (child !== undefined && state.kind !== 'state' && state.kind !== 'scxml') {
    reading.report('content-misplaced', `<initial> cannot stand in <${element.element}>.`, child);
  }
  if (child !== undefined && (text !== undefined || second !== undefined)) {
    reading.report('attribute-conflict', `<${element.element}> names its initial states twice.`, second ?? child);
  }
  const canHaveInitial = (state.kind === 'state' || state.kind === 'scxml') && state.children.length > 0;
  if (child !== undefined) {
    const [found, ...others] = childElements(child).filter((inner) => inner.element === 'transition');
    const target = found === undefined ? undefined : attribute(found, 'target');
    if (found === undefined || others.length > 0 || target === undefined) {
      reading.report('initial-content', '<initial> needs exactly one transition with a target.', child);
      return;
    }
    if (found.attributes.has('event') || found.attributes.has('cond')) {
      reading.report('initial-content', 'The transition in <initial> has event or cond.', found);
    }
    const content = readContent(childElements(found), state.id, reading);
    state.initial = addTransition(found, state.index, { ...noHead, content }, target, tree);
  } else if (text !== undefined && canHaveInitial) {
    state.initial = addTransition(element, state.index, noHead, text, tree);
  } else if (text !== undefined) {
    reading.report('attribute-value', `<${element.element}> has initial but no child states.`, element);
  } else if (canHaveInitial) {
    const first = state.children[0];
    state.initial = addTransition(element, state.index, noHead, undefined, tree);
    if (first !== undefined) state.initial.targets = [first];
  }
}

function takeHistoryDefault(state: StateNode, element: XmlElement, reading: Reading): void {
  const [only, ...others] = state.transitions.splice(0);
  if (only === undefined || others.length > 0 || only.targetText.trim() === '') {
    reading.report('history-default', `The history ${state.id} needs one transition with a target.`, element);
    return;
  }
  if (only.events !== undefined || only.cond >= 0) {
    reading.report('history-default', `The transition of the history ${state.id} has event or cond.`, only.place);
  }
  state.historyDefault = only;
}

function readDoneData(element: XmlElement, reading: Reading): DoneData {
  const params: { name: string; unit: number }[] = [];
  for (const child of childElements(element)) {
    if (child.element === 'content') continue;
    if (child.element !== 'param') {
      reading.report('element-unknown', `<${child.element}> is not known in <donedata>.`, child);
      continue;
    }
    const param = readParam(child, reading);
    if (param === undefined) continue;
    const unit = reading.addUnit({ kind: 'values', expressions: [{ expression: param.expression, lenient: false }] });
    params.push({ name: param.name, unit });
  }
  const values = new ValueList(reading);
  const value = readContentElement(element, values, reading);
  if (value !== undefined && params.length > 0) {
    reading.report('attribute-conflict', '<donedata> has both <content> and <param>.', element);
  }
  const content = value === undefined ? undefined : { unit: values.unit(), value };
  return { params, content, place: placeOf(element) };
}
