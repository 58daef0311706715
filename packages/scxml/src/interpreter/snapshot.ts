import type { Chart } from '../chart/chart.js';
import type { DataModel } from '../datamodel/data-model.js';
import { isJsonObject, type JsonValue } from '../json.js';
import type { Limits } from '../limits.js';
import { Session, SessionFailure, type StepInputs } from './session.js';

/** Version of the format; a reader refuses others. */
const format = 1;
/** Separates the interpreter's part from the data. No quoted string can contain it, and no key before it is `data`. */
const dataKey = ',"data":';

/** The interpreter's part of a snapshot. States are named by id, so that it can be read, and moved to a new version. */
interface Head {
  readonly format: number;
  readonly session: string;
  readonly name: string;
  readonly step: number;
  readonly counter: number;
  readonly configuration: readonly string[];
  readonly history: readonly (readonly [string, readonly string[]])[];
  /** Id, state, position among the state's invokes. */
  readonly invokes: readonly (readonly [string, string, number])[];
  readonly initialised: readonly string[];
  readonly ioprocessors: readonly (readonly [string, string])[];
  readonly reported: boolean;
}

/** A snapshot, and the paths of values that it could not hold. */
export interface Snapshot {
  readonly text: string;
  readonly unsaved: readonly string[];
}

/** The complete session between two steps as typed JSON text. Throws `SessionFailure` if the data is too large. */
export function takeSnapshot(session: Session): Snapshot {
  const { chart } = session;
  const id = (index: number): string => chart.states[index]?.id ?? '';
  const { text, unsaved } = session.scope.save();
  const { scopeBytes } = session.limits;
  if (scopeBytes > 0 && text.length > scopeBytes) {
    throw new SessionFailure('scope-size', `The session's data has ${text.length} bytes, more than ${scopeBytes}.`);
  }
  const head: Head = {
    format,
    session: session.sessionId,
    name: session.sessionName,
    step: session.step,
    counter: session.counter,
    configuration: session.configuration.map(id),
    history: [...session.history].map(([history, states]) => [id(history), states.map(id)]),
    invokes: session.invokes.map(({ id: invokeId, state, position }) => [invokeId, id(state), position]),
    initialised: [...session.initialised].map(id),
    ioprocessors: Object.entries(session.ioprocessors).map(([name, { location }]) => [name, location]),
    reported: session.hasReportedUnsaved || unsaved.length > 0,
  };
  return { text: `${JSON.stringify(head).slice(0, -1)}${dataKey}${text}}`, unsaved };
}

/**
 * A session as it was when the snapshot was taken. Throws `SessionFailure` if the text is no snapshot of this format,
 * or names states that the chart does not have. `inputs`: of the step that comes next.
 */
export function restoreSession(
  text: string,
  chart: Chart,
  model: DataModel,
  limits: Limits,
  inputs: StepInputs,
): Session {
  const at = text.indexOf(dataKey);
  if (at < 0) throw new SessionFailure('snapshot', 'The text is no snapshot.');
  const head = readHead(`${text.slice(0, at)}}`);
  const index = (id: string): number => {
    const found = chart.byId.get(id);
    if (found === undefined) throw new SessionFailure('snapshot', `The application has no state ${id}.`);
    return found;
  };
  const ioprocessors = Object.fromEntries(head.ioprocessors.map(([name, location]) => [name, { location }]));
  const session = new Session(chart, model, limits, head.session, head.name, ioprocessors);
  try {
    session.step = head.step;
    session.counter = head.counter;
    session.hasReportedUnsaved = head.reported;
    session.configuration.push(...head.configuration.map(index).sort((a, b) => a - b));
    for (const [history, states] of head.history) session.history.set(index(history), states.map(index));
    for (const [id, state, position] of head.invokes) session.invokes.push({ id, state: index(state), position });
    for (const id of head.initialised) session.initialised.add(index(id));
    session.whileRestoring(inputs, () => session.scope.restore(text.slice(at + dataKey.length, -1)));
    return session;
  } catch (error) {
    session.scope.dispose();
    throw error;
  }
}

function readHead(text: string): Head {
  let head: JsonValue;
  try {
    head = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new SessionFailure('snapshot', `The snapshot is damaged: ${error.message}`);
    throw error;
  }
  if (!isJsonObject(head) || head.format !== format) {
    throw new SessionFailure('snapshot', 'The snapshot has an unknown format.');
  }
  const lists = ['configuration', 'history', 'invokes', 'initialised', 'ioprocessors'];
  if (!lists.every((name) => isJsonObject(head) && Array.isArray(head[name]))) {
    throw new SessionFailure('snapshot', 'The snapshot is incomplete.');
  }
  // The format is this file's own and has just been checked to be of this version.
  return head as unknown as Head;
}
