import { type DataChange, dataChanges, type MicrostepTrace, SessionPool, type StepResult } from '@ringback/scxml';
import { type Clock, type JsonObject, type JsonValue, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { applicationId, type FlowLibrary } from './flow-library.js';
import { changedEnvironment, type Environment, engineEvent, platformParameters, withTenant } from './session-event.js';
import { type InputRow, READ_INPUTS, type SessionContent } from './session-records.js';

/** Longer sessions are not repeated. */
const MOST_STEPS = 5_000;
/** An application may be slow; who looks at it waits so long at most. */
const LONGEST_MS = 20_000;
/** Sessions whose repetition is kept while somebody steps through them. */
const KEPT = 2;

/** A session as it stood after one of its steps. */
export interface StepPicture {
  configuration: string[];
  data: JsonValue;
  /** What the step changed in the data. */
  changes: DataChange[];
  microsteps: MicrostepTrace[];
}

/**
 * Looks back: repeats a session from what its history says that it consumed, in an engine thread of its own, without
 * touching anything outside. A step is a function of its inputs, so that each is as it was.
 */
export class SessionReplay {
  #pool: SessionPool | undefined;
  readonly #defined = new Set<string>();
  /** By session and number of steps, the last used one last. */
  readonly #kept = new Map<string, Promise<StepPicture[]>>();

  constructor(
    private readonly database: Database,
    private readonly flows: FlowLibrary,
    private readonly clock: Clock,
    /** As of the host's own engine: 0 runs in this thread. */
    private readonly workers: 0 | 1,
  ) {}

  /**
   * @param step from 1
   * @throws RingbackError `history-incomplete` when the steps are not all there, `replay-too-long`
   */
  async picture(session: SessionContent, step: number): Promise<StepPicture | undefined> {
    const key = `${session.id}:${session.step}`;
    const pictures = this.#kept.get(key) ?? this.#repeat(session);
    this.#kept.delete(key);
    this.#kept.set(key, pictures);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return (await pictures)[step - 1];
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#kept.clear();
    await this.#pool?.close();
  }

  async #repeat(session: SessionContent): Promise<StepPicture[]> {
    const inputs = await this.database.query<InputRow>(READ_INPUTS, [session.id, MOST_STEPS]);
    const isWhole = inputs.length === Math.min(session.step, MOST_STEPS) && inputs[0]?.step === 1;
    if (!isWhole || session.step > MOST_STEPS) {
      throw new RingbackError(
        'history-incomplete',
        `Session ${session.id} cannot be repeated: ${inputs.length} of its ${session.step} steps are kept.`,
      );
    }
    const pool = await this.#ready(session);
    const until = this.clock.now() + LONGEST_MS;
    const pictures: StepPicture[] = [];
    // The first step says what the session saw at its start.
    let environment = (inputs[0]?.input.environment ?? {}) as unknown as Environment;
    let last: StepResult | undefined;
    let before: JsonValue | undefined;
    for (const input of inputs) {
      if (this.clock.now() > until) {
        throw new RingbackError('replay-too-long', `Session ${session.id} takes too long to be repeated.`);
      }
      environment = changedEnvironment(environment, input.input.event?.model);
      last = await this.#step(pool, session, last, input, environment);
      environment = withTenant(environment, last.effects);
      const data = last.data ?? null;
      pictures.push({
        configuration: last.configuration,
        data,
        changes: dataChanges(before, data),
        microsteps: last.microsteps ?? [],
      });
      before = data;
      if (last.status !== 'running') break;
    }
    pool.forget(session.id);
    return pictures;
  }

  #step(
    pool: SessionPool,
    { id, flow, version, parameters, attributes, ors }: SessionContent,
    last: StepResult | undefined,
    { at, input }: InputRow,
    environment: Environment,
  ): Promise<StepResult> {
    const { event, answers, unreachable = [], name = attributes?.name ?? flow, ioprocessors } = input;
    // An environment consists of JSON values only.
    const seen = { ...environment, ...(answers && { answers }) } as unknown as JsonObject;
    const application = applicationId(flow, version);
    const common = { session: id, application, now: at, environment: seen, unreachable, trace: true };
    if (!event || !last) {
      // As it was given to the engine at the start.
      const processors = ioprocessors as Record<string, { location: string }> | undefined;
      const all = ors ? { ...platformParameters(environment), ...parameters } : parameters;
      return pool.start({ ...common, name, parameters: all, ...(processors && { ioprocessors: processors }) });
    }
    const { step, snapshot } = last;
    return pool.deliver({ ...common, step, snapshot, event: engineEvent(event), ...(event.end && { cancel: true }) });
  }

  async #ready({ flow, version }: SessionContent): Promise<SessionPool> {
    this.#pool ??= new SessionPool({ workers: this.workers });
    const id = applicationId(flow, version);
    if (this.#defined.has(id)) return this.#pool;
    const definition = await this.flows.definition(flow, version);
    if (!definition) {
      throw new RingbackError('history-incomplete', `The documents of flow '${flow}', version ${version}, are gone.`);
    }
    await this.#pool.define(definition);
    this.#defined.add(id);
    return this.#pool;
  }
}
