import type { ChartObject, ChartState, ChartTransition } from '../chart/chart-object.js';

/** A state with its place on the drawing. `x` and `y` are absolute. */
export interface Box {
  readonly state: ChartState;
  /** Lines below the title: what happens on entry and exit, and where its transitions lead. */
  readonly notes: readonly string[];
  readonly children: Box[];
  x: number;
  y: number;
  width: number;
  height: number;
}

const characterWidth = 6.4;
const titleHeight = 26;
const lineHeight = 16;
const padding = 18;
/** Room between states for arrows. */
const columnGap = 70;
const rowGap = 28;
const smallSize = 22;

/** Widest that a column of a compound state's children gets before it continues beside itself. */
const rowsPerColumn = 6;

/**
 * Places the states of a chart: children of a compound in columns by their distance from its initial state, regions of
 * a parallel state one below the other.
 */
export function layOut(chart: ChartObject): Box {
  const byId = new Map(chart.states.map((state) => [state.id, state]));
  const parents = new Map(chart.states.map(({ id, parent }) => [id, parent]));
  /** For each state, which of its siblings its transitions, or those of its descendants, lead to. */
  const leads = new Map<string, Set<string>>();
  for (const { source, targets } of chart.transitions) {
    for (const target of targets) noteLead(source, target, parents, leads);
  }
  const root = chart.states[0];
  if (root === undefined) throw new RangeError('The chart has no states.');
  const outgoing = new Map<string, ChartTransition[]>();
  for (const transition of chart.transitions) {
    const known = outgoing.get(transition.source);
    if (known === undefined) outgoing.set(transition.source, [transition]);
    else known.push(transition);
  }
  const box = build(root, { byId, leads, outgoing });
  move(box, 0, 0);
  return box;
}

function noteLead(
  source: string,
  target: string,
  parents: ReadonlyMap<string, string | undefined>,
  leads: Map<string, Set<string>>,
): void {
  const path = (id: string): string[] => {
    const ids: string[] = [];
    for (let at: string | undefined = id; at !== undefined; at = parents.get(at)) ids.unshift(at);
    return ids;
  };
  const from = path(source);
  const to = path(target);
  let depth = 0;
  while (depth < from.length && depth < to.length && from[depth] === to[depth]) depth += 1;
  const [a, b] = [from[depth], to[depth]];
  if (a === undefined || b === undefined) return;
  const known = leads.get(a) ?? new Set();
  known.add(b);
  leads.set(a, known);
}

interface Plan {
  readonly byId: ReadonlyMap<string, ChartState>;
  readonly leads: ReadonlyMap<string, ReadonlySet<string>>;
  readonly outgoing: ReadonlyMap<string, readonly ChartTransition[]>;
}

function build(state: ChartState, plan: Plan): Box {
  const children = state.children.flatMap((id) => {
    const child = plan.byId.get(id);
    return child === undefined ? [] : [build(child, plan)];
  });
  const notes = state.kind === 'history' ? [] : notesOf(state, plan.outgoing.get(state.id) ?? []);
  const box: Box = { state, notes, children, x: 0, y: 0, width: 0, height: 0 };
  if (state.kind === 'history') {
    box.width = smallSize;
    box.height = smallSize;
    return box;
  }
  const top = titleHeight + notes.length * lineHeight;
  const own = Math.max(titleWidth(state.id), ...notes.map(titleWidth));
  const inner = state.kind === 'parallel' ? stack(children, top) : columns(state, children, plan.leads, top);
  box.width = Math.max(own, inner.width);
  box.height = Math.max(top + 8, inner.height);
  if (state.kind === 'parallel')
    for (const child of children) child.width = Math.max(child.width, box.width - 2 * padding);
  return box;
}

function titleWidth(text: string): number {
  return Math.max(70, text.length * characterWidth + 2 * padding);
}

function notesOf(state: ChartState, transitions: readonly ChartTransition[]): string[] {
  const lines: string[] = [];
  if (state.onentry.length > 0) lines.push(`entry / ${summary(state.onentry)}`);
  if (state.onexit.length > 0) lines.push(`exit / ${summary(state.onexit)}`);
  if (state.invokes > 0) lines.push(state.invokes > 1 ? `invokes ${state.invokes}` : 'invokes 1');
  return [...lines, ...transitions.map(transitionNote)];
}

function transitionNote({ event, cond, targets, content }: ChartTransition): string {
  const guard = cond === undefined ? '' : ` [${shorten(cond, 30)}]`;
  const target = targets.length === 0 ? ` / ${summary(content)}` : ` \u2192 ${targets.join(' ')}`;
  return `${shorten(event ?? '', 36)}${guard}${target}`.trim();
}

function shorten(text: string, length: number): string {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > length ? `${flat.slice(0, length - 3)}...` : flat;
}

function summary(kinds: readonly string[]): string {
  return kinds.length > 3 ? `${kinds.slice(0, 3).join(', ')} ...` : kinds.join(', ');
}

function stack(children: readonly Box[], top: number): { width: number; height: number } {
  let y = top + padding / 2;
  let width = 0;
  for (const child of children) {
    child.x = padding;
    child.y = y;
    y += child.height + padding;
    width = Math.max(width, child.width);
  }
  return { width: width + 2 * padding, height: y };
}

function columns(
  state: ChartState,
  children: readonly Box[],
  leads: ReadonlyMap<string, ReadonlySet<string>>,
  top: number,
): { width: number; height: number } {
  if (children.length === 0) return { width: 0, height: 0 };
  let x = padding + (state.kind === 'scxml' ? smallSize : 0);
  let height = 0;
  for (const column of ranked(state, children, leads)) {
    let y = top + padding;
    let width = 0;
    for (const child of column) {
      child.x = x;
      child.y = y;
      y += child.height + rowGap;
      width = Math.max(width, child.width);
    }
    x += width + columnGap;
    height = Math.max(height, y - rowGap + padding);
  }
  return { width: x - columnGap + padding, height };
}

/** Children by distance from the initial ones; what cannot be reached comes last. */
function ranked(state: ChartState, children: readonly Box[], leads: ReadonlyMap<string, ReadonlySet<string>>): Box[][] {
  const waiting = new Map(children.map((child) => [child.state.id, child]));
  const isInitial = (child: Box): boolean =>
    (state.initial ?? []).some((id) => id === child.state.id || contains(child, id));
  let level = children.filter(isInitial);
  if (level.length === 0) level = children.slice(0, 1);
  const result: Box[][] = [];
  while (level.length > 0) {
    for (const child of level) waiting.delete(child.state.id);
    for (let i = 0; i < level.length; i += rowsPerColumn) result.push(level.slice(i, i + rowsPerColumn));
    const next = new Set(level.flatMap((child) => [...(leads.get(child.state.id) ?? [])]));
    level = [...waiting.values()].filter((child) => next.has(child.state.id));
    if (level.length === 0) level = [...waiting.values()].slice(0, rowsPerColumn);
  }
  return result;
}

function contains(box: Box, id: string): boolean {
  return box.children.some((child) => child.state.id === id || contains(child, id));
}

/** Turns places relative to the parent into absolute ones. */
function move(box: Box, x: number, y: number): void {
  box.x += x;
  box.y += y;
  for (const child of box.children) move(child, box.x, box.y);
}
