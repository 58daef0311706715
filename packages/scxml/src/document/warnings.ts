import type { Chart, EventDescriptor } from '../chart/chart.js';
import { type AnyNode, childNodes, isNode } from '../guest/syntax-tree.js';
import type { StateTree } from './read-states.js';
import type { Reading } from './reading.js';

/** Findings about a chart that is otherwise valid. */
export function warnAboutChart(chart: Chart, tree: StateTree, reading: Reading): void {
  warnUnreachable(chart, reading);
  warnShadowed(chart, reading);
  warnParallelSelfTransitions(chart, reading);
  warnCrossedRegions(chart, tree, reading);
  warnUnknownEvents(chart, tree, reading);
  warnClosures(chart, reading);
}

/** States that no sequence of transitions enters, whatever their conditions say. */
function warnUnreachable(chart: Chart, reading: Reading): void {
  const { states } = chart;
  const reached = new Set<number>();
  const pending: number[] = [0];
  const enter = (index: number): void => {
    // Entering a state enters its ancestors, and with a parallel ancestor all of its regions.
    for (let at = states[index]; at !== undefined && !reached.has(at.index); at = states[at.parent]) {
      reached.add(at.index);
      pending.push(at.index);
    }
  };
  reached.add(0);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const state = states[next];
    if (state === undefined) continue;
    if (state.kind === 'parallel') state.children.forEach(enter);
    for (const transition of [...state.transitions, state.initial, state.historyDefault]) {
      transition?.targets.forEach(enter);
    }
  }
  for (const state of states) {
    const parentReached = state.parent < 0 || reached.has(state.parent);
    if (reached.has(state.index) || !parentReached || state.kind === 'history') continue;
    reading.report('state-unreachable', `No transition leads to ${state.id}.`, state.place);
  }
}

/** Transitions behind others without condition that take the same events. */
function warnShadowed(chart: Chart, reading: Reading): void {
  for (const state of chart.states) {
    if (state.transitions.length < 2) continue;
    /** What earlier transitions of the state always take, with their lines; `''` is any event. */
    const taken = new Map<string, number>();
    let eventless: number | undefined;
    for (const { events, cond, place } of state.transitions) {
      const line = events === undefined ? eventless : takenLine(events, taken);
      if (line !== undefined)
        reading.report('transition-shadowed', `The transition in line ${line} always wins.`, place);
      if (cond >= 0) continue;
      if (events === undefined) eventless ??= place.line;
      for (const { prefix } of events ?? []) if (!taken.has(prefix)) taken.set(prefix, place.line);
    }
  }
}

/** Line of a transition that takes every event of a list of descriptors, or of one that takes the last of them. */
function takenLine(events: readonly EventDescriptor[], taken: ReadonlyMap<string, number>): number | undefined {
  let line: number | undefined;
  for (const { prefix } of events) {
    const found = prefixes(prefix).find((name) => taken.has(name));
    if (found === undefined) return undefined;
    line = taken.get(found);
  }
  return line;
}

/** The descriptors that match a name: `a.b` gives `a.b`, `a` and the empty one for every event. */
function prefixes(name: string): string[] {
  const found = [name];
  for (let at = name.lastIndexOf('.'); at > 0; at = name.lastIndexOf('.', at - 1)) found.push(name.slice(0, at));
  if (name !== '') found.push('');
  return found;
}

/** External transitions of a region of a parallel state leave the whole parallel state (3.13, domain). */
function warnParallelSelfTransitions(chart: Chart, reading: Reading): void {
  for (const state of chart.states) {
    const parent = chart.states[state.parent];
    if (parent?.kind !== 'parallel') continue;
    for (const transition of state.transitions) {
      const leaves = (target: number): boolean => target >= state.index && target <= state.last;
      const isInternal = transition.internal && state.children.length > 0 && !transition.targets.includes(state.index);
      if (isInternal || transition.targets.length === 0 || !transition.targets.every(leaves)) continue;
      const message = `The transition of the region ${state.id} leaves and re-enters ${parent.id}.`;
      reading.report('parallel-self-transition', message, transition.place);
    }
  }
}

