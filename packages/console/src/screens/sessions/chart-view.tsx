import '@xyflow/react/dist/style.css';
import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import { useMemo } from 'react';
import type { Chart, ChartTransition } from '../../api/sessions.js';
import { useLanguage } from '../../i18n/use-texts.js';
import { Failure } from '../../layout/failure.js';
import { layOut, type PlacedState, type PlacedTransition } from './chart-layout.js';
import classes from './chart-view.module.css';
import { type SaySessions, useSessionsTexts } from './use-sessions-texts.js';

interface Props {
  chart: Chart;
  /** Ids of the active states. */
  active: readonly string[];
  /** Transitions that the chosen step took. */
  taken: readonly ChartTransition[];
}

type StateNode = Node<{ state: PlacedState; isActive: boolean }, 'state'>;
type TransitionEdge = Edge<{ placed: PlacedTransition; isTaken: boolean }, 'transition'>;

const NODE_TYPES = { state: StateBox };
const EDGE_TYPES = { transition: TransitionLine };
/** Smaller than so, the names of states cannot be read. */
const SMALLEST = 0.15;

/** The chart of an application: states in their parents, active ones lit; moved and zoomed by pointer and keyboard. */
export function ChartView({ chart, active, taken }: Props) {
  const say = useSessionsTexts();
  const language = useLanguage();
  const scheme = useComputedColorScheme('light');
  const placed = useQuery({
    queryKey: ['chart-layout', language, chart],
    queryFn: () => layOut(chart, say),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is said depends on the language alone
  const nodes = useMemo(
    () => (placed.data?.states ?? []).map((state) => nodeOf(state, active, say)),
    [placed.data, active, language],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const edges = useMemo(
    () => (placed.data?.transitions ?? []).map((transition) => edgeOf(transition, taken, say)),
    [placed.data, taken, language],
  );
  if (placed.isPending) return <Skeleton h="100%" aria-label={say('drawing')} />;
  if (placed.isError) return <Failure what={say('notDrawn')} error={placed.error} retry={placed.refetch} />;
  return (
    <ReactFlow
      {...{ nodes, edges, nodeTypes: NODE_TYPES, edgeTypes: EDGE_TYPES, colorMode: scheme, minZoom: SMALLEST }}
      {...{ fitView: true, fitViewOptions: { padding: 0.06, maxZoom: 1.1 } }}
      {...{ nodesDraggable: false, nodesConnectable: false, edgesFocusable: false, elementsSelectable: false }}
      proOptions={{ hideAttribution: false }}
      ariaLabelConfig={{
        // States cannot be selected or moved, as the library would have it.
        'node.a11yDescription.default': say('chartKeys'),
        'node.a11yDescription.keyboardDisabled': say('chartKeys'),
        'edge.a11yDescription.default': '',
        'controls.ariaLabel': say('chartControls'),
        'controls.zoomIn.ariaLabel': say('zoomIn'),
        'controls.zoomOut.ariaLabel': say('zoomOut'),
        'controls.fitView.ariaLabel': say('fitChart'),
      }}
      aria-label={say('chartOf', { number: chart.states.length - 1, active: active.join(', ') })}
    >
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

const KINDS = ['state', 'parallel', 'final', 'history'] as const;

function nodeOf(state: PlacedState, active: readonly string[], say: SaySessions): StateNode {
  const known = KINDS.find((kind) => kind === state.kind);
  const kind = known === undefined ? state.kind : say(`kind-${known}`);
  const isActive = active.includes(state.id);
  return {
    ...{ id: state.id, type: 'state', position: { x: state.x, y: state.y }, data: { state, isActive } },
    ...{ width: state.width, height: state.height, focusable: state.kind !== 'initial' },
    ...(state.parent !== undefined && { parentId: state.parent }),
    ...(state.kind !== 'initial' && {
      ariaLabel: say(isActive ? 'chartActive' : 'chartState', { kind, id: state.id }),
    }),
  };
}

function edgeOf(placed: PlacedTransition, taken: readonly ChartTransition[], say: SaySessions): TransitionEdge {
  const isTaken = taken.some(
    ({ source, targets, event, line }) =>
      source === placed.source &&
      targets.includes(placed.target) &&
      event === placed.transition.event &&
      line === placed.transition.line,
  );
  return {
    ...{ id: placed.id, type: 'transition', source: placed.source, target: placed.target },
    ...{ data: { placed, isTaken }, zIndex: isTaken ? 3 : 1 },
    ariaLabel: say(placed.isInitial ? 'chartBegin' : 'chartEdge', { from: placed.source, to: placed.target }),
  };
}

function StateBox({ data: { state, isActive } }: NodeProps<StateNode>) {
  if (state.kind === 'initial') {
    return (
      <div className={classes.dot}>
        <Ends />
      </div>
    );
  }
  return (
    <div
      className={classes.state}
      data-kind={state.kind}
      data-compound={state.isCompound || undefined}
      data-active={isActive || undefined}
      data-state={state.id}
      translate="no"
    >
      <Ends />
      <span className={classes.name}>{state.id}</span>
      {state.notes.map((note) => (
        <span key={note} className={classes.note}>
          {note}
        </span>
      ))}
    </div>
  );
}

/** The library wants to know where edges begin and end; ours bring their own ways. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} className={classes.end ?? ''} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} className={classes.end ?? ''} isConnectable={false} />
    </>
  );
}

function TransitionLine({ id, data }: EdgeProps<TransitionEdge>) {
  if (!data) return null;
  const { placed, isTaken } = data;
  const path = placed.points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  const marker = `arrow-${id}`;
  return (
    <>
      <defs>
        <marker
          {...{ id: marker, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8 }}
          {...{ orient: 'auto', markerUnits: 'userSpaceOnUse' }}
        >
          <path d="M0 0 8 4 0 8z" className={classes.head} data-taken={isTaken || undefined} />
        </marker>
      </defs>
      <BaseEdge
        id={id}
        path={path}
        markerEnd={`url(#${CSS.escape(marker)})`}
        className={isTaken ? classes.taken : classes.line}
      />
      {placed.labelAt && (
        <EdgeLabelRenderer>
          <div
            className={classes.label}
            translate="no"
            data-taken={isTaken || undefined}
            style={{ transform: `translate(${placed.labelAt.x}px, ${placed.labelAt.y}px)` }}
          >
            {placed.label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
