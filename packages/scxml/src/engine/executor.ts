import type { ApplicationDefinition } from '../api/application.js';
import type { Effect } from '../api/effect.js';
import type { DeliverRequest, StartRequest, StepResult } from '../api/step.js';
import { SandboxLost } from '../datamodel/data-model.js';
import { GuestError } from '../datamodel/guest-realm.js';
import type { Watch } from '../datamodel/sandbox-realm.js';
import type { Diagnostic } from '../diagnostics.js';
import { DiagnosticList } from '../diagnostics.js';
import { type Session, SessionFailure } from '../interpreter/session.js';
import { takeSnapshot } from '../interpreter/snapshot.js';
import type { Limits } from '../limits.js';
import { type ApplicationInstance, type CompiledApplication, compileApplication, failedResult } from './application.js';
import { type InstanceHolder, OpenInstances } from './open-instances.js';

/** A session that this thread keeps between two steps. */
interface Resident {
  readonly session: Session;
  readonly instance: ApplicationInstance;
}

/** One application in this thread. */
interface Loaded extends InstanceHolder {
  readonly compiled: CompiledApplication | undefined;
  readonly diagnostics: Diagnostic[];
}

/**
 * Runs sessions in this thread, each step to its end. Sessions stay resident after a step, the least recently used are
 * dropped; a session that is not resident, or not at the expected step, is restored from the snapshot of the request.
 *
 * When memory runs out in a sandbox instance with other sessions in it, the step is repeated in a fresh instance: a
 * step is a function of its inputs, so the repetition does the same unless the other sessions were the cause.
 */
export class Executor {
  readonly #applications = new Map<string, Loaded>();
  readonly #residents = new Map<string, Resident>();
  readonly #shared: OpenInstances;
  /** Sessions with an instance of their own. */
  readonly #isolated = new Map<string, InstanceHolder>();
  readonly #alone: OpenInstances;

  constructor(
    private readonly limits: Partial<Limits> = {},
    watch?: Watch,
  ) {
    const closed = (holder: InstanceHolder, instance: ApplicationInstance) => this.#abandon(holder, instance);
    this.#shared = new OpenInstances(watch, closed);
    this.#alone = new OpenInstances(watch, closed);
  }

  /** Compiles the application and opens its instance. Idempotent per id. */
  async define(definition: ApplicationDefinition): Promise<Diagnostic[]> {
    const known = this.#applications.get(definition.id);
    if (known !== undefined) return known.diagnostics;
    const { compiled, diagnostics } = compileApplication(definition, this.limits);
    const loaded: Loaded = { compiled, diagnostics, instance: undefined };
    this.#applications.set(definition.id, loaded);
    if (compiled === undefined) return diagnostics;
    try {
      await this.#shared.use(loaded, compiled, compiled.limits.openApplications);
      return diagnostics;
    } catch (error) {
      if (!(error instanceof GuestError) && !(error instanceof SandboxLost)) throw error;
      const all = new DiagnosticList();
      const code = error instanceof GuestError ? 'prelude' : 'sandbox';
      all.add(code, error.message, { url: definition.main, line: 1, column: 1 });
      const broken: Loaded = {
        compiled: undefined,
        diagnostics: [...diagnostics, ...all.sorted()],
        instance: undefined,
      };
      this.#applications.set(definition.id, broken);
      return broken.diagnostics;
    }
  }

  isDefined(application: string): boolean {
    return this.#applications.has(application);
  }

  async start(request: StartRequest): Promise<StepResult> {
    this.forget(request.session);
    return this.#run(request.application, 1, (instance) => instance.start(request), request);
  }

