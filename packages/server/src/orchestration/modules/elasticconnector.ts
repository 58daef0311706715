import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Database } from '../../store/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionDefinition, ActionModule, ActionOutcome } from '../action-module.js';
import type { Actions, Post } from '../actions.js';
import { type FetchResponse, guardedFetch } from '../fetch/guarded-fetch.js';
import { TargetRules } from '../fetch/target-rules.js';
import { number, object, requiredText, text } from './attributes.js';

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_TIMEOUT_MS = 600_000;
const COMMON = { requestid: { kind: 'location' }, timeout: { kind: 'value' } } as const;
/** The original names the failure of a template after an action that it does not have. */
const TEMPLATE_ERROR = 'error.elasticconnector.createindex';

/** Where the search server is, and how to speak to it: options of section `ors`. */
export interface SearchServer {
  /** `elasticsearch-url`: `http://host:9200`, with a path if it has one. */
  url: string;
  username?: string;
  password?: string;
}

interface ConnectorParts {
  database: Database;
  actions: () => Actions;
  post: Post;
  searchServer: () => SearchServer | undefined;
}

interface SearchRequest {
  method: 'PUT' | 'POST' | 'DELETE';
  /** Segments, to be encoded. */
  path: readonly string[];
  body?: JsonObject;
}

/**
 * `elasticconnector` (ors-interaction-dialog.md 8): documents and templates in a server that speaks the HTTP API of
 * Elasticsearch. A document without an id gets that of the request, so that a repetition after a crash makes no second one.
 */
export function elasticConnectorModule(parts: ConnectorParts): ActionModule {
  /** Templates that this process has sent: name -> highest order. */
  const sent = new Map<string, number>();

  async function ask(action: Action, request: SearchRequest): Promise<FetchResponse> {
    const server = parts.searchServer();
    if (!server) throw new RingbackError('unavailable', 'option elasticsearch-url of section ors names no server');
    const base = server.url.replace(/\/+$/, '');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (request.body) headers['content-type'] = 'application/json';
    if (server.username !== undefined) {
      const credentials = `${server.username}:${server.password ?? ''}`;
      headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
    const url = `${base}/${request.path.map(encodeURIComponent).join('/')}`;
    const body = request.body && JSON.stringify(request.body);
    const fetch = { url, method: request.method, headers, timeoutMs: timeoutOf(action), ...(body && { body }) };
    // The administrator has named this server, wherever it is; no redirection leads to another.
    return guardedFetch({ ...fetch, mostRedirections: 0 }, new TargetRules(new URL(base).host));
  }

  async function done(action: Action, request: SearchRequest): Promise<ActionOutcome> {
    const response = await ask(action, request);
    if (response.status >= 200 && response.status <= 299) return { done: resultOf(response) };
    return {
      error: response.status,
      description: `the search server answered ${response.status}: ${response.content.slice(0, 500)}`,
    };
  }

  async function createDocument(action: Action): Promise<ActionOutcome> {
    const [index, type] = placeOf(action);
    const settings = object(action, 'settings');
    if (Object.keys(settings).length > 0) {
      const created = await ask(action, { method: 'PUT', path: [index], body: { settings } });
      // The index is there already: its settings stay as they are.
      if (created.status !== 400 && created.status >= 300) return refused(created);
    }
    const id = text(action, 'id') ?? action.requestId;
    return done(action, { method: 'PUT', path: [index, type, id], body: documentOf(action) });
  }

  function updateDocument(action: Action): Promise<ActionOutcome> {
    const [index, type] = placeOf(action);
    const path = [index, type, requiredText(action, 'id'), '_update'];
    return done(action, { method: 'POST', path, body: { doc: documentOf(action) } });
  }

  function deleteDocument(action: Action): Promise<ActionOutcome> {
    const [index, type] = placeOf(action);
    return done(action, { method: 'DELETE', path: [index, type, requiredText(action, 'id')] });
  }

  /** What is wrong with a template is known before anything is sent. */
  async function checkTemplate(tx: Transaction, action: Action): Promise<ActionOutcome> {
    try {
      templateOf(action);
      return 'pending';
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error;
      await templateFailed(tx, action, error.code.replaceAll('-', ''), error.message);
      return 'silent';
    }
  }

  async function createTemplate(action: Action): Promise<ActionOutcome> {
    const { name, order, body } = templateOf(action);
    if ((sent.get(name) ?? -1) >= order) return { done: { name } };
    let failure: { error: string | number; description: string };
    try {
      const response = await ask(action, { method: 'PUT', path: ['_template', name], body });
      if (response.status < 300) {
        sent.set(name, order);
        return { done: { name } };
      }
      failure = refused(response);
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code === 'database-unavailable') throw error;
      failure = {
        error: error.code === 'no-answer' ? 'timeout' : error.code.replaceAll('-', ''),
        description: error.message,
      };
    }
    await parts.database.transaction(async (tx) => {
      if (!(await parts.actions().pending(tx, action.requestId))) return;
      await parts.actions().complete(tx, action.requestId, 'silent');
      await templateFailed(tx, action, failure.error, failure.description);
    });
    return 'silent';
  }

  async function templateFailed(
    tx: Transaction,
    { session, requestId }: Action,
    error: string | number,
    description: string,
  ): Promise<void> {
    await parts.post(tx, session.id, { name: TEMPLATE_ERROR, data: { requestid: requestId, error, description } });
  }

  const document = { ...COMMON, index: { kind: 'value' }, type: { kind: 'value' } } as const;
  const content = { doc: { kind: 'value' }, document: { kind: 'value' }, settings: { kind: 'value' } } as const;
  const actions: Record<string, ActionDefinition> = {
    createindextemplate: {
      attributes: {
        ...COMMON,
        name: { kind: 'value', required: true },
        index: { kind: 'value', required: true },
        order: { kind: 'value' },
        type: { kind: 'value', required: true },
        mapping: { kind: 'value', required: true },
      },
      perform: checkTemplate,
      execute: createTemplate,
    },
    createdoc: { attributes: { ...document, ...content, id: { kind: 'value' } }, execute: createDocument },
    updatedoc: {
      attributes: { ...document, ...content, id: { kind: 'value', required: true } },
      execute: updateDocument,
    },
    deletedoc: { attributes: { ...document, id: { kind: 'value', required: true } }, execute: deleteDocument },
  };
  return { namespaces: ['www.genesyslab.com/modules/elasticconnector'], prefix: 'elasticconnector', actions };
}

