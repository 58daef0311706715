import { type ChartObject, describeChart, snapshotData } from '@ringback/scxml';
import { type Clock, instant, isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import type { FlowLibrary } from './flow-library.js';
import type { SessionEvent } from './session-event.js';
import {
  type ChildRow,
  type ListCondition,
  listSessions,
  type PendingRow,
  type QueuedRow,
  READ_CHILDREN,
  READ_PENDING,
  READ_QUEUE,
  READ_SESSION,
  READ_STEPS,
  READ_TIMERS,
  type SessionContent,
  type SessionRow,
  type StepRow,
  type TimerRow,
} from './session-records.js';
import type { SessionReplay, StepPicture } from './session-replay.js';

/** How long a session can be read after its end. */
const READABLE_MS = 3_600_000;
/** Steps, queued events, timers and the like are shown up to this number: of steps the latest. */
const MOST_SHOWN = 1_000;

/** A session as the administration API shows it (ruling on `GET /api/v1/sessions/{id}`). */
export interface SessionView {
  id: string;
  url: string | null;
  flow: string;
  version: number;
  state: string;
  configuration: string[];
  final: string | null;
  reason: string | null;
  startedAt: string;
  changedAt: string;
  endedAt: string | null;
  callback: string | null;
  service: string | null;
  parent: string | null;
  /** Macrosteps so far. */
  step: number;
}

/** One macrostep: what was consumed, what it changed, and what it caused. */
export interface HistoryEntry {
  step: number;
  at: string;
  /** Name of the event; null for the start. */
  event: string | null;
  data: JsonValue;
  /** What else the event said of itself: sendid, origin, invokeid ... */
  about: JsonObject;
  exited: JsonValue;
  entered: JsonValue;
  configuration: JsonValue;
  /** Sends, actions, invocations and log lines, in their order. */
  caused: JsonObject[];
}

export interface SessionDetail extends SessionView {
  data: JsonValue;
  parameters: JsonObject;
  doneData: JsonValue;
  invokeId: string | null;
  children: { id: string; flow: string; state: string; invokeId: string | null }[];
  /** Events that wait in the mailbox, the next one first. */
  queue: { at: string; event: string; data: JsonValue }[];
  /** Delayed events, the next one first. */
  timers: { sendId: string | null; dueAt: string; target: string; event: string; data: JsonValue }[];
  /** Actions that are not answered yet. */
  actions: { requestId: string; module: string; action: string; since: string; waitsFor: string | null }[];
  /** The latest 1,000 steps. */
  history: HistoryEntry[];
}

export interface SessionFilter {
  state?: string;
  /** The name of a flow. */
  application?: string;
  /** Started so many seconds ago at least, or at most. */
  minAgeSeconds?: number;
  maxAgeSeconds?: number;
  limit: number;
  /** The cursor: the last session of the page before. */
  before?: { startedAt: number; id: string };
}

/** Reads sessions for people: what runs, where each one stands, and what it did. */
export class SessionDirectory {
  readonly #charts = new Map<string, ChartObject>();

  constructor(
    private readonly database: Database,
    private readonly flows: FlowLibrary,
    private readonly replay: SessionReplay,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(filter: SessionFilter): Promise<SessionView[]> {
    const { state, application, minAgeSeconds, maxAgeSeconds, limit, before } = filter;
    const ago = (seconds: number, beyond = 0) => instant(Math.max(0, this.clock.now() - seconds * 1000 + beyond));
    const wanted: [ListCondition, ...string[]][] = [];
    if (state !== undefined) wanted.push(['state', state]);
    if (application !== undefined) wanted.push(['application', application]);
    if (maxAgeSeconds !== undefined) wanted.push(['since', ago(maxAgeSeconds)]);
    if (minAgeSeconds !== undefined) wanted.push(['until', ago(minAgeSeconds, 1)]);
    if (before) wanted.push(['before', instant(before.startedAt), before.id]);
    const list = listSessions(wanted.map(([condition]) => condition));
    const rows = await this.database.query<SessionRow>(list, [limit, ...wanted.flatMap(([, ...values]) => values)]);
    return rows.map(view);
  }

  /** One session with its data model, what it waits for, and its history; readable for an hour after its end. */
  async get(id: string): Promise<SessionDetail | undefined> {
    const row = await this.#read(id);
    if (!row) return undefined;
    const values = [id, MOST_SHOWN];
    const [steps, queue, timers, pending, children] = await Promise.all([
      this.database.query<StepRow>(READ_STEPS, values),
      this.database.query<QueuedRow>(READ_QUEUE, values),
      this.database.query<TimerRow>(READ_TIMERS, values),
      this.database.query<PendingRow>(READ_PENDING, values),
      this.database.query<ChildRow>(READ_CHILDREN, values),
    ]);
    return {
      ...view(row),
      data: dataOf(row),
      parameters: row.parameters,
      doneData: row.done_data,
      invokeId: row.invoke_id,
      children: children.map(({ invoke_id, ...child }) => ({ ...child, invokeId: invoke_id })),
      queue: queue.map(({ at, event }) => ({ at: instant(at), event: nameOf(event), data: event.data ?? null })),
      timers: timers.map(timerView),
      actions: pending.map(({ id: requestId, module, action, subject, created_at }) => ({
        ...{ requestId, module, action, since: instant(created_at), waitsFor: subject },
      })),
      history: steps.reverse().map(historyEntry),
    };
  }

  /** Where a session stands, without its history. */
  async current(id: string): Promise<{ view: SessionView; name: string; data: JsonObject } | undefined> {
    const row = await this.#read(id);
    if (!row) return undefined;
    const data = dataOf(row);
    // An object of JSON values is one.
    return {
      view: view(row),
      name: row.attributes?.name ?? row.flow,
      data: isObject(data) ? (data as JsonObject) : {},
    };
  }

  /** The chart of the documents that a session runs; undefined when there is no such session, or no documents yet. */
  async chart(id: string): Promise<ChartObject | undefined> {
    const row = await this.#read(id);
    if (!row) return undefined;
    const key = `${row.flow}@${row.version}`;
    const known = this.#charts.get(key);
    if (known) return known;
    const definition = await this.flows.definition(row.flow, row.version);
    const chart = definition && describeChart(definition).chart;
    if (!chart) return undefined;
    const [oldest] = this.#charts.keys();
    if (this.#charts.size >= MOST_CHARTS && oldest !== undefined) this.#charts.delete(oldest);
    this.#charts.set(key, chart);
    return chart;
  }

  /**
   * The session as it stood after one of its steps, found by repeating it from its history.
   * @throws RingbackError `history-incomplete`, `replay-too-long`
   */
  async step(id: string, step: number): Promise<(StepPicture & { step: number }) | undefined> {
    const row = await this.#read(id);
    if (!row || step < 1 || step > row.step) return undefined;
    const picture = await this.replay.picture(row, step);
    return picture && { step, ...picture };
  }

  async #read(id: string): Promise<SessionContent | undefined> {
    const [row] = await this.database.query<SessionContent>(READ_SESSION, [id]);
    const isGone = !row || (row.ended_at !== null && row.ended_at < this.clock.now() - READABLE_MS);
    return isGone ? undefined : row;
  }
}

const MOST_CHARTS = 16;

/** Before the first step there is only what the session was started with. */
function dataOf({ step, state, data, snapshot, parameters }: SessionContent): JsonValue {
  if (step === 0) return parameters;
  return state === 'running' ? snapshotData(snapshot) : (data ?? parameters);
}

function view(row: SessionRow): SessionView {
  return {
    id: row.id,
    url: row.main,
    flow: row.flow,
    version: row.version,
    state: row.state,
    configuration: row.configuration,
    final: row.final,
    reason: row.reason,
    startedAt: instant(row.started_at),
    changedAt: instant(row.changed_at),
    endedAt: row.ended_at === null ? null : instant(row.ended_at),
    callback: row.callback,
    service: row.service,
    parent: row.parent,
    step: row.step,
  };
}

function historyEntry({ step, at, input, caused, journaled }: StepRow): HistoryEntry {
  const { exited = [], entered = [], configuration = [] } = journaled ?? {};
  return {
    step,
    at: instant(at),
    event: input.event?.name ?? null,
    data: input.event?.data ?? null,
    about: aboutOf(input.event),
    exited,
    entered,
    configuration,
    caused,
  };
}

function aboutOf(event: SessionEvent | null): JsonObject {
  const { name: _name, data: _data, model: _model, end, ...about } = event ?? { name: '' };
  return { ...about, ...(end && { end: end.reason }) };
}

function timerView({ send_id, due_at, target, event, action }: TimerRow): SessionDetail['timers'][number] {
  const name = event ? nameOf(event) : (action?.name ?? 'start');
  return { sendId: send_id, dueAt: instant(due_at), target, event: name, data: event?.data ?? null };
}

function nameOf(event: SessionEvent): string {
  return event.end && isObject(event.end) ? `${event.name} (${event.end.reason})` : event.name;
}
