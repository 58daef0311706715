import type { OutboundErrorCode } from '../errors.js';

/**
 * The life of a campaign group: a pure table (reference 002, `GSW_CM_AttrGroupCampStatus`; spec outbound.md 7).
 *
 * Who drives it: whoever may operate campaigns (applications on CommDNs, HTTP, the console, sequences, auto-completion),
 * the dialer (`drained`: the last call or record of a group that is being unloaded is done), and what the group depends
 * on (`lost`, `back`: its configuration, the database).
 */
export const GROUP_STATUSES = {
  NotLoaded: 0,
  WaitingUnload: 1,
  UnloadInProgress: 2,
  Inactive: 3,
  Active: 4,
  Running: 5,
} as const;

export type GroupStatus = keyof typeof GROUP_STATUSES;

/**
 * - NotLoaded: nothing is in memory.
 * - Active: loaded, not dialing. Running: dialing.
 * - Inactive: loaded, but something that it needs is not there; `ActiveLater`, `RunningLater`: what it will be again.
 * - WaitingUnload: calls or records of agents are still to be finished. UnloadInProgress: buffers are written back.
 */
export const GROUP_STATES = [
  'NotLoaded',
  'ActiveLater',
  'RunningLater',
  'Active',
  'Running',
  'WaitingUnload',
  'UnloadInProgress',
] as const;

export type GroupState = (typeof GROUP_STATES)[number];

export const GROUP_INPUTS = [
  'load',
  'load-inactive',
  'start',
  'stop',
  'set-mode',
  'unload',
  'unload-later',
  'drained',
  'written-back',
  'force-unload',
  'lost',
  'back',
] as const;

/**
 * `load-inactive`: something that the group needs is not there. `unload-later`: calls or records are outstanding, as the dialer has said when it was told to begin with unloading.
 * `written-back`: the records that were in the buffer are in the list again.
 */
export type GroupInput = (typeof GROUP_INPUTS)[number];

/** What everybody is told, in this order. */
export type GroupMessage = 'loaded' | 'unloaded' | 'started' | 'stopped' | 'mode-changed' | 'status';

/** What the dialer is told, in the transaction that stores the state. */
export type DialerOrder = 'load' | 'start' | 'stop' | 'change' | 'force-unload';

export interface GroupStep {
  readonly to: GroupState;
  readonly messages: readonly GroupMessage[];
  readonly orders: readonly DialerOrder[];
}

/** `same`: nothing happens; `stop-first`: as if `stop` had come before it; a code: the input is refused. */
type Cell = GroupStep | 'same' | 'stop-first' | OutboundErrorCode;

function step(to: GroupState, messages: readonly GroupMessage[] = [], orders: readonly DialerOrder[] = []): GroupStep {
  return { to, messages, orders };
}

const NOT_LOADED = 'campaign-not-loaded';
const LOADED = 'campaign-already-loaded';
const NOT_STARTED = 'campaign-not-started';
const STARTED = 'campaign-already-started';
const UNUSABLE = 'wrong-configuration';
const FIRST = 'stop-first';
const FORCED = step('UnloadInProgress', [], ['force-unload']);

/** Cells in the order of `GROUP_STATES`. */
function row(...[notLoaded, activeLater, runningLater, active, running, waiting, unloading]: Row): Row {
  return [notLoaded, activeLater, runningLater, active, running, waiting, unloading];
}
type Row = [Cell, Cell, Cell, Cell, Cell, Cell, Cell];

const load = step('Active', ['loaded'], ['load']);
const loadInactive = step('ActiveLater', ['loaded'], ['load']);
const gone = step('UnloadInProgress');
const waits = step('WaitingUnload', ['status']);

// biome-ignore format: a table
const TABLE: Record<GroupInput, Row> = {
  //                    NotLoaded     ActiveLater  RunningLater                  Active       Running              WaitingUnload UnloadInProgress
  load:            row(load,          LOADED,      LOADED,                       LOADED,      LOADED,              LOADED,       LOADED),
  'load-inactive': row(loadInactive,  LOADED,      LOADED,                       LOADED,      LOADED,              LOADED,       LOADED),
  start:           row(NOT_LOADED,    UNUSABLE,    STARTED,                      step('Running', ['started'], ['start']), STARTED, NOT_LOADED, NOT_LOADED),
  stop:            row(NOT_LOADED,    NOT_STARTED, step('ActiveLater', ['stopped']), NOT_STARTED, step('Active', ['stopped'], ['stop']), NOT_STARTED, NOT_STARTED),
  'set-mode':      row(NOT_LOADED,    NOT_STARTED, step('RunningLater', ['mode-changed'], ['change']), NOT_STARTED, step('Running', ['mode-changed'], ['change']), NOT_LOADED, NOT_LOADED),
  unload:          row(NOT_LOADED,    gone,        FIRST,                        gone,        FIRST,               'same',       'same'),
  'unload-later':  row(NOT_LOADED,    waits,       FIRST,                        waits,       FIRST,               'same',       'same'),
  drained:         row('same',        'same',      'same',                       'same',      'same',              step('UnloadInProgress', ['status']), 'same'),
  'written-back':  row('same',        'same',      'same',                       'same',      'same',              'same',       step('NotLoaded', ['unloaded'])),
  'force-unload':  row(NOT_LOADED,    FORCED,      FORCED,                       FORCED,      FORCED,              FORCED,       FORCED),
  lost:            row('same',        'same',      'same',                       step('ActiveLater', ['status']), step('RunningLater', ['status'], ['stop']), 'same', 'same'),
  back:            row('same',        step('Active', ['status']), step('Running', ['status'], ['start']), 'same', 'same', 'same',    'same'),
};

/** The steps that an input takes from a state, none when nothing happens; or the code of the refusal. */
export function groupSteps(state: GroupState, input: GroupInput): readonly GroupStep[] | OutboundErrorCode {
  const cell = cellOf(state, input);
  if (cell === 'same') return [];
  if (cell !== 'stop-first') return typeof cell === 'string' ? cell : [cell];
  const stopped = groupSteps(state, 'stop');
  const last = typeof stopped === 'string' ? undefined : stopped.at(-1);
  const rest = last && groupSteps(last.to, input);
  return typeof stopped === 'string' || typeof rest === 'string'
    ? 'campaign-not-started'
    : [...stopped, ...(rest ?? [])];
}

function cellOf(state: GroupState, input: GroupInput): Cell {
  // Each row has a cell for every state.
  return TABLE[input][GROUP_STATES.indexOf(state)] as Cell;
}

/** The status that clients see. */
export function statusOf(state: GroupState): GroupStatus {
  return state === 'ActiveLater' || state === 'RunningLater' ? 'Inactive' : state;
}

/** `GSW_CM_AttrGroupCampStatus`. */
export function statusNumber(status: GroupStatus): number {
  return GROUP_STATUSES[status];
}

/** True while the group dials, or would if everything were there. */
export function isStarted(state: GroupState): boolean {
  return state === 'Running' || state === 'RunningLater';
}