function placeOf(action: Action): [index: string, type: string] {
  return [requiredText(action, 'index'), text(action, 'type') ?? '_doc'];
}

/** The document: attribute `doc` or `document`, `<content>`, or the parameters. */
function documentOf(action: Action): JsonObject {
  for (const name of ['doc', 'document']) {
    if (action.attributes[name] !== undefined) return object(action, name);
  }
  if (action.content === undefined) return action.parameters;
  return object({ ...action, attributes: { content: action.content } }, 'content');
}

/** @throws RingbackError `invalid-parameter`, `not-allowed` */
function templateOf(action: Action): { name: string; order: number; body: JsonObject } {
  const name = requiredText(action, 'name');
  const index = requiredText(action, 'index');
  const order = number(action, 'order') ?? 0;
  const type = requiredText(action, 'type');
  if (!Number.isInteger(order) || order < 0) {
    throw new RingbackError('invalid-parameter', `order must be a whole number from 0, not ${order}`);
  }
  if (matches(index, 'performance-')) {
    throw new RingbackError('not-allowed', `the pattern ${index} covers the daily index of the server's own figures`);
  }
  if (order === 0 && matches(index, 'session-')) {
    throw new RingbackError(
      'not-allowed',
      `the pattern ${index} covers the server's own sessions: its order must be above 0`,
    );
  }
  const body = { index_patterns: [index], order, mappings: { [type]: object(action, 'mapping') } };
  return { name, order, body };
}

/** Whether a pattern with `*` covers an index whose name begins so and ends with a date. */
function matches(pattern: string, prefix: string): boolean {
  const parts = pattern.split(',').map((one) => one.trim());
  return parts.some((part) => {
    const expression = part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
    return new RegExp(`^${expression}$`).test(`${prefix}2026-01-01`) || part.startsWith(prefix);
  });
}

function timeoutOf(action: Action): number {
  const given = number(action, 'timeout') ?? 0;
  if (given < 0 || given > LONGEST_TIMEOUT_MS) {
    throw new RingbackError('invalid-parameter', `timeout must be 0 to ${LONGEST_TIMEOUT_MS} ms, not ${given}`);
  }
  return given || DEFAULT_TIMEOUT_MS;
}

/** What the server said of the document: its `_id`, `_version`, `result`. */
function resultOf({ content }: FetchResponse): JsonObject {
  try {
    const answer: unknown = JSON.parse(content);
    const { _id, _index, _version, result } = answer as Record<string, unknown>; // a JSON object or a TypeError below
    return {
      ...(typeof _id === 'string' && { id: _id }),
      ...(typeof _index === 'string' && { index: _index }),
      ...(typeof _version === 'number' && { version: _version }),
      ...(typeof result === 'string' && { result }),
    };
  } catch (error) {
    // A server that accepts documents need not say anything about them.
    if (error instanceof SyntaxError || error instanceof TypeError) return {};
    throw error;
  }
}

function refused(response: FetchResponse): { error: number; description: string } {
  const description = `the search server answered ${response.status}: ${response.content.slice(0, 500)}`;
  return { error: response.status, description };
}
