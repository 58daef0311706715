import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { Refusal } from './refusal.js';
import { request, requestPage } from './request.js';

/** The states of an orchestration session. */
export const SESSION_STATES = ['scheduled', 'running', 'done', 'failed', 'terminated'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** A session in a list. Instants are milliseconds since 1970. */
export interface SessionSummary {
  id: string;
  flow: string;
  version: number;
  state: SessionState;
  /** Active states; at the end those of the end. */
  configuration: string[];
  reason?: string;
  startedAt: number;
  endedAt?: number;
  callback?: string;
  parent?: string;
  /** Macrosteps so far. */
  step: number;
}

/** One macrostep: what was consumed, what it changed, what it caused. */
export interface SessionStep {
  step: number;
  at: number;
  /** Name of the event; absent for the start. */
  event?: string;
  data: unknown;
  about: Members;
  exited: string[];
  entered: string[];
  caused: Members[];
}

export interface SessionDetail extends SessionSummary {
  data: unknown;
  parameters: unknown;
  queue: { at: number; event: string; data: unknown }[];
  timers: { sendId?: string; dueAt: number; event: string; data: unknown }[];
  actions: { requestId: string; action: string; module: string; since: number; waitsFor?: string }[];
  children: { id: string; flow: string; state: string }[];
  history: SessionStep[];
}

/** A state of the chart. */
export interface ChartState {
  id: string;
  kind: string;
  parent?: string;
  initial: string[];
  /** Names of what is executed on entry. */
  onentry: string[];
  invokes: number;
}

export interface ChartTransition {
  source: string;
  targets: string[];
  event?: string;
  cond?: string;
  line: number;
}

export interface Chart {
  states: ChartState[];
  transitions: ChartTransition[];
}

/** A session as it stood after one of its steps. */
export interface StepPicture {
  step: number;
  configuration: string[];
  data: unknown;
  changes: { path: string; before: unknown; after: unknown }[];
  /** Transitions that the step took. */
  taken: ChartTransition[];
}

export interface SessionFilter {
  state?: string;
  application?: string;
  minAge?: string;
  maxAge?: string;
}

const PAGE = 100;
/** How often what runs is read again, in milliseconds. */
const REFRESH_MS = 2_000;

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The member with its name, or nothing when it is absent. */
function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  // Computed names lose their type.
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}

function parseSession(members: Members): SessionSummary[] {
  const id = text(members, 'id');
  const state = SESSION_STATES.find((known) => known === members.state);
  const startedAt = instant(members, 'startedAt');
  if (id === undefined || state === undefined || startedAt === undefined) return [];
  return [
    {
      ...{ id, state, startedAt, flow: text(members, 'flow') ?? '', version: number(members, 'version') ?? 0 },
      ...{ configuration: strings(members.configuration), step: number(members, 'step') ?? 0 },
      ...optional('reason', text(members, 'reason')),
      ...optional('endedAt', instant(members, 'endedAt')),
      ...optional('callback', text(members, 'callback')),
      ...optional('parent', text(members, 'parent')),
    },
  ];
}

function parseStep(members: Members): SessionStep {
  return {
    ...{ step: number(members, 'step') ?? 0, at: instant(members, 'at') ?? 0, data: members.data },
    ...{ about: isObject(members.about) ? members.about : {}, caused: objects(members.caused) },
    ...{ exited: strings(members.exited), entered: strings(members.entered) },
    ...optional('event', text(members, 'event')),
  };
}

