import type { Chart, StateKind, StateNode, Transition } from './chart.js';
import type { Instruction } from './instruction.js';

/** A chart as plain data, for drawing and for tools. */
export interface ChartObject {
  readonly name: string;
  readonly url: string;
  readonly dialect: 'w3c' | 'ors';
  readonly datamodel: 'ecmascript' | 'null';
  /** In document order; the first one is the root. */
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

export interface ChartState {
  readonly id: string;
  readonly kind: StateKind;
  /** Absent for the root. */
  readonly parent?: string;
  readonly children: readonly string[];
  /** Of histories. */
  readonly deep?: boolean;
  /** What is entered by default. */
  readonly initial?: readonly string[];
  /** Names of executable content, in order. */
  readonly onentry: readonly string[];
  readonly onexit: readonly string[];
  readonly invokes: number;
  readonly url: string;
  readonly line: number;
}

export interface ChartTransition {
  readonly source: string;
  readonly targets: readonly string[];
  readonly event?: string;
  readonly cond?: string;
  readonly internal: boolean;
  readonly content: readonly string[];
  readonly url: string;
  readonly line: number;
}

export function chartObject(chart: Chart): ChartObject {
  const id = (index: number): string => chart.states[index]?.id ?? '';
  return {
    name: chart.name,
    url: chart.url,
    dialect: chart.dialect,
    datamodel: chart.datamodel,
    states: chart.states.map((state) => describeState(state, id)),
    transitions: chart.states.flatMap((state) => {
      const own = state.historyDefault === undefined ? state.transitions : [state.historyDefault];
      return own.map((transition) => describeTransition(transition, id));
    }),
  };
}

function describeState(state: StateNode, id: (index: number) => string): ChartState {
  const { initial, place } = state;
  return {
    id: state.id,
    kind: state.kind,
    ...(state.parent < 0 ? {} : { parent: id(state.parent) }),
    children: [...state.children, ...state.histories].sort((a, b) => a - b).map(id),
    ...(state.kind === 'history' ? { deep: state.deep } : {}),
    ...(initial === undefined ? {} : { initial: initial.targets.map(id) }),
    onentry: state.onentry.flat().map(contentName),
    onexit: state.onexit.flat().map(contentName),
    invokes: state.invokes.length,
    url: place.url,
    line: place.line,
  };
}

function describeTransition(transition: Transition, id: (index: number) => string): ChartTransition {
  const { source, targets, eventText, condText, internal, content, place } = transition;
  return {
    source: id(source),
    targets: targets.map(id),
    ...(eventText === undefined ? {} : { event: eventText }),
    ...(condText === undefined ? {} : { cond: condText }),
    internal,
    content: content.map(contentName),
    url: place.url,
    line: place.line,
  };
}

function contentName(instruction: Instruction): string {
  return instruction.kind === 'action' ? instruction.name : instruction.place.element;
}
