import { type Clock, instant, newSessionId, RingbackError } from '../kernel/index.js';
import type { Sql } from '../store/sql.js';
import { type ApplicationSource, flowNameIn } from './application-source.js';
import type { PerformanceCounters } from './counters.js';
import type { FlowLibrary } from './flow-library.js';
import type { Replies } from './replies.js';
import type { Environment, SessionEvent } from './session-event.js';
import type { SessionSettings } from './session-settings.js';
import type { NewSession, SessionStart } from './session-start.js';
import { CREATE_SESSION, CREATE_SESSIONS, type CreatedRow, SET_TIMER } from './session-statements.js';
import { asStored, jsonText } from './stored-json.js';
import type { Suspensions } from './suspensions.js';
import type { ReadTurn } from './turns.js';

/** What sessions are created with. */
export interface CreationParts {
  clock: Clock;
  replies: Replies;
  settings: SessionSettings;
  flows: FlowLibrary;
  /** Applications that are named by the addresses of their documents. */
  source: ApplicationSource;
  /** Versions that may not be started. */
  suspensions: Suspensions;
  counters: PerformanceCounters;
  /** The objects under `_genesys` that a new session sees. */
  environment: (session: string, request: SessionStart) => Environment;
}

/** Stores new sessions: rows, which whoever stored them has woken when they are committed. */
export class SessionCreation {
  constructor(
    private readonly parts: CreationParts,
    /** Who hears of what has been committed. */
    private readonly hears: { stored: (fresh: ReadTurn) => void; timerSet: (due: number) => void },
  ) {}

  /**
   * Stores a new session in the caller's transaction. The caller wakes it when that has committed.
   * @throws RingbackError `unknown-flow`, also for a version that is suspended
   */
  async start(sql: Sql, request: SessionStart): Promise<string> {
    const { clock, replies, settings } = this.parts;
    const { flow, version } = await this.#applicationOf(sql, request);
    this.parts.suspensions.check(flow, version);
    const id = request.id ?? this.newSessionId();
    const now = instant(clock.now());
    const startAt = (request.startAt ?? 0) > clock.now() ? request.startAt : undefined;
    if (startAt === undefined) this.parts.counters.ordered(id);
    const { startRequestId, startRequest: name = 'gms.start' } = request;
    const first = { name, data: request.parameters, ...(startRequestId !== undefined && { sendid: startRequestId }) };
    const environment = this.parts.environment(id, request);
    const [created] = await sql.query<CreatedRow>(CREATE_SESSION, [
      id,
      flow,
      version,
      jsonText(request.parameters),
      jsonText(environment),
      request.callback ?? null,
      request.service ?? null,
      request.parent?.session ?? null,
      request.parent?.invokeId ?? null,
      now,
      startAt === undefined ? 'running' : 'scheduled',
      settings.node(),
      startRequestId ?? null,
      startRequestId === undefined ? null : jsonText(first),
    ]);
    if (startRequestId !== undefined) afterCommit(sql, () => replies.expect(startRequestId));
    if (created?.created && startAt === undefined) {
      const fresh = freshTurn({ ...request, id, flow, version }, environment, created, first);
      afterCommit(sql, () => this.hears.stored(fresh));
    }
    if (startAt !== undefined) {
      await sql.query(SET_TIMER, [id, null, instant(startAt), id, null, null]);
      afterCommit(sql, () => this.hears.timerSet(startAt));
    }
    return id;
  }

  /**
   * Stores many new sessions in the caller's transaction, by one statement; each begins at once, without a request to
   * answer. The caller wakes them when that has committed.
   * @throws RingbackError `unknown-flow` for any of them, before anything is stored
   */
  async startAll(sql: Sql, requests: readonly NewSession[]): Promise<void> {
    const { clock, settings, suspensions } = this.parts;
    const applications = new Map<string, { flow: string; version: number }>();
    for (const request of requests) {
      if (applications.has(request.flow)) continue;
      const application = await this.#applicationOf(sql, request);
      suspensions.check(application.flow, application.version);
      applications.set(request.flow, application);
    }
    const rows = requests.map((request) => {
      const { id, parameters, callback = null, service = null } = request;
      const { flow, version } = applications.get(request.flow) ?? { flow: request.flow, version: 0 };
      return { id, flow, version, parameters, environment: this.parts.environment(id, request), callback, service };
    });
    await sql.query(CREATE_SESSIONS, [jsonText(rows), instant(clock.now()), settings.node()]);
  }

  /**
   * The version with which a session of an application would start now; what an address holds is fetched.
   * @throws RingbackError `unknown-flow` whatever the reason; its message says it
   */
  async resolve(application: string): Promise<{ flow: string; version: number }> {
    const found = await this.parts.source.find(application);
    if ('problem' in found) throw new RingbackError('unknown-flow', found.problem.message, found.problem.details);
    return found;
  }

  /** Whether an application can be run without fetching it first. */
  isAtHand(application: string): boolean {
    const { source } = this.parts;
    return !source.isAddress(application) || source.fresh(application) !== undefined;
  }

  /** An id for a session that is not stored yet. */
  newSessionId(): string {
    const { settings } = this.parts;
    return settings.idWithNode() ? `~${settings.node()}~${newSessionId()}` : newSessionId();
  }

  /** The version to start with; an address that must be fetched first is version 0. */
  async #applicationOf(sql: Sql, request: SessionStart): Promise<{ flow: string; version: number }> {
    const { flows, source } = this.parts;
    if (request.version !== undefined) return { flow: request.flow, version: request.version };
    if (source.isAddress(request.flow)) return source.fresh(request.flow) ?? { flow: request.flow, version: 0 };
    const name = flowNameIn(request.flow);
    const flow = await flows.latest(name, sql);
    if (!flow) throw new RingbackError('unknown-flow', `There is no flow '${name}'.`);
    return flow;
  }
}

/** What would be read of a session that has just been stored. */
function freshTurn(
  { id, flow, version, parameters, callback, service, parent }: SessionStart & { id: string; version: number },
  environment: Environment,
  { ors, attributes, message }: CreatedRow,
  event: SessionEvent,
): ReadTurn {
  const origin = { parent: parent?.session ?? null, invoke_id: parent?.invokeId ?? null };
  const about = { callback: callback ?? null, service: service ?? null, ...origin };
  const seen = { parameters: asStored(parameters), environment: asStored(environment) };
  const head = { ...{ id, flow, version, step: 0, snapshot: '' }, ...seen, ...about, ors, attributes };
  return { id, head, messages: message === null ? null : [{ id: message, event: asStored(event) }] };
}

/** With a transaction, when it has committed; otherwise what was to be stored is stored already. */
export function afterCommit(sql: Sql, run: () => void): void {
  if ('afterCommit' in sql && typeof sql.afterCommit === 'function') sql.afterCommit(run);
  else run();
}
