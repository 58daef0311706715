import type { ExpressionPart } from '../chart/unit.js';
import { EvaluationError } from '../datamodel/data-model.js';
import type { Place } from '../diagnostics.js';
import type { JsonObject } from '../json.js';
import type { Session } from './session.js';
import { SessionEvent } from './session-event.js';

const orsNames: Record<ExpressionPart, string> = {
  cond: 'error.illegalcond',
  location: 'error.illegalloc',
  value: 'error.illegalvalue',
  data: 'error.illegaldata',
  script: 'error.script',
};

/** What failed, before a dialect gives it a name. */
interface Fault {
  /** Event name in the `ors` dialect; the Recommendation has `error.execution` for all of them. */
  readonly orsName: string;
  readonly message: string;
  readonly errorName: string;
  readonly overrun: 'timeout' | 'memory' | 'stack' | undefined;
  readonly at: Pick<Place, 'url' | 'line'> | undefined;
  /** The address that could not be fetched. */
  readonly target?: string;
}

/** How the engines say that the target of an assignment is there, but must not change. */
const refusals = /read[- ]only|no setter|only a getter|not extensible|not configurable/;

function faultOf(error: EvaluationError): Fault {
  const { errorName, message, part, overrun, at } = error;
  if (part === 'location' && errorName === 'TypeError' && refusals.test(message)) {
    return { orsName: 'error.illegalassign', message, errorName, overrun, at };
  }
  const className = /^[\w$]+$/.test(errorName) ? errorName : 'Error';
  return { orsName: `${orsNames[part]}.${className}`, message, errorName, overrun, at };
}

/** Queues the error event of a failed evaluation. Errors that are no evaluation errors are thrown on. */
export function raiseEvaluationError(session: Session, error: unknown, place: Place, sendid?: string): void {
  if (!(error instanceof EvaluationError)) throw error;
  raiseFault(session, faultOf(error), place, sendid);
}

/** Queues an error event of something else that went wrong while executing. */
export function raiseExecutionError(
  session: Session,
  orsName: string,
  message: string,
  place: Place,
  sendid?: string,
): void {
  raiseFault(session, { orsName, message, errorName: 'Error', overrun: undefined, at: undefined }, place, sendid);
}

function raiseFault(session: Session, fault: Fault, place: Place, sendid: string | undefined): void {
  if (fault.overrun !== undefined) session.overruns += 1;
  const isOrs = session.chart.dialect === 'ors';
  const line = fault.at?.line ?? place.line;
  const reason = fault.overrun ?? `${fault.errorName}: ${fault.message}`;
  const data: JsonObject = isOrs
    ? {
        document: fault.at?.url ?? place.url,
        element: place.element,
        linenumber: line,
        error: fault.errorName,
        description: fault.message,
      }
    : { tagname: place.element, line, column: place.column, reason, message: fault.message };
  if (isOrs && fault.overrun !== undefined) data.reason = fault.overrun;
  if (isOrs && sendid !== undefined) data.sendid = sendid;
  if (isOrs && fault.target !== undefined) data.target = fault.target;
  const name = isOrs ? fault.orsName : 'error.execution';
  session.enqueueInternal(
    new SessionEvent(
      { name, type: 'platform', data, ...(sendid === undefined ? {} : { sendid }) },
      session.chart.dialect,
    ),
  );
}

/** Queues the error event of data whose source could not be fetched. */
export function raiseFetchError(
  session: Session,
  { target, status }: { target: string; status: number },
  message: string,
  place: Place,
): void {
  const protocol = URL.canParse(target) ? new URL(target).protocol.slice(0, -1) : 'file';
  const orsName = `error.badfetch.${protocol}.${status}`;
  raiseFault(
    session,
    { orsName, message, errorName: 'Error', overrun: undefined, at: undefined, target },
    place,
    undefined,
  );
}

/** Queues the answer of the 2009 dialect to a cancellation that cannot be carried out (ors-core-queue.md 1.4). */
export function raiseNotAllowed(session: Session, sendid: string): void {
  const data: JsonObject = { sendid, description: 'The cancellation names the event both by id and by sendid.' };
  session.enqueueInternal(
    new SessionEvent({ name: 'error.notallowed', type: 'platform', sendid, data }, session.chart.dialect),
  );
}

/** Queues `error.communication`: the target cannot be reached. The 2009 draft names the state in the event. */
export function raiseCommunicationError(
  session: Session,
  message: string,
  place: Place,
  sendid?: string,
  state?: string,
): void {
  const { dialect } = session.chart;
  const isOrs = dialect === 'ors';
  const data: JsonObject = isOrs
    ? { document: place.url, element: place.element, linenumber: place.line, description: message }
    : { tagname: place.element, line: place.line, column: place.column, reason: message };
  const name = isOrs ? `error.send.targetunavailable.${state ?? ''}` : 'error.communication';
  const id = sendid === undefined ? {} : { sendid };
  session.enqueueInternal(new SessionEvent({ name, type: 'platform', data, ...id }, dialect));
}
