import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk.bundled.js';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { Chart, ChartState, ChartTransition } from '../../api/sessions.js';
import type { SaySessions } from './use-sessions-texts.js';

/** A state with its place; coordinates are relative to its parent. */
export interface PlacedState {
  id: string;
  kind: string;
  parent?: string;
  x: number;
  y: number;
  width: number;
  height: number;
  isCompound: boolean;
  /** Events that it answers to without leaving, and what it does on entry. */
  notes: string[];
}

/** A transition with its way; coordinates are those of the whole drawing. */
export interface PlacedTransition {
  id: string;
  transition: ChartTransition;
  source: string;
  target: string;
  points: { x: number; y: number }[];
  label: string;
  labelAt?: { x: number; y: number };
  /** From the dot that marks where a compound state begins. */
  isInitial: boolean;
}

export interface PlacedChart {
  states: PlacedState[];
  transitions: PlacedTransition[];
}

const CHARACTER = 6.6;
const LINE = 15;
const LONGEST_LABEL = 34;
const MOST_NOTES = 3;
const PADDING = 14;
const HEADER = 30;
const DOT = 10;

const LAYOUT = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'POLYLINE',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

const elk = new ELK();

/** Places states in their parents and leads transitions around them. */
export async function layOut(chart: Chart, say: SaySessions): Promise<PlacedChart> {
  const root = chart.states.find(({ parent }) => parent === undefined);
  const inside = chart.states.filter((state) => state !== root);
  const children = new Map<string, ChartState[]>();
  for (const state of inside) {
    const parent = state.parent === root?.id ? '' : (state.parent ?? '');
    children.set(parent, [...(children.get(parent) ?? []), state]);
  }
  const known = new Set(inside.map(({ id }) => id));
  const edges = [...edgesOf(chart, known), ...initialEdges(chart, root, children)];
  const laid = await elk.layout({
    ...{ id: '', layoutOptions: LAYOUT },
    children: nodesOf('', children, chart, say),
    edges: edges.map(({ edge }) => edge),
  });
  const states: PlacedState[] = [];
  collect(laid, undefined, new Map(chart.states.map((state) => [state.id, state])), chart, states, say);
  const placed = new Map((laid.edges ?? []).map((edge) => [edge.id, edge]));
  return {
    states,
    transitions: edges.flatMap(({ edge, ...drawn }) => {
      const [section] = placed.get(edge.id)?.sections ?? [];
      if (!section) return [];
      const [label] = placed.get(edge.id)?.labels ?? [];
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      const labelAt = label?.x === undefined || label.y === undefined ? undefined : { x: label.x, y: label.y };
      return [{ id: edge.id, ...drawn, points, ...(labelAt && { labelAt }) }];
    }),
  };
}

interface Drawn {
  edge: ElkExtendedEdge;
  transition: ChartTransition;
  source: string;
  target: string;
  label: string;
  isInitial: boolean;
}

function edgesOf(chart: Chart, known: ReadonlySet<string>): Drawn[] {
  return chart.transitions.flatMap((transition, index) =>
    transition.targets
      .filter((target) => known.has(target) && known.has(transition.source))
      .map((target): Drawn => {
        const label = labelOf(transition);
        const labels = label === '' ? [] : [{ text: label, width: label.length * CHARACTER, height: LINE }];
        const id = `t${index}:${target}`;
        const edge = { id, sources: [transition.source], targets: [target], labels };
        return { edge, transition, source: transition.source, target, label, isInitial: false };
      }),
  );
}

/** Where compound states and the whole begin. */
function initialEdges(
  chart: Chart,
  root: ChartState | undefined,
  children: ReadonlyMap<string, readonly ChartState[]>,
): Drawn[] {
  return chart.states.flatMap((state) => {
    const key = state === root ? '' : state.id;
    const own = children.get(key) ?? [];
    const [target = own.find(({ kind }) => kind !== 'history')?.id] = state.initial;
    if (own.length < 2 || target === undefined || state.kind === 'parallel') return [];
    const source = dotOf(key);
    const edge = { id: `i:${key}`, sources: [source], targets: [target] };
    return [{ edge, transition: { source, targets: [target], line: 0 }, source, target, label: '', isInitial: true }];
  });
}

function dotOf(parent: string): string {
  return `initial of ${parent}`;
}

function nodesOf(
  parent: string,
  children: ReadonlyMap<string, readonly ChartState[]>,
  chart: Chart,
  say: SaySessions,
): ElkNode[] {
  const own = children.get(parent) ?? [];
  const isParallel = chart.states.some(({ id, kind }) => id === parent && kind === 'parallel');
  const dot = own.length < 2 || isParallel ? [] : [{ id: dotOf(parent), width: DOT, height: DOT }];
  return [
    ...dot,
    ...own.map((state): ElkNode => {
      const inner = nodesOf(state.id, children, chart, say);
      const notes = notesOf(state, chart, say);
      const width = Math.max(state.id.length * (CHARACTER + 0.8), ...notes.map((note) => note.length * CHARACTER)) + 24;
      const height = HEADER + notes.length * LINE + (notes.length > 0 ? 6 : 0);
      if (inner.length === 0) return { id: state.id, width: Math.max(54, width), height };
      return {
        id: state.id,
        children: inner,
        layoutOptions: {
          'elk.padding': `[top=${height + 8},left=${PADDING},bottom=${PADDING},right=${PADDING}]`,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${width},${height})`,
        },
      };
    }),
  ];
}

function collect(
  node: ElkNode,
  parent: string | undefined,
  known: ReadonlyMap<string, ChartState>,
  chart: Chart,
  states: PlacedState[],
  say: SaySessions,
): void {
  for (const child of node.children ?? []) {
    const state = known.get(child.id);
    states.push({
      ...{ id: child.id, kind: state?.kind ?? 'initial', isCompound: (child.children ?? []).length > 0 },
      ...{ x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? DOT, height: child.height ?? DOT },
      ...(parent !== undefined && { parent }),
      notes: state ? notesOf(state, chart, say) : [],
    });
    collect(child, child.id, known, chart, states, say);
  }
}

/** What a state does on entry, and what it answers to without going elsewhere. */
function notesOf(state: ChartState, chart: Chart, say: SaySessions): string[] {
  const entry = [...state.onentry, ...(state.invokes > 0 ? ['invoke'] : [])];
  const stays = chart.transitions
    .filter(({ source, targets }) => source === state.id && targets.length === 0)
    .map((transition) => {
      const event = labelOf(transition);
      return cut(event === '' ? say('onEntry') : say('onEvent', { event }));
    });
  const notes = [...(entry.length > 0 ? [cut(entry.join(', '))] : []), ...stays];
  return notes.length > MOST_NOTES
    ? [...notes.slice(0, MOST_NOTES - 1), say('moreNotes', { number: notes.length - MOST_NOTES + 1 })]
    : notes;
}

function labelOf({ event, cond }: ChartTransition): string {
  return cut([event ?? '', cond === undefined ? '' : `[${cond}]`].filter((part) => part !== '').join(' '));
}

function cut(text: string): string {
  return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
}
