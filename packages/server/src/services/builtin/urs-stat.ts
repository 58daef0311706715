import { type Clock, type JsonValue, RingbackError } from '../../kernel/index.js';
import type { BuiltinService } from './builtin-service.js';
import { describeQueue, ewtMode, type WaitingFigures } from './waiting-line.js';

type OptionMap = Readonly<Record<string, string>>;

const USUAL_KEEPING_S = 5;

/** Fetches a document over HTTP; throws RingbackError when there is no answer. */
export type Fetch = (url: string) => Promise<{ status: number; content: string }>;

interface Known {
  /** The options with which it was asked: others ask anew. */
  options: OptionMap;
  at: number;
  body: Promise<JsonValue>;
}

/**
 * `urs-stat`: a statistic of a routing server, asked at most once in `_caching_policy` seconds (gms-services.md 10.4).
 * Without `_urs_url` this server's own line answers: the queue `name` of `_urs_stat_url_parameters`.
 */
export function ursStat(parts: { figures: WaitingFigures; clock: Clock; fetch: Fetch }): BuiltinService {
  const { figures, clock, fetch } = parts;
  const known = new Map<string, Known>();

  async function own(name: string, options: OptionMap): Promise<JsonValue> {
    const parameters = new URLSearchParams(options._urs_stat_url_parameters ?? '');
    const queue = parameters.get('name') ?? '';
    if (!figures.knows(queue)) {
      const problem = `its _urs_stat_url_parameters name no known virtual queue: [${queue}]`;
      throw new RingbackError('service-misconfigured', `Service ${name} is not configured correctly: ${problem}`);
    }
    return describeQueue(figures, queue, ewtMode(parameters.get('aqt') ?? '') ?? 'ewt2', clock.now());
  }

  async function ask(name: string, options: OptionMap): Promise<JsonValue> {
    const { _urs_url: url, _urs_stat_url_parameters: parameters } = options;
    if (!url) return own(name, options);
    const separator = url.includes('?') ? '&' : '?';
    const { status, content } = await fetch(parameters ? `${url}${separator}${parameters}` : url);
    if (status >= 300) throw unreadable(name, `answered with status ${status}`);
    try {
      return JSON.parse(content);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw unreadable(name, 'answered with something else than JSON');
    }
  }

  return {
    method: 'read',
    run: async ({ name, options }) => {
      const now = clock.now();
      const seconds = options._caching_policy ? Number(options._caching_policy) : USUAL_KEEPING_S;
      const former = known.get(name);
      if (former?.options === options && now - former.at < seconds * 1000) {
        return { status: 200, body: await former.body };
      }
      const asked = { options, at: now, body: ask(name, options) };
      known.set(name, asked);
      try {
        return { status: 200, body: await asked.body };
      } catch (error) {
        if (known.get(name) === asked) known.delete(name);
        throw error;
      }
    },
  };
}

function unreadable(name: string, problem: string): RingbackError {
  return new RingbackError('no-statistic', `The routing server of service ${name} ${problem}`);
}