/** From one region of a parallel state into another one: the transition leaves all of them and enters them again. */
function warnCrossedRegions(chart: Chart, tree: StateTree, reading: Reading): void {
  const { states } = chart;
  for (const { source, targets, place } of tree.transitions) {
    for (
      let at = states[source], parent = states[at?.parent ?? -1];
      at && parent;
      at = parent, parent = states[at.parent]
    ) {
      if (parent.kind !== 'parallel') continue;
      const { index, last } = at;
      const { index: first, last: end, id } = parent;
      if (!targets.some((target) => target > first && target <= end && (target < index || target > last))) continue;
      const message = `The transition leads out of the region ${at.id} into another one of ${id}.`;
      reading.report('region-crossed', message, place);
      break;
    }
  }
}

/** Events raised for the session itself that no transition takes, and waiting for states that do not exist. */
function warnUnknownEvents(chart: Chart, tree: StateTree, reading: Reading): void {
  const awaited = new Set<string>();
  for (const { events } of tree.transitions) for (const { prefix } of events ?? []) awaited.add(prefix);
  for (const [name, place] of reading.raised) {
    if (reading.isOrs || place.element === 'send' || prefixes(name).some((prefix) => awaited.has(prefix))) continue;
    reading.report('event-unknown', `No transition takes the event ${name}.`, place);
  }
  /** Ids and the prefixes of included parts; most charts wait for no such event. */
  let known: Set<string> | undefined;
  for (const { events, place } of tree.transitions) {
    for (const { prefix } of events ?? []) {
      const id = /^done\.state\.(.+)$/.exec(prefix)?.[1];
      if (id === undefined) continue;
      known ??= new Set([...chart.byId.keys()].flatMap(prefixes));
      if (known.has(id)) continue;
      reading.report('event-unknown', `${prefix} never occurs: there is no state ${id}.`, place);
    }
  }
}

/** Functions put into data that cannot be created again from the document. */
function warnClosures(chart: Chart, reading: Reading): void {
  for (const unit of chart.units) {
    const sources =
      unit.kind === 'assign' ? [unit.value] : unit.kind === 'data' ? unit.items.map((item) => item.value) : [];
    for (const source of sources) {
      if (source?.kind !== 'expression') continue;
      const { syntax, place } = source.expression;
      if (syntax === undefined || syntax.scopes.closures.length === 0 || !isNode(syntax.program)) continue;
      const closures = new Set(syntax.scopes.closures);
      if (!resultNodes(syntax.program).some((node) => closures.has(node))) continue;
      reading.report('data-not-serialisable', 'The value is or contains a closure.', place);
    }
  }
}

/** Nodes whose values are, or are part of, the value of a program. */
function resultNodes(program: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  const pending: AnyNode[] = childNodes(program);
  const add = (...nodes: unknown[]): void => {
    pending.push(...nodes.filter(isNode));
  };
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    found.push(node);
    switch (node.type) {
      case 'ExpressionStatement':
      case 'ParenthesizedExpression':
        add(node.expression);
        break;
      case 'SequenceExpression':
        add(childNodes(node).at(-1));
        break;
      case 'ConditionalExpression':
        add(node.consequent, node.alternate);
        break;
      case 'LogicalExpression':
      case 'ArrayExpression':
      case 'ObjectExpression':
        add(...childNodes(node));
        break;
      case 'Property':
        add(node.value);
        break;
      case 'CallExpression':
        add(...returned(node.callee));
        break;
      default:
    }
  }
  return found;
}

/** What a function that is called on the spot returns. */
function returned(callee: unknown): AnyNode[] {
  if (!isNode(callee)) return [];
  if (callee.type === 'ParenthesizedExpression') return returned(callee.expression);
  if (!/^(?:Arrow)?FunctionExpression$/.test(callee.type) || !isNode(callee.body)) return [];
  if (callee.body.type !== 'BlockStatement') return [callee.body];
  const results: AnyNode[] = [];
  const pending = childNodes(callee.body);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'ReturnStatement' && isNode(node.argument)) results.push(node.argument);
    else if (!/Function|Class/.test(node.type)) pending.push(...childNodes(node));
  }
  return results;
}
