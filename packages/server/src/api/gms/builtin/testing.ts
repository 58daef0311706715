import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll } from 'vitest';
import { silentLogger } from '../../../kernel/index.js';
import { OrchestrationBed } from '../../../orchestration/testing.js';
import { averageQuitSeconds } from '../../../routing/index.js';
import {
  AccessNumbers,
  addBuiltinServices,
  fileLink,
  PoolDirectory,
  ServiceRecords,
  Services,
  StatisticPeeks,
  Storage,
  type WaitingFigures,
} from '../../../services/index.js';
import { createHttp } from '../../http.js';
import { allowOrigins } from '../cross-origin.js';
import { gmsEwtApi } from '../ewt.js';
import { restrictPorts } from '../port-restrictions.js';
import { gmsServiceApi } from '../service.js';
import { gmsResourceApi } from '../service-resources.js';
import { gmsStatisticApi } from '../statistic.js';

type Options = Record<string, string>;

export interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answered
  body: any;
  headers: Readonly<Record<string, unknown>>;
}

export interface Part {
  name: string;
  value: string;
  filename?: string;
  type?: string;
}

/** One process that serves the Service API. */
interface Node {
  http: FastifyInstance;
  services: Services;
}

/** What gms-services.md 15 presupposes, on a database and a clock that stands still. */
export class ServiceBed {
  readonly services = new Map<string, Options>();
  readonly sections = new Map<string, Options>();
  readonly resources = new Map<string, { strategy: 'RANDOM' | 'LOCAL' | 'CLUSTER'; members: string[] }>();
  readonly lists = new Map<string, Record<string, Options>>();
  isOnline = true;
  /** The port at which requests come in. */
  port = 8080;
  /** What the routing server of urs-stat answers, and how often it was asked. */
  readonly urs = { asked: [] as string[], status: 200, content: '{"ewt":12}' };
  readonly #nodes: Node[] = [];

  private constructor(readonly orchestration: OrchestrationBed) {}

  static async create(): Promise<ServiceBed> {
    const bed = new ServiceBed(await OrchestrationBed.create());
    for (let node = 1; node <= 2; node += 1) bed.#nodes.push(await bed.#node(node));
    bed.reset();
    afterAll(async () => {
      for (const { http } of bed.#nodes) await http.close();
    });
    return bed;
  }

  get clock() {
    return this.orchestration.clock;
  }

  get database() {
    return this.orchestration.current.database;
  }

  /** The first of two nodes. */
  get node(): Node {
    return this.#nodeNumbered(1);
  }

  /** The fixture of the acceptance table. */
  reset(): void {
    const ri = { _type: 'builtin', _service: 'request-interaction', _resource_group: 'DNIS', _ttl: '60' };
    for (const map of [this.services, this.sections, this.resources, this.lists]) map.clear();
    this.isOnline = true;
    this.port = 8080;
    Object.assign(this.urs, { asked: [], status: 200, content: '{"ewt":12}' });
    this.orchestration.configuration.queues.set('VQ1', {});
    this.sections.set('server', { node_id: '1', external_url_base: 'http://gms.test:8080/' });
    this.lists.set('GMS_Resources', {
      DNIS: {
        _allocation_strategy: 'CLUSTER',
        _booking_expiration_timeout: '30',
        n1: '8003449999',
        n2: '8003449998',
        n3: '8003449997',
      },
      ONE: { _allocation_strategy: 'CLUSTER', n1: '8005550001' },
      RND: { _allocation_strategy: 'RANDOM', n1: '8005550002' },
    });
    const configured: Record<string, Options> = {
      'request-access': { _type: 'builtin', _service: 'request-access', _access_code_length: '4' },
      'match-interaction': { _type: 'builtin', _service: 'match-interaction' },
      'request-interaction': { ...ri, _provide_code: 'false' },
      'ri-free': ri,
      'ri-code': { ...ri, _provide_code: 'true' },
      'ri-one': { ...ri, _resource_group: 'ONE', _booking_expiration_timeout: '5' },
      'ri-rnd': { ...ri, _resource_group: 'RND' },
      up: { _type: 'builtin', _service: 'get', note: 'abc' },
      ustat: {
        ...{ _type: 'builtin', _service: 'urs-stat', _caching_policy: '5' },
        _urs_url: 'http://urs:7311/urs/call/max/lvq',
        _urs_stat_url_parameters: 'name=VQ1&tenant=Environment&aqt=urs',
      },
      bh: {
        ...{
          _type: 'builtin',
          _service: 'office-hours',
          _timezone: 'Europe/Paris',
          _bh_regular1: 'Mon-Fri 9:00-17:00',
        },
        ...{ _bh_add1: '12-25 10:00-12:00', _holiday1: '12-25', _holiday2: '2026-01-01' },
      },
      night: { _type: 'builtin', _service: 'office-hours', _timezone: 'UTC', _bh_regular1: 'Fri-Sun 19:00-7:00' },
      cap: {
        ...{ _type: 'builtin', _service: 'capacity', _timezone: 'Europe/Paris', _max_capacity: '1000' },
        _capacity_2: '{"2":{"0900":6,"1000":2}}',
      },
    };
    for (const [name, options] of Object.entries(configured)) this.services.set(name, options);
  }

  /** Adds options to a service. */
  change(service: string, options: Options): void {
    this.services.set(service, { ...this.services.get(service), ...options });
  }

  /** Everybody's numbers are free again. */
  async clear(): Promise<void> {
    await this.database.query('truncate access, access_number, service, storage cascade');
  }

  advance(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1000);
  }