function parseDetail(members: Members): SessionDetail[] {
  return parseSession(members).map((summary) => ({
    ...summary,
    data: members.data,
    parameters: members.parameters,
    queue: objects(members.queue).map((one) => ({
      ...{ at: instant(one, 'at') ?? 0, event: text(one, 'event') ?? '', data: one.data },
    })),
    timers: objects(members.timers).map((one) => ({
      ...{ dueAt: instant(one, 'dueAt') ?? 0, event: text(one, 'event') ?? '', data: one.data },
      ...optional('sendId', text(one, 'sendId')),
    })),
    actions: objects(members.actions).map((one) => ({
      ...{ requestId: text(one, 'requestId') ?? '', action: text(one, 'action') ?? '' },
      ...{ module: text(one, 'module') ?? '', since: instant(one, 'since') ?? 0 },
      ...optional('waitsFor', text(one, 'waitsFor')),
    })),
    children: objects(members.children).map((one) => ({
      ...{ id: text(one, 'id') ?? '', flow: text(one, 'flow') ?? '', state: text(one, 'state') ?? '' },
    })),
    history: objects(members.history).map(parseStep),
  }));
}

function parseTransition(members: Members): ChartTransition {
  return {
    ...{ source: text(members, 'source') ?? '', targets: strings(members.targets), line: number(members, 'line') ?? 0 },
    ...optional('event', text(members, 'event')),
    ...optional('cond', text(members, 'cond')),
  };
}

export function parseChart(value: unknown): Chart {
  if (!isObject(value)) return { states: [], transitions: [] };
  return {
    states: objects(value.states).map((state) => ({
      ...{ id: text(state, 'id') ?? '', kind: text(state, 'kind') ?? 'state', initial: strings(state.initial) },
      ...{ onentry: strings(state.onentry), invokes: number(state, 'invokes') ?? 0 },
      ...optional('parent', text(state, 'parent')),
    })),
    transitions: objects(value.transitions).map(parseTransition),
  };
}

function parsePicture(value: unknown): StepPicture {
  const members = isObject(value) ? value : {};
  return {
    ...{ step: number(members, 'step') ?? 0, configuration: strings(members.configuration), data: members.data },
    changes: objects(members.changes).map((change) => ({
      path: Array.isArray(change.path) ? change.path.join('.') : '',
      before: change.before,
      after: change.after,
    })),
    taken: objects(members.microsteps).flatMap(({ transitions }) => objects(transitions).map(parseTransition)),
  };
}

/** Sessions, the newest first, page by page, from `GET /api/v1/sessions`. */
export function useSessions(filter: SessionFilter) {
  return useInfiniteQuery({
    queryKey: ['sessions', filter],
    initialPageParam: `/api/v1/sessions?${new URLSearchParams({ limit: String(PAGE), ...filter })}`,
    queryFn: async ({ pageParam, signal }) => {
      const { body, next } = await requestPage(pageParam, { signal });
      return { sessions: objects(body).flatMap(parseSession), next };
    },
    getNextPageParam: ({ next }) => next,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** The names of the flows that are stored. */
export function useFlowNames() {
  return useQuery({
    queryKey: ['flow-names'],
    queryFn: async ({ signal }) =>
      objects(await request('/api/v1/flows', { signal })).flatMap((flow) => text(flow, 'name') ?? []),
  });
}

/** Null when there is no such thing (or no longer). */
async function unlessAbsent<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

function pathOf(id: string): string {
  return `/api/v1/sessions/${encodeURIComponent(id)}`;
}

/** One session; read again while it runs. */
export function useSession(id: string) {
  return useQuery({
    queryKey: ['session', id],
    queryFn: async ({ signal }) => {
      const found = await unlessAbsent(request(pathOf(id), { signal }));
      return (isObject(found) ? parseDetail(found)[0] : undefined) ?? null;
    },
    refetchInterval: ({ state }) => (state.data && state.data.endedAt === undefined ? REFRESH_MS : false),
  });
}

/** The chart of the documents that a session runs; it never changes. */
export function useChart(id: string) {
  return useQuery({
    queryKey: ['chart', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const found = await unlessAbsent(request(`${pathOf(id)}/chart`, { signal }));
      return found === null ? null : parseChart(found);
    },
  });
}

/** The session after one of its steps; a step that has been made never changes. */
export function useStep(id: string, step: number | undefined) {
  return useQuery({
    queryKey: ['session-step', id, step],
    staleTime: Number.POSITIVE_INFINITY,
    enabled: step !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => parsePicture(await request(`${pathOf(id)}/steps/${step}`, { signal })),
  });
}
