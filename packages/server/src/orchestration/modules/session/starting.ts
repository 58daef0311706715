import { RingbackError } from '../../../kernel/index.js';
import type { Database } from '../../../store/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import type { ApplicationSource } from '../../application-source.js';
import type { Sessions } from '../../sessions.js';
import { number, requiredText, text } from '../attributes.js';

export interface StartingParts {
  database: Database;
  sessions: () => Sessions;
  source: () => ApplicationSource;
}

/** The end of the calendar, in milliseconds since 1970. */
const LATEST = Date.UTC(9999, 11, 31);

/** `<session:start>`, `<session:updatestart>`, `<session:terminate>`: other sessions (ors-core-queue.md 2.4, 2.5). */
export function startingActions(parts: StartingParts): Record<string, ActionDefinition> {
  const { sessions } = parts;

  /** A flow by its name; the application at an address is fetched first, so that what is wrong with it is known. */
  async function startNamed(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const application = applicationOf(action);
    if (parts.source().isAddress(application)) return 'pending';
    return translated(() => start(tx, action, { flow: application }));
  }

  async function startAddress(action: Action): Promise<ActionOutcome> {
    const found = await parts.source().find(applicationOf(action));
    if ('problem' in found) return { error: 'badfetch', description: found.problem.message };
    return parts.database.transaction((tx) => start(tx, action, found));
  }

  async function start(
    tx: Transaction,
    action: Action,
    application: { flow: string; version?: number },
  ): Promise<ActionOutcome> {
    const startAt = timeOf(action);
    const chosen = text(action, 'sessionid');
    const id = await sessions().start(tx, {
      ...application,
      ...(chosen !== undefined && { id: chosen }),
      parameters: action.parameters,
      parent: { session: action.session.id },
      ...(startAt !== undefined && { startAt }),
    });
    tx.afterCommit(() => sessions().wake(id));
    return { done: { sessionid: id } };
  }

  async function updateStart(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'sessionid');
    const startAt = timeOf(action);
    if (startAt === undefined) throw new RingbackError('invalid-parameter', 'idealtime is missing');
    if (await sessions().moveStart(tx, id, startAt)) return { done: { sessionid: id } };
    const description = `there is no session ${id} that is still to start`;
    return { error: 'nosuchsession', description, data: { sessionid: id } };
  }

  async function terminate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'sessionid');
    const terminated = await sessions().terminate(tx, id, 'terminated by another session');
    if (!terminated) {
      const description = `there is no running session ${id}`;
      return { error: 'nosuchsession', description, data: { sessionid: id } };
    }
    tx.afterCommit(() => sessions().wake(id));
    return { done: { sessionid: id } };
  }

  return {
    start: {
      attributes: {
        requestid: { kind: 'location' },
        src: { kind: 'value' },
        srcexpr: { kind: 'value' },
        sessionid: { kind: 'session' },
        idealtime: { kind: 'value' },
        method: { kind: 'value' },
        namelist: { kind: 'namelist' },
        hints: { kind: 'value' },
      },
      perform: startNamed,
      execute: startAddress,
    },
    updatestart: {
      attributes: {
        requestid: { kind: 'location' },
        sessionid: { kind: 'value', required: true },
        idealtime: { kind: 'value', required: true },
      },
      perform: updateStart,
    },
    terminate: {
      attributes: { requestid: { kind: 'location' }, sessionid: { kind: 'value', required: true } },
      perform: terminate,
    },
  };
}

function applicationOf(action: Action): string {
  const application = text(action, 'src') ?? text(action, 'srcexpr');
  if (application === undefined) throw new RingbackError('invalid-parameter', 'src is missing');
  return application.replace(/^\s*script:/i, '').trim();
}

/** `idealtime`, in milliseconds since 1970. */
function timeOf(action: Action): number | undefined {
  const time = number(action, 'idealtime');
  if (time === undefined || (time >= 0 && time <= LATEST)) return time;
  throw new RingbackError('invalid-parameter', `idealtime must be milliseconds since 1970, not ${time}`);
}

/** What is wrong with the application, as `error.session.start` calls it. */
async function translated(work: () => Promise<ActionOutcome>): Promise<ActionOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RingbackError) || error.code !== 'unknown-flow') throw error;
    return { error: 'badfetch', description: error.message };
  }
}
