import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { instant, isObject, seededRandom } from '../../kernel/index.js';
import { type RunningServer, startServer } from '../../main.js';
import { type Arrival, arrivalsOf } from './arrivals.js';
import type { Day } from './day.js';
import { EventStream } from './event-stream.js';
import { type DayReport, reportOf } from './report.js';

const HOUR_MS = 3_600_000;
/** What is still under way at the end of the day may end within this time. */
const DRAIN_MS = HOUR_MS;
const LAST_AGENT = 'end-of-the-day';
/** Numbers per request to the simulator. */
const BATCH = 500;

export interface SimulationOptions {
  day: Day;
  configurationFile: string;
  /** Whether it is the packaged demonstration, to which nothing is added. */
  isDemo: boolean;
  version: string;
  log: Logger;
  /** Told the hour that begins, from 0. */
  onHour?: (hour: number) => void;
}

/**
 * Lives through a day in an instance of its own: the whole server on an empty database, with the simulated network and
 * agents who work by themselves, on a clock that is moved from arrival to arrival. Nothing of it remains.
 */
export async function simulateDay(options: SimulationOptions): Promise<DayReport> {
  const data = await mkdtemp(join(tmpdir(), 'ringback-day-'));
  const password = randomBytes(16).toString('hex');
  const { day, configurationFile, isDemo, version, log } = options;
  const from = day.from === undefined ? undefined : Date.parse(day.from);
  let server: RunningServer | undefined;
  try {
    server = await startServer(
      {
        ...{ host: '127.0.0.1', port: 0, data, configurationFile, onlyMissing: isDemo, version },
        ...{ adminPassword: password, testClock: true, beginsAt: from },
      },
      log,
    );
    return await new SimulatedDay(server.url, password, options).run();
  } finally {
    await server?.stop();
    await rm(data, { recursive: true, force: true });
  }
}

class SimulatedDay {
  readonly #url: string;
  readonly #authorization: string;
  readonly #options: SimulationOptions;
  #now = 0;

  constructor(url: string, password: string, options: SimulationOptions) {
    this.#url = url;
    this.#authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    this.#options = options;
  }

  async run(): Promise<DayReport> {
    const { day, onHour } = this.#options;
    const arrivals = arrivalsOf(day, seededRandom(day.seed ?? 1));
    this.#now = Date.parse(String(memberOf(await this.#ask('GET', '/api/v1/simulator/clock'), 'now')));
    const from = this.#now;
    const stream = await EventStream.open(`${this.#url}/api/v1/events?types=callback.*,call.*,agent.state`, {
      authorization: this.#authorization,
    });
    await this.#settleParties(arrivals);
    const refusedAt: number[] = [];
    for (const [place, arrival] of arrivals.entries()) {
      const hour = Math.floor(arrival.at / HOUR_MS);
      if (hour > Math.floor((arrivals[place - 1]?.at ?? -1) / HOUR_MS)) onHour?.(hour);
      await this.#advanceTo(from + arrival.at);
      if (!(await this.#arrive(arrival))) refusedAt.push(this.#now);
    }
    const to = from + day.hours * HOUR_MS;
    await this.#advanceTo(to + DRAIN_MS);
    await this.#end();
    const events = await stream.upTo(({ agent }) => agent === LAST_AGENT);
    return reportOf(events, refusedAt, from, to);
  }

  /** Everybody behaves as drawn; agents work by themselves. */
  async #settleParties(arrivals: readonly Arrival[]): Promise<void> {
    const people = await this.#ask('GET', '/api/v1/agents?limit=1000');
    const ids = Array.isArray(people) ? people.map((agent) => String(memberOf(agent, 'id'))) : [];
    const behaviour = { auto: true, ...this.#options.day.agents };
    await this.#ask('PUT', '/api/v1/simulator', { agents: Object.fromEntries(ids.map((id) => [id, behaviour])) });
    for (let start = 0; start < arrivals.length; start += BATCH) {
      const numbers = arrivals.slice(start, start + BATCH).map(({ number, party }) => [number, party]);
      await this.#ask('PUT', '/api/v1/simulator', { numbers: Object.fromEntries(numbers) });
    }
  }

  /** @returns false for a callback that was refused */
  async #arrive({ number, wish }: Arrival): Promise<boolean> {
    if (wish.type === 'call') {
      await this.#ask('POST', '/api/v1/simulator/calls', { from: number, to: wish.to });
      return true;
    }
    const { service, parameters, afterMs } = wish;
    const desired = afterMs === undefined ? {} : { _desired_time: instant(this.#now + afterMs) };
    const form = new URLSearchParams({ _customer_number: number, ...desired, ...parameters });
    const response = await fetch(`${this.#url}/genesys/1/service/callback/${encodeURIComponent(service)}`, {
      ...{ method: 'POST', body: form },
      headers: { authorization: await this.#credentialsFor(service) },
    });
    await response.arrayBuffer();
    return response.ok;
  }

  /** Clients of a service may need the credentials of the service or of the server. */
  async #credentialsFor(service: string): Promise<string> {
    const [own, common] = await Promise.all([
      this.#optionsOf(`/api/v1/services/${encodeURIComponent(service)}`),
      this.#optionsOf('/api/v1/options/server'),
    ]);
    const [username, password] = [own.username ?? common.username ?? '', own.password ?? common.password ?? ''];
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  readonly #known = new Map<string, Promise<Record<string, string>>>();
  #optionsOf(path: string): Promise<Record<string, string>> {
    const known = this.#known.get(path) ?? this.#readOptions(path);
    this.#known.set(path, known);
    return known;
  }

  async #readOptions(path: string): Promise<Record<string, string>> {
    const response = await fetch(this.#url + path, { headers: { authorization: this.#authorization } });
    const body: unknown = await response.json();
    if (!response.ok || !isObject(body)) return {};
    return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
  }

  async #advanceTo(at: number): Promise<void> {
    const advanceSeconds = (at - this.#now) / 1000;
    if (advanceSeconds <= 0) return;
    await this.#ask('POST', '/api/v1/simulator/clock', { advanceSeconds });
    this.#now = at;
  }

  /** Makes something happen that nothing comes after: an agent who has never been there logs in. */
  async #end(): Promise<void> {
    await this.#advanceTo(this.#now + 1000);
    await this.#ask('PUT', `/api/v1/agents/${LAST_AGENT}`, {});
    await this.#ask('POST', `/api/v1/agents/${LAST_AGENT}/login`, {});
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
