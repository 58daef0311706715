import type { ApplicationDefinition } from '../api/application.js';
import type { EventInput } from '../api/event.js';
import type { DeliverRequest, FailureReason, StartRequest, StepResult } from '../api/step.js';
import type { Chart } from '../chart/chart.js';
import { type DataModel, SandboxLost } from '../datamodel/data-model.js';
import { GuestError } from '../datamodel/guest-realm.js';
import { openModel } from '../datamodel/open-model.js';
import type { Watch } from '../datamodel/sandbox-realm.js';
import type { Diagnostic } from '../diagnostics.js';
import { readApplication } from '../document/read-application.js';
import { cancelSession, deliverEvent, startSession } from '../interpreter/macrostep.js';
import { Session, SessionFailure, type StepInputs } from '../interpreter/session.js';
import { admit, SessionEvent } from '../interpreter/session-event.js';
import { restoreSession } from '../interpreter/snapshot.js';
import { type Limits, withLimits } from '../limits.js';

/** A compiled application, ready to open instances. */
export interface CompiledApplication {
  readonly definition: ApplicationDefinition;
  readonly chart: Chart;
  readonly limits: Limits;
}

/** Compiles an application. Without `compiled` there is an error among the diagnostics. */
export function compileApplication(
  definition: ApplicationDefinition,
  limits?: Partial<Limits>,
): { compiled: CompiledApplication | undefined; diagnostics: Diagnostic[] } {
  const all = withLimits(limits, definition.limits);
  const { chart, diagnostics } = readApplication(definition, all);
  return { compiled: chart === undefined ? undefined : { definition, chart, limits: all }, diagnostics };
}

/**
 * An application with its data model opened in this thread: sessions run in it synchronously. When the sandbox is lost
 * or exhausted the instance is abandoned and its sessions are restored from their snapshots in a new one.
 */
export class ApplicationInstance {
  private constructor(
    readonly compiled: CompiledApplication,
    readonly model: DataModel,
  ) {}

  /** Throws `GuestError` if the prelude fails. */
  static async open(compiled: CompiledApplication, watch?: Watch): Promise<ApplicationInstance> {
    const model = await openModel(compiled.definition, compiled.chart, compiled.limits, watch);
    return new ApplicationInstance(compiled, model);
  }

  /** Bytes of memory outside this JavaScript heap. */
  get memoryBytes(): number {
    return this.model.memoryBytes;
  }

  get isUsable(): boolean {
    return !this.model.isExhausted;
  }

  /** A new session, run to its first stable configuration. */
  start(request: Omit<StartRequest, 'application'>): Session {
    const { compiled, model } = this;
    const own = `#_scxml_${request.session}`;
    const processors = { scxml: { location: own }, ...request.ioprocessors };
    const ioprocessors: Record<string, { location: string }> = {
      'http://www.w3.org/TR/scxml/#SCXMLEventProcessor': processors.scxml,
      ...processors,
    };
    const name = request.name ?? compiled.chart.name;
    const session = new Session(compiled.chart, model, compiled.limits, request.session, name, ioprocessors);
    try {
      startSession(session, request.parameters, inputs(request));
      return session;
    } catch (error) {
      session.scope.dispose();
      throw error;
    }
  }

  /** `request`: of the step that comes next. */
  restore(snapshot: string, request: Pick<DeliverRequest, 'now' | 'environment'>): Session {
    return restoreSession(snapshot, this.compiled.chart, this.model, this.compiled.limits, inputs(request));
  }

  /** Delivers one event, or cancels. */
  deliver(session: Session, request: Omit<DeliverRequest, 'application' | 'session' | 'step' | 'snapshot'>): void {
    if (request.cancel === true) cancelSession(session, request.event, inputs(request));
    else if (request.event !== undefined) deliverEvent(session, this.#admitted(request.event), inputs(request));
    else throw new TypeError('A delivery needs an event or cancel.');
  }

  /**
   * The event, or in its place an `error.platform` that says why it was refused: a sender must not be able to end a
   * session by the size of what it sends.
   */
  #admitted(event: EventInput): SessionEvent {
    const { chart, limits } = this.compiled;
    const admission = admit(event.data, limits);
    if ('dataText' in admission) return new SessionEvent(event, chart.dialect, admission.dataText);
    const data = { reason: admission.refusal, event: event.name };
    return new SessionEvent({ name: 'error.platform', type: 'platform', data }, chart.dialect);
  }
}

function inputs(request: Pick<DeliverRequest, 'now' | 'environment' | 'trace' | 'unreachable'>): StepInputs {
  const { now, environment = null, trace = false, unreachable = [] } = request;
  return { now, environment, trace: trace !== false, unreachable };
}

/** Outside of evaluations guest code only runs to store, restore and show a session. */
function guestFailure({ overrun }: GuestError): FailureReason {
  return overrun === 'memory' || overrun === 'timeout' ? overrun : 'snapshot';
}

/** The result of a session that ended because of an error. Log effects are kept, because they may tell why. */
export function failedResult(step: number, error: unknown, session: Session | undefined): StepResult {
  const failure =
    error instanceof SessionFailure
      ? { reason: error.reason, message: error.message }
      : error instanceof SandboxLost
        ? { reason: error.reason === 'memory' ? ('memory' as const) : ('sandbox' as const), message: error.message }
        : error instanceof GuestError
          ? { reason: guestFailure(error), message: `${error.errorName}: ${error.message}` }
          : undefined;
  if (failure === undefined) throw error;
  const logs = (session?.effects ?? []).filter((effect) => effect.kind === 'log').slice(-100);
  return { status: 'failed', step, snapshot: '', configuration: session?.activeIds() ?? [], effects: logs, failure };
}
