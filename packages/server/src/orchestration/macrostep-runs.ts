import type { SessionPool, StepResult } from '@ringback/scxml';
import { type Clock, type JsonObject, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { BASIC_HTTP_PROCESSOR } from './basic-http-sends.js';
import type { PerformanceCounters } from './counters.js';
import { applicationId, type FlowLibrary } from './flow-library.js';
import { type Answers, lookUp, withAnswers } from './lookups.js';
import { type Macrostep, subjectOf } from './macrostep.js';
import type { ModuleRegistry } from './module-registry.js';
import { changedEnvironment, type Environment, engineEvent, platformParameters, withTenant } from './session-event.js';
import type { TurnRow } from './session-statements.js';
import type { Suspensions } from './suspensions.js';
import { unreachableTargets } from './unreachable-targets.js';

/** Runs macrosteps in the engine, with what the server has to tell it; nothing is stored here. */
export class MacrostepRuns {
  readonly #defined = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: {
      database: Database;
      pool: SessionPool;
      flows: FlowLibrary;
      suspensions: Suspensions;
      clock: Clock;
      counters: PerformanceCounters;
      locationOf: (session: string) => string;
    },
    private readonly modules: ModuleRegistry,
  ) {}

  /**
   * Runs the macrostep that consumes the turn's message, or the first one of its session.
   * @param isHopeless what it asks for could not be stored, again and again: the session fails instead
   * @param now when it runs, milliseconds since 1970
   */
  async run(turn: TurnRow, isHopeless: boolean, now = this.parts.clock.now()): Promise<Macrostep> {
    const { pool, counters, database } = this.parts;
    const event = turn.step > 0 ? turn.event : null;
    const environment = changedEnvironment(turn.environment, event?.model);
    if (isHopeless) return { turn, event, environment, result: givenUp(turn), now };
    const application = applicationId(turn.flow, turn.version);
    await this.#define(turn.flow, turn.version);
    const name = turn.attributes.name ?? turn.flow;
    const location = this.parts.locationOf(turn.id);
    const ioprocessors = { basichttp: { location }, [BASIC_HTTP_PROCESSOR]: { location } };
    let given: Answers = {};
    let unreachable: string[] = [];
    const run = (answers: Answers): Promise<StepResult> => {
      const hasAnswers = Object.keys(answers).length > 0;
      if (hasAnswers || unreachable.length > 0) pool.forget(turn.id);
      given = { ...answers };
      const seen = hasAnswers ? { ...toJson(environment), answers } : toJson(environment);
      const common = { session: turn.id, application, now, environment: seen, unreachable, trace: 'steps' as const };
      if (!event) {
        const parameters = turn.ors ? { ...platformParameters(environment), ...turn.parameters } : turn.parameters;
        return pool.start({ ...common, name, parameters, ioprocessors });
      }
      const position = { step: turn.step, snapshot: turn.snapshot };
      return event.end
        ? pool.deliver({ ...common, ...position, cancel: true, event: engineEvent(event) })
        : pool.deliver({ ...common, ...position, event: engineEvent(event) });
    };
    const { modules } = this;
    const answered = () =>
      withAnswers(run, (operation, args) =>
        counters.timeFunction(operation, () => lookUp(modules, subjectOf(turn), operation, args, now)),
      );
    let result = await answered();
    unreachable = await unreachableTargets(database, turn, result);
    if (unreachable.length > 0) result = await answered();
    this.parts.suspensions.note(turn.flow, turn.version, result);
    const input = {
      ...(!event && { name, environment: toJson(environment), ioprocessors }),
      ...(Object.keys(given).length > 0 && { answers: given }),
      ...(unreachable.length > 0 && { unreachable }),
    };
    return { turn, event, environment: withTenant(environment, result.effects), input, result, now };
  }

  /** Makes the engine ready for a flow, so that its first session need not wait for that. */
  async prepare(flow: string): Promise<void> {
    const latest = await this.parts.flows.latest(flow);
    if (latest) await this.#define(latest.flow, latest.version);
  }

  /** Gives the engine a version of a flow, once per process. */
  #define(flow: string, version: number): Promise<void> {
    const id = applicationId(flow, version);
    const known = this.#defined.get(id);
    if (known) return known;
    const { counters, pool } = this.parts;
    const defining = (async () => {
      const definition = await this.parts.flows.definition(flow, version);
      if (!definition) throw new RingbackError('unknown-flow', `There is no version ${version} of flow '${flow}'.`);
      await counters.time('document-processing-time', () => pool.define(definition));
    })();
    this.#defined.set(id, defining);
    defining.catch(() => this.#defined.delete(id));
    return defining;
  }
}

/** The end of a session whose next macrostep can be run, but never be stored. */
function givenUp(turn: TurnRow): StepResult {
  const message = `Its macrostep ${turn.step + 1} could not be stored; the server's log says why.`;
  return {
    status: 'failed',
    step: turn.step + 1,
    snapshot: '',
    configuration: [],
    effects: [],
    failure: { reason: 'snapshot', message },
  };
}

/** An environment consists of JSON values only; the engine takes it as such. */
function toJson(environment: Environment): JsonObject {
  return { session: environment.session, ixn: { ...environment.ixn } };
}
