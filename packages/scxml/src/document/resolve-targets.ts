import type { StateNode } from '../chart/chart.js';
import type { StateTree } from './read-states.js';
import type { Reading } from './reading.js';

/** Gives every transition the numbers of its targets and checks them. Returns the states by id. */
export function resolveTargets(tree: StateTree, reading: Reading): Map<string, number> {
  const byId = new Map<string, number>();
  for (const state of tree.states) {
    if (byId.has(state.id)) reading.report('id-duplicate', `The id ${state.id} occurs twice.`, state.place);
    else byId.set(state.id, state.index);
  }
  for (const { transition, targets, idPrefix } of tree.pending) {
    const resolved: number[] = [];
    for (const id of targets) {
      // Inside an included fragment an author may have left out the prefix.
      const index = byId.get(id) ?? (idPrefix === undefined ? undefined : byId.get(`${idPrefix}.${id}`));
      if (index === undefined) {
        reading.report('target-unknown', `There is no state ${id}.`, transition.place);
      } else {
        resolved.push(index);
      }
    }
    transition.targets = resolved.length > 1 ? [...new Set(resolved)] : resolved;
    checkRegions(transition.targets, tree.states, transition.place, reading);
  }
  for (const state of tree.states) checkInitial(state, tree.states, reading);
  return byId;
}

/** Targets of one transition must be able to be active together (SCXML 1.0, 3.5, "legal state specification"). */
function checkRegions(
  targets: readonly number[],
  states: readonly StateNode[],
  place: StateNode['place'],
  reading: Reading,
): void {
  if (targets.length < 2) return;
  // In document order the nearest common ancestor of any two is that of two neighbours between them.
  const ordered = [...targets].sort((a, b) => a - b);
  for (let i = 1; i < ordered.length; i += 1) {
    const a = states[ordered[i - 1] ?? 0];
    const b = states[ordered[i] ?? 0];
    if (a === undefined || b === undefined || commonAncestor(a, b, states)?.kind === 'parallel') continue;
    reading.report('target-conflict', `${a.id} and ${b.id} cannot be active together.`, place);
  }
}

function commonAncestor(a: StateNode, b: StateNode, states: readonly StateNode[]): StateNode | undefined {
  let at: StateNode | undefined = a;
  while (at !== undefined && !(at.index <= b.index && b.index <= at.last)) at = states[at.parent];
  return at;
}

function checkInitial(state: StateNode, states: readonly StateNode[], reading: Reading): void {
  const { initial, historyDefault } = state;
  for (const target of initial?.targets ?? []) {
    if (target <= state.index || target > state.last) {
      const message = `${states[target]?.id} is no descendant of ${state.id}.`;
      reading.report('initial-not-descendant', message, initial?.place ?? state.place);
    }
  }
  const parent = states[state.parent];
  for (const target of historyDefault?.targets ?? []) {
    if (parent !== undefined && (target <= parent.index || target > parent.last)) {
      const message = `${states[target]?.id} is no descendant of ${parent.id}.`;
      reading.report('history-default', message, historyDefault?.place ?? state.place);
    }
  }
}