  async deliver(request: DeliverRequest): Promise<StepResult> {
    const { session: id, snapshot, step } = request;
    return this.#run(
      request.application,
      step + 1,
      (instance, isRepetition) => {
        const resident = isRepetition ? undefined : this.#resident(id, step, instance);
        if (resident === undefined && snapshot === '') throw new SnapshotNeeded();
        const session = resident ?? instance.restore(snapshot, request);
        try {
          instance.deliver(session, request);
          return session;
        } catch (error) {
          this.#residents.delete(id);
          session.scope.dispose();
          throw withSession(error, session);
        }
      },
      request,
    );
  }

  /** Drops the resident copy of a session. */
  forget(session: string): void {
    this.#drop(session);
    this.#release(session);
  }

  #drop(id: string): void {
    const resident = this.#residents.get(id);
    if (resident === undefined) return;
    this.#residents.delete(id);
    resident.session.scope.dispose();
  }

  /** Closes the instance that a session has to itself. */
  #release(session: string): void {
    const holder = this.#isolated.get(session);
    if (holder === undefined) return;
    this.#isolated.delete(session);
    const closing = holder.instance;
    this.#alone.drop(holder);
    void closing?.then(({ model }) => model.dispose());
  }

  #isIsolated({ compiled }: Pick<ApplicationInstance, 'compiled'>): boolean {
    return compiled.definition.isolation === 'session';
  }

  close(): void {
    this.#shared.close();
    this.#alone.close();
    this.#isolated.clear();
    this.#residents.clear();
    this.#applications.clear();
  }

  #resident(id: string, step: number, instance: ApplicationInstance): Session | undefined {
    const resident = this.#residents.get(id);
    if (resident === undefined) return undefined;
    if (resident.instance === instance && resident.session.step === step) return resident.session;
    this.#drop(id);
    return undefined;
  }

  /** Who has the instance in which a session runs. */
  #holderOf(session: string, loaded: Loaded, compiled: CompiledApplication): InstanceHolder {
    if (!this.#isIsolated({ compiled })) return loaded;
    const known = this.#isolated.get(session);
    if (known !== undefined) return known;
    const holder: InstanceHolder = { instance: undefined, session };
    this.#isolated.set(session, holder);
    return holder;
  }

  #instance(holder: InstanceHolder, compiled: CompiledApplication): Promise<ApplicationInstance> {
    const { isolatedSessions, openApplications } = compiled.limits;
    return this.#isIsolated({ compiled })
      ? this.#alone.use(holder, compiled, isolatedSessions)
      : this.#shared.use(holder, compiled, openApplications);
  }

  /** Runs one step, if need be a second time in a fresh instance. */
  async #run(
    application: string,
    step: number,
    act: (instance: ApplicationInstance, isRepetition: boolean) => Session,
    request: Pick<StartRequest, 'trace' | 'session'>,
  ): Promise<StepResult> {
    const loaded = this.#applications.get(application);
    if (loaded === undefined) {
      return failedResult(step, new SessionFailure('application-unknown', `${application} is not defined.`), undefined);
    }
    const { compiled } = loaded;
    if (compiled === undefined) {
      return failedResult(step, new SessionFailure('application-invalid', `${application} has errors.`), undefined);
    }
    const holder = this.#holderOf(request.session, loaded, compiled);
    const result = await this.#attempt(holder, compiled, step, act, request);
    if (result.status !== 'running' && holder !== loaded)
      void holder.instance?.then((own) => this.#abandon(holder, own));
    return result;
  }

  async #attempt(
    holder: InstanceHolder,
    compiled: CompiledApplication,
    step: number,
    act: (instance: ApplicationInstance, isRepetition: boolean) => Session,
    request: Pick<StartRequest, 'trace'>,
  ): Promise<StepResult> {
    for (let attempt = 0; ; attempt += 1) {
      const instance = await this.#instance(holder, compiled);
      const isFirst = attempt === 0;
      try {
        const session = act(instance, !isFirst);
        if (instance.isUsable || !isFirst) return this.#finish(session, instance, holder, request);
        session.scope.dispose();
      } catch (error) {
        const { cause, session } = unwrap(error);
        const isLost = cause instanceof SandboxLost || !instance.isUsable;
        if (isLost) this.#abandon(holder, instance);
        if (!isLost || !isFirst) return failedResult(step, cause, session);
        continue;
      }
      this.#abandon(holder, instance);
    }
  }

  /** Makes the result of a step and keeps the session. */
  #finish(
    session: Session,
    instance: ApplicationInstance,
    holder: InstanceHolder,
    request: Pick<StartRequest, 'trace'>,
  ): StepResult {
    const { sessionId, step } = session;
    try {
      const result: StepResult = {
        status: session.isRunning ? 'running' : 'done',
        step,
        snapshot: '',
        configuration: session.isRunning ? session.activeIds() : session.finalConfiguration,
        effects: session.effects,
      };
      const { trace = false } = request;
      if (session.overruns > 0) result.overruns = session.overruns;
      if (trace !== false) result.microsteps = session.microsteps;
      if (trace === true || (trace === 'steps' && !session.isRunning)) result.data = session.scope.view();
      if (session.isRunning) {
        result.snapshot = this.#store(session);
        this.#keep(sessionId, { session, instance });
      } else {
        if (session.finalState !== undefined) result.finalState = session.finalState.id;
        if (session.doneData !== undefined) result.doneData = session.doneData;
        this.#residents.delete(sessionId);
        session.scope.dispose();
      }
      return result;
    } catch (error) {
      this.#residents.delete(sessionId);
      session.scope.dispose();
      return failedResult(step, error, session);
    } finally {
      if (!instance.isUsable) this.#abandon(holder, instance);
    }
  }

  /** Takes the snapshot; values that it cannot hold are reported once in the life of a session. */
  #store(session: Session): string {
    const wasReported = session.hasReportedUnsaved;
    const { text, unsaved } = takeSnapshot(session);
    if (unsaved.length > 0 && !wasReported) {
      session.hasReportedUnsaved = true;
      session.effects.push(unsavedReport(session, unsaved));
      return takeSnapshot(session).text;
    }
    return text;
  }

  #keep(id: string, resident: Resident): void {
    this.#residents.delete(id);
    this.#residents.set(id, resident);
    const { residentSessions } = resident.instance.compiled.limits;
    if (residentSessions > 0 && this.#residents.size > residentSessions) {
      const [oldest] = this.#residents.keys();
      if (oldest !== undefined) this.forget(oldest);
    }
  }

  /** Gives up an instance: its sessions are restored from their snapshots when they are next needed. */
  #abandon(holder: InstanceHolder, instance: ApplicationInstance): void {
    for (const [id, resident] of this.#residents) if (resident.instance === instance) this.#residents.delete(id);
    this.#shared.drop(holder);
    this.#alone.drop(holder);
    const { session } = holder;
    if (session !== undefined && this.#isolated.get(session) === holder) this.#isolated.delete(session);
    instance.model.dispose();
  }
}

/**
 * What a session hears of values that its snapshot cannot hold. Applications of the original end at any error event that
 * they do not know, so there it is a line in the log.
 */
function unsavedReport(session: Session, unsaved: readonly string[]): Effect {
  if (session.chart.dialect === 'ors') {
    const shown = unsaved.slice(0, 20).join(', ');
    return { kind: 'log', text: `These values cannot be stored completely with the session: ${shown}`, level: 2 };
  }
  return {
    kind: 'send',
    sendId: session.nextId(),
    event: { name: 'error.platform.snapshot', type: 'platform', data: { unsaved: [...unsaved] } },
    delayMs: 0,
    line: 1,
  };
}

/** The request came without snapshot, but the session is not resident, or its step has to be repeated from one. */
export class SnapshotNeeded extends Error {}

/** Carries the session out of a failed step, for its configuration and its log. */
class FailedStep extends Error {
  constructor(
    override readonly cause: unknown,
    readonly session: Session,
  ) {
    super('The step failed.');
  }
}

function withSession(error: unknown, session: Session): FailedStep {
  return new FailedStep(error, session);
}

function unwrap(error: unknown): { cause: unknown; session: Session | undefined } {
  return error instanceof FailedStep ? error : { cause: error, session: undefined };
}
