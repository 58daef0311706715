import type { Chart, EntryPlan, StateNode, Transition } from '../chart/chart.js';
import type { Session } from './session.js';
import { effectiveTargets, transitionDomain } from './transition-domain.js';

/** The states to enter, in document order, and what comes with them. */
export interface EntrySet {
  readonly states: readonly number[];
  /** Entered by default: the content of their initial transition runs. */
  readonly defaults: ReadonlySet<number> | readonly number[];
  /** Parent of a history state that was entered by default, to that default transition. */
  readonly historyContent: ReadonlyMap<number, Transition> | undefined;
}

const nothing: EntrySet = { states: [], defaults: [], historyContent: undefined };

/** SCXML 1.0, Appendix D, computeEntrySet. Transitions without history are planned once per chart. */
export function entrySet(session: Session, transitions: readonly Transition[]): EntrySet {
  const [only, second] = transitions;
  if (only === undefined) return nothing;
  if (second === undefined) {
    const plan = entryPlan(session, only);
    if (plan !== null) return { states: plan.states, defaults: plan.defaults, historyContent: undefined };
  }
  const building = new EntrySetBuilder(session);
  for (const transition of transitions) building.addTransition(transition);
  return building.result();
}

function entryPlan(session: Session, transition: Transition): EntryPlan | null {
  if (transition.entry !== undefined) return transition.entry;
  const building = new EntrySetBuilder(session);
  building.addTransition(transition);
  const { states, defaults } = building.result();
  transition.entry = building.metHistory ? null : { states, defaults: [...defaults] };
  return transition.entry;
}

class EntrySetBuilder {
  readonly #chart: Chart;
  readonly #states = new Set<number>();
  /** The states and all of their ancestors. */
  readonly #covered = new Set<number>();
  readonly #defaults = new Set<number>();
  readonly #historyContent = new Map<number, Transition>();
  metHistory = false;

  constructor(private readonly session: Session) {
    this.#chart = session.chart;
  }

  result(): EntrySet {
    return {
      states: [...this.#states].sort((a, b) => a - b),
      defaults: this.#defaults,
      historyContent: this.#historyContent.size > 0 ? this.#historyContent : undefined,
    };
  }

  addTransition(transition: Transition): void {
    for (const target of transition.targets) this.#addDescendants(this.#state(target));
    const domain = transitionDomain(this.session, transition);
    for (const target of effectiveTargets(this.session, transition)) this.#addAncestors(this.#state(target), domain);
  }

  #state(index: number): StateNode {
    const state = this.#chart.states[index];
    if (state === undefined) throw new RangeError(`There is no state ${index}.`);
    return state;
  }

  #addDescendants(state: StateNode): void {
    if (state.kind === 'history') {
      this.#addHistory(state);
      return;
    }
    this.#add(state.index);
    if (state.kind === 'parallel') {
      this.#addRegions(state);
    } else if (state.children.length > 0 && state.kind === 'state') {
      this.#defaults.add(state.index);
      const targets = state.initial?.targets ?? [];
      for (const target of targets) this.#addDescendants(this.#state(target));
      for (const target of targets) this.#addAncestors(this.#state(target), state.index);
    }
  }

  #addHistory(history: StateNode): void {
    this.metHistory = true;
    const recorded = this.session.history.get(history.index);
    const targets = recorded ?? history.historyDefault?.targets ?? [];
    if (recorded === undefined && history.historyDefault !== undefined) {
      this.#historyContent.set(history.parent, history.historyDefault);
    }
    for (const target of targets) this.#addDescendants(this.#state(target));
    for (const target of targets) this.#addAncestors(this.#state(target), history.parent);
  }

  /** Adds what lies between a state and its ancestor, and the regions of parallel states on the way. */
  #addAncestors(state: StateNode, ancestor: number): void {
    for (let at = state.parent; at >= 0 && at !== ancestor; at = this.#state(at).parent) {
      const between = this.#state(at);
      if (between.kind === 'scxml') return;
      this.#add(at);
      if (between.kind === 'parallel') this.#addRegions(between);
    }
  }

  #addRegions(parallel: StateNode): void {
    for (const child of parallel.children) {
      const region = this.#state(child);
      if (!this.#covered.has(child)) this.#addDescendants(region);
    }
  }

  #add(index: number): void {
    this.#states.add(index);
    for (let at = index; at >= 0 && !this.#covered.has(at); at = this.#state(at).parent) this.#covered.add(at);
  }
}
