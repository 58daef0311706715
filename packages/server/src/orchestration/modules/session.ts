import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../kernel/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import { type FetchRequest, guardedFetch } from '../fetch/guarded-fetch.js';
import { TargetRules } from '../fetch/target-rules.js';
import type { Sessions } from '../sessions.js';
import { number, object, requiredText, text } from './attributes.js';

const DEFAULT_TIMEOUT_S = 30;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

interface SessionParts {
  sessions: () => Sessions;
  /** Option `fetch-allow` of section `ors`. */
  fetchAllow: () => string;
}

/** `session`: web services, and other sessions (ors-core-queue.md 2.3 to 2.5). */
export function sessionModule({ sessions, fetchAllow }: SessionParts): ActionModule {
  async function fetch(action: Action): Promise<ActionOutcome> {
    try {
      const response = await guardedFetch(requestOf(action), new TargetRules(fetchAllow()));
      if (response.status < 200 || response.status > 299) {
        return {
          error: response.status,
          description: `HTTP status ${response.status}`,
          data: { content: response.content },
        };
      }
      mustBe(text(action, 'type') ?? JSON_TYPE, response.content);
      return { done: { content: response.content, hints: response.headers } };
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error;
      return { error: 0, description: error.message };
    }
  }

  async function start(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const flow = requiredText(action, 'src').replace(/^script:/, '');
    const id = await sessions().start(tx, { flow, parameters: action.parameters });
    tx.afterCommit(() => sessions().wake(id));
    return { done: { sessionid: id } };
  }

  async function terminate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'sessionid');
    const terminated = await sessions().terminate(tx, id, 'terminated by another session');
    if (!terminated) return { error: 'nosuchsession', description: `there is no running session ${id}` };
    tx.afterCommit(() => sessions().wake(id));
    return { done: { sessionid: id } };
  }

  return {
    namespaces: ['www.genesyslab.com/modules/session'],
    prefix: 'session',
    actions: {
      fetch: {
        attributes: {
          requestid: { kind: 'location' },
          srcexpr: { kind: 'value' },
          src: { kind: 'lenient' },
          method: { kind: 'value' },
          enctype: { kind: 'value' },
          type: { kind: 'value' },
          timeout: { kind: 'value' },
          maxage: { kind: 'value' },
          maxstale: { kind: 'value' },
          headers: { kind: 'value' },
          hints: { kind: 'value' },
          username: { kind: 'value' },
          password: { kind: 'value' },
        },
        execute: fetch,
        interrupted: (action) =>
          methodOf(action) === 'GET'
            ? undefined
            : { error: 0, description: 'the server was restarted while the request was under way' },
      },
      start: {
        attributes: {
          requestid: { kind: 'location' },
          src: { kind: 'value', required: true },
          hints: { kind: 'value' },
        },
        perform: start,
      },
      terminate: {
        attributes: { requestid: { kind: 'location' }, sessionid: { kind: 'value', required: true } },
        perform: terminate,
      },
    },
  };
}

function methodOf(action: Action): FetchRequest['method'] {
  const wanted = (text(action, 'method') ?? 'get').toUpperCase();
  const found = METHODS.find((method) => method === wanted);
  if (!found)
    throw new RingbackError('invalid-parameter', `method must be one of ${METHODS.join(', ')}, not ${wanted}`);
  return found;
}

function requestOf(action: Action): FetchRequest {
  const method = methodOf(action);
  const url = new URL(addressOf(action));
  const enctype = (text(action, 'enctype') ?? FORM).toLowerCase();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(object(action, 'headers'))) headers[name.toLowerCase()] = String(value);
  const username = text(action, 'username');
  if (username !== undefined) {
    const credentials = `${username}:${text(action, 'password') ?? ''}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const timeoutMs = (number(action, 'timeout') ?? DEFAULT_TIMEOUT_S) * 1000;
  if (method === 'GET' || method === 'DELETE') {
    for (const [name, value] of formEntries(action.parameters)) url.searchParams.append(name, value);
    return { url: url.href, method, headers, timeoutMs };
  }
  headers['content-type'] ??= enctype;
  return { url: url.href, method, headers, body: bodyOf(action, enctype), timeoutMs };
}

function addressOf(action: Action): string {
  const address = text(action, 'srcexpr') ?? text(action, 'src');
  if (address === undefined) throw new RingbackError('invalid-parameter', 'srcexpr is missing');
  if (!URL.canParse(address)) throw new RingbackError('invalid-parameter', `${address} is no address`);
  return address;
}

/** `<content>` wins over `<param>`; objects in it are sent as JSON. */
function bodyOf({ content, parameters }: Action, enctype: string): string {
  if (content !== undefined) return typeof content === 'string' ? content : JSON.stringify(content);
  if (enctype.startsWith(JSON_TYPE)) return JSON.stringify(parameters);
  return new URLSearchParams(formEntries(parameters)).toString();
}

function formEntries(parameters: JsonObject): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value) ? value.map((one) => [name, formText(one)]) : [[name, formText(value)]],
  );
}

function formText(value: JsonValue): string {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** @throws RingbackError when the answer is not of the type that the application expects */
function mustBe(type: string, content: string): void {
  if (!type.startsWith(JSON_TYPE) || content === '') return;
  try {
    JSON.parse(content);
  } catch (error) {
    throw new RingbackError('wrong-type', 'the answer is not JSON', [], { cause: error });
  }
}