  async send(
    method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'OPTIONS',
    path: string,
    { payload, headers, on = 1 }: { payload?: string | object; headers?: Options; on?: number } = {},
  ): Promise<Answer> {
    const isForm = typeof payload === 'string';
    const answer = await this.#nodeNumbered(on).http.inject({
      method,
      url: `/genesys${path}`,
      headers: { ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      ...(payload !== undefined && { payload }),
    });
    const type = String(answer.headers['content-type'] ?? '');
    const body = type.startsWith('application/json') && answer.body ? answer.json() : undefined;
    return { status: answer.statusCode, text: answer.body, body, headers: answer.headers };
  }

  /** `POST /1/service/{name}` with a form. */
  post(name: string, form = '', on = 1): Promise<Answer> {
    return this.send('POST', `/1/service/${name}`, { payload: form, on });
  }

  /** `POST /1/service/{name}` with a multipart form. */
  async upload(name: string, parts: readonly Part[]): Promise<Answer> {
    const boundary = 'xxBOUNDARYxx';
    const text = parts.map(({ name: field, value, filename, type }) => {
      const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: ${type ?? 'text/plain'}`;
      return `--${boundary}\r\nContent-Disposition: form-data; name="${field}"${file}\r\n\r\n${value}\r\n`;
    });
    return this.send('POST', `/1/service/${name}`, {
      payload: Buffer.from(`${text.join('')}--${boundary}--\r\n`),
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
  }

  #nodeNumbered(number: number): Node {
    const node = this.#nodes[number - 1];
    if (!node) throw new Error(`there is no node ${number}`);
    return node;
  }

  async #node(number: number): Promise<Node> {
    const { clock, database } = this;
    const { sessions } = this.orchestration.current;
    const section = (name: string) => this.sections.get(name) ?? {};
    const storage = new Storage(clock);
    const records = new ServiceRecords(clock);
    const access = new AccessNumbers({
      clock,
      node: () => number,
      codePrefix: () => section('server').access_code_prefix ?? '',
    });
    const service = (name: string) => this.services.get(name);
    const common = { database, storage, records, access };
    const services = new Services({ ...common, sessions, service, sessionOf: async () => undefined });
    const fileUrl = (id: string, key: string) => fileLink(section('server'), undefined, id, key);
    const configuration = {
      ...{ service, section },
      services: () => this.services,
      resourceNames: () => this.resources.keys(),
      resources: (name: string) => this.resources.get(name),
      list: (name: string) => this.lists.get(name),
    };
    const { router } = this.orchestration.current;
    const figures: WaitingFigures = {
      names: () => [...this.orchestration.configuration.queues.keys()],
      knows: (queue) => router.statistics.target(queue)?.kind === 'queue',
      waiting: (queue) => router.waitingIn(queue),
      expectedWait: (queue) => router.ewt(queue),
      waitInterval: (queue) => router.estimate(queue),
      statisticalWait: (queue) => router.statistics.value(queue, 'StatExpectedWaitingTime'),
      quitTime: (queue) => averageQuitSeconds(database, queue, clock.now()),
    };
    const isOnline = () => this.isOnline;
    const fetch = async (url: string) => {
      this.urs.asked.push(url);
      return this.urs;
    };
    addBuiltinServices(services, { ...common, clock, configuration, isOnline, fileUrl, figures, fetch });
    const statistics = new StatisticPeeks({ source: router.statistics, clock, section });
    const http = await createHttp({
      log: silentLogger,
      metrics: new Registry(),
      readiness: () => ({ ready: true }),
      version: '0',
      consoleDirectory: '/nonexistent',
    });
    restrictPorts(
      http,
      () => section('port_restrictions'),
      () => this.port,
    );
    allowOrigins(http, () => section('server'));
    const credentials = { service, section };
    const gms = { prefix: '/genesys', credentials, log: silentLogger };
    await http.register(gmsStatisticApi, { ...gms, statistics });
    await http.register(gmsEwtApi, { ...gms, figures, clock });
    await http.register(gmsResourceApi, { ...gms, pools: new PoolDirectory({ database, access, configuration }) });
    await http.register(gmsServiceApi, { prefix: '/genesys', services, credentials, fileUrl, log: silentLogger });
    return { http, services };
  }
}
