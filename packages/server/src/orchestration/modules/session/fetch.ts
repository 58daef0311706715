import { type Clock, RingbackError } from '../../../kernel/index.js';
import type { Database } from '../../../store/index.js';
import { statement } from '../../../store/sql.js';
import type { Action, ActionDefinition, ActionOutcome } from '../../action-module.js';
import type { Actions } from '../../actions.js';
import type { PerformanceCounters } from '../../counters.js';
import { type FetchRequest, type FetchResponse, guardedFetch } from '../../fetch/guarded-fetch.js';
import { ResponseCache } from '../../fetch/response-cache.js';
import { TargetRules } from '../../fetch/target-rules.js';
import type { Sessions } from '../../sessions.js';
import { flag, milliseconds, number, text } from '../attributes.js';
import { mustBe } from './fetch-answer.js';
import { JSON_TYPE, methodOf, requestOf } from './fetch-request.js';

export interface FetchParts {
  database: Database;
  clock: Clock;
  counters: PerformanceCounters;
  actions: () => Actions;
  sessions: () => Sessions;
  /** Option `fetch-allow` of section `ors`. */
  fetchAllow: () => string;
  /** Option `http-max-redirections` of section `ors`. */
  mostRedirections: () => number | undefined;
}

/** Statuses that may be others when the same is asked again. */
const PASSING = new Set([408, 425, 429]);
/** Failures that may have passed when the same is asked again. */
const NO_ANSWER = 'no-answer';
const MOST_ATTEMPTS = 1_000;
/** Under this name an action that is tried again keeps how often it was tried; documents cannot set it. */
const ATTEMPT = '_attempt';

const DOCUMENT_OF = statement(
  'session-document',
  'select f.main from session s join flow_version f on f.flow = s.flow and f.version = s.version where s.id = $1',
);

type Failure = Extract<ActionOutcome, { error: string | number }>;

/**
 * `<session:fetch>` (ors-core-queue.md 2.3). With `gdelivery` it is tried up to `gd_retries` times, `gd_retry_interval`
 * seconds apart, while the server does not answer or is in trouble; the wait is a stored timer, so it outlives the program.
 */
export function fetchAction(parts: FetchParts): ActionDefinition {
  const cache = new ResponseCache();

  async function execute(action: Action): Promise<ActionOutcome> {
    try {
      const most = parts.mostRedirections();
      const request = {
        ...requestOf(action, await addressOf(action)),
        ...(most !== undefined && { mostRedirections: most }),
      };
      const response = await parts.counters.time('http-fetch-time', () => cached(action, request));
      if (response.status >= 200 && response.status <= 299) {
        mustBe(text(action, 'type') ?? JSON_TYPE, response);
        return { done: { content: response.content, hints: response.headers } };
      }
      const failure: Failure = {
        error: response.status,
        description: `HTTP status ${response.status}`,
        data: { content: response.content, hints: response.headers },
      };
      const mayPass = response.status >= 500 || PASSING.has(response.status);
      return mayPass ? await againOr(action, failure) : failure;
    } catch (error) {
      if (!(error instanceof RingbackError) || error.code === 'database-unavailable') throw error;
      const failure: Failure = { error: 0, description: error.message };
      return error.code === NO_ANSWER ? againOr(action, failure) : failure;
    }
  }

  /** `srcexpr` or `src`; a relative one is resolved against the document of the session. */
  async function addressOf(action: Action): Promise<string> {
    const address = text(action, 'srcexpr') ?? text(action, 'src');
    if (address === undefined) throw new RingbackError('invalid-parameter', 'srcexpr is missing');
    if (URL.canParse(address)) return address;
    const [document] = await parts.database.query<{ main: string }>(DOCUMENT_OF, [action.session.id]);
    if (document && URL.canParse(address, document.main)) return new URL(address, document.main).href;
    throw new RingbackError('invalid-parameter', `${address} is no address`);
  }

  async function cached(action: Action, request: FetchRequest): Promise<FetchResponse> {
    const maxAgeMs = milliseconds(action, 'maxage') ?? 0;
    const rules = new TargetRules(parts.fetchAllow());
    const isCacheable = request.method === 'GET' && request.headers.authorization === undefined;
    if (!isCacheable || maxAgeMs === 0) return guardedFetch(request, rules);
    const key = JSON.stringify([request.url, request.headers, parts.fetchAllow()]);
    const accepted = { maxAgeMs, maxStaleMs: milliseconds(action, 'maxstale') ?? 0 };
    const known = cache.find(key, parts.clock.now(), accepted);
    if (known) return known;
    const response = await guardedFetch(request, rules);
    cache.store(key, response, parts.clock.now());
    return response;
  }

  /** Has the request made again later, if delivery is guaranteed and there are attempts left. */
  async function againOr(action: Action, failure: Failure): Promise<ActionOutcome> {
    if (!flag(action, 'gdelivery')) return failure;
    const tried = Number(action.attributes[ATTEMPT] ?? 1);
    const attempts = Math.min(number(action, 'gd_retries') ?? 1, MOST_ATTEMPTS);
    if (tried >= attempts) return failure;
    const due = parts.clock.now() + (milliseconds(action, 'gd_retry_interval') ?? 0);
    const next: Action = { ...action, attributes: { ...action.attributes, [ATTEMPT]: tried + 1 } };
    await parts.database.transaction((tx) => parts.actions().carryOutLater(tx, parts.sessions(), next, due));
    return 'put-off';
  }

  return {
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
      namelist: { kind: 'namelist' },
      gdelivery: { kind: 'lenient' },
      gd_retries: { kind: 'value' },
      gd_retry_interval: { kind: 'value' },
    },
    execute,
    // What is not asked again at once may have been done; with guaranteed delivery it is asked again all the same.
    interrupted: (action) =>
      methodOf(action) === 'GET' || flag(action, 'gdelivery')
        ? undefined
        : { error: 0, description: 'the server was restarted while the request was under way' },
  };
}
