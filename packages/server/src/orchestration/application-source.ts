import { type Activity, type Clock, instant, type Logger, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { statement } from '../store/sql.js';
import { collectDocuments, type DocumentFetch } from './document-collection.js';
import type { FlowLibrary } from './flow-library.js';

/** A version that sessions can be started with. */
export interface FoundApplication {
  flow: string;
  version: number;
}

export type Found = FoundApplication | { problem: RingbackError };

interface SourceRow {
  flow: string;
  version: number;
  fetched_at: number;
  fresh_until: number;
}

const READ = statement(
  'flow-source-read',
  'select flow, version, fetched_at, fresh_until from flow_source where url = $1',
);
const STORE = statement(
  'flow-source-store',
  `insert into flow_source (url, flow, version, fetched_at, fresh_until, hash) values ($1, $2, $3, $4, $5, '')
   on conflict (url) do update
      set flow = excluded.flow, version = excluded.version, fetched_at = excluded.fetched_at,
          fresh_until = excluded.fresh_until`,
);
/** Addresses that nobody has asked for lately, and versions of theirs that no session runs. */
const PURGE_SOURCES = statement(
  'flow-source-purge',
  'delete from flow_source where fetched_at < $1 and fresh_until < $1',
);
const PURGE_VERSIONS = statement(
  'flow-source-purge-versions',
  `delete from flow_version v
    where origin in ('fetched', 'embedded') and created_at < $1
      and not exists (select from session s where s.flow = v.flow and s.version = v.version)
      and not exists (select from flow_source f where f.flow = v.flow and f.version = v.version)`,
);

export interface SourceSettings {
  /** How long documents are used whose server does not say it, in seconds. */
  defaultMaxAgeSeconds(): number;
  /** How long after that a document is still used when its server does not answer, in seconds. */
  maxStaleSeconds(): number;
  /** Beginnings of addresses that are asked each time. */
  uncached(): readonly string[];
  /** Under which this server is reached: `http://host:port`. */
  ownOrigins(): readonly string[];
}

/**
 * Applications that are named by the addresses of their documents. What an address holds becomes a version of the flow
 * with that name; it is asked again when the age that its server gives it has passed, and another version is stored only
 * if the text has changed. Concurrent askers share one request.
 */
export class ApplicationSource {
  /** By address; the database has them too, for other nodes and later lives of this one. */
  readonly #known = new Map<string, FoundApplication & { fetchedAt: number; freshUntil: number }>();
  readonly #underWay = new Map<string, Promise<FoundApplication>>();

  constructor(
    private readonly parts: {
      database: Database;
      flows: FlowLibrary;
      fetch: DocumentFetch;
      settings: SourceSettings;
      clock: Clock;
      activity: Activity;
      log: Logger;
    },
  ) {}

  /** True for what names documents by address, or several applications; false for the name of a flow. */
  isAddress(application: string): boolean {
    const name = flowNameIn(application);
    return /^[a-z][a-z\d+.-]*:|\s/i.test(name);
  }

  /** What is known of an address without asking anybody. */
  fresh(application: string): FoundApplication | undefined {
    const known = this.#known.get(application.trim());
    return known && known.freshUntil > this.parts.clock.now()
      ? { flow: known.flow, version: known.version }
      : undefined;
  }

  /**
   * The first application that can be loaded, of one or several separated by blanks: addresses, names of flows,
   * `script:` and a name.
   */
  async find(application: string): Promise<Found> {
    let problem = new RingbackError('unknown-flow', 'No application is named.');
    for (const candidate of application.split(/\s+/).filter((part) => part !== '')) {
      try {
        return await this.#one(candidate);
      } catch (error) {
        if (!(error instanceof RingbackError) || !LOAD_PROBLEMS.has(error.code)) throw error;
        this.parts.log.warn({ application: candidate, reason: error.message }, 'an application could not be loaded');
        problem = error;
      }
    }
    return { problem };
  }

  /** Forgets addresses that were last asked before `before` (milliseconds since 1970), and what nobody runs. */
  async purge(before: number): Promise<void> {
    const { database } = this.parts;
    await database.query(PURGE_SOURCES, [instant(before)]);
    await database.query(PURGE_VERSIONS, [instant(before)]);
    for (const [url, { fetchedAt }] of this.#known) if (fetchedAt < before) this.#known.delete(url);
  }

  async #one(candidate: string): Promise<FoundApplication> {
    const { flows } = this.parts;
    if (!this.isAddress(candidate)) {
      const name = flowNameIn(candidate);
      const flow = await flows.latest(name);
      if (!flow) throw new RingbackError('unknown-flow', `There is no flow '${name}'.`);
      return { flow: flow.flow, version: flow.version };
    }
    const stored = this.#ownFlow(candidate);
    if (stored !== undefined) return this.#one(stored);
    const fresh = this.fresh(candidate);
    if (fresh) return fresh;
    const underWay = this.#underWay.get(candidate);
    if (underWay) return underWay;
    const asking = this.parts.activity.run(() => this.#ask(candidate)).finally(() => this.#underWay.delete(candidate));
    this.#underWay.set(candidate, asking);
    return asking;
  }

  /** True for an address under which this server has a flow of its own. */
  isOwn(address: string): boolean {
    return this.#ownFlow(address) !== undefined;
  }

  /** The flow whose document an address of this server is: as the application sees it, or where it is served. */
  #ownFlow(address: string): string | undefined {
    const own = ['ringback:', ...this.parts.settings.ownOrigins()].find((origin) => address.startsWith(`${origin}/`));
    return own === undefined ? undefined : OWN_DOCUMENT.exec(address.slice(own.length))?.[1];
  }

  /** Asks the database, then the address; a document whose server does not answer is used for a while longer. */
  async #ask(address: string): Promise<FoundApplication> {
    const { database, clock, settings, log } = this.parts;
    const [row] = await database.query<SourceRow>(READ, [address]);
    if (row && row.fresh_until > clock.now()) return this.#keep(address, row);
    try {
      return await this.#fetch(address);
    } catch (error) {
      const usable = row && row.fresh_until + settings.maxStaleSeconds() * 1000 > clock.now();
      if (!usable || !(error instanceof RingbackError) || error.code !== 'document-unavailable') throw error;
      log.warn({ application: address, reason: error.message }, 'an older version of an application is used');
      return { flow: row.flow, version: row.version };
    }
  }

  async #fetch(address: string): Promise<FoundApplication> {
    const { database, flows, clock, settings } = this.parts;
    const collected = await collectDocuments(address, this.parts.fetch);
    const flow = flowNameOf(address);
    const { version } = await flows.addFetched(flow, collected.main, collected.documents);
    const isCached = !settings.uncached().some((beginning) => address.startsWith(beginning));
    const maxAge = isCached ? (collected.maxAgeSeconds ?? settings.defaultMaxAgeSeconds()) : 0;
    const now = clock.now();
    const row = { flow, version, fetched_at: now, fresh_until: now + maxAge * 1000 };
    await database.query(STORE, [address, flow, version, instant(now), instant(row.fresh_until)]);
    return this.#keep(address, row);
  }

  #keep(address: string, { flow, version, fetched_at, fresh_until }: SourceRow): FoundApplication {
    this.#known.delete(address);
    this.#known.set(address, { flow, version, fetchedAt: fetched_at, freshUntil: fresh_until });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return { flow, version };
  }
}

const MOST_KNOWN = 1_000;
const OWN_DOCUMENT = /^\/(?:genesys\/1\/document\/service_template|flows)\/([\w.-]+)\/\1\.scxml$/;

/** Why an application cannot be loaded: the fault of its address or of its text, not ours. */
export const LOAD_PROBLEMS: ReadonlySet<string> = new Set([
  'unknown-flow',
  'invalid-flow',
  'document-unavailable',
  'document-missing',
  'address-refused',
]);

/** The name of a flow, which may be written as that of a script object: `script:` and the name. */
export function flowNameIn(application: string): string {
  return application.trim().replace(/^script:/i, '');
}

/** Versions are counted by document, whatever its query says. */
function flowNameOf(address: string): string {
  return address.replace(/[?#].*$/s, '');
}
