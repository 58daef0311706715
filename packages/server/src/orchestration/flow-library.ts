import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type ApplicationDefinition,
  checkApplication,
  type Diagnostic,
  dialectOf,
  referencedDocuments,
} from '@ringback/scxml';
import { type Clock, instant, RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { type Sql, statement, type Transaction } from '../store/sql.js';
import { type Documents, readDocuments, storedDocuments } from './documents.js';
import { withFoundReferences } from './found-references.js';
import { rootAttributes } from './root-attributes.js';

export type { Documents } from './documents.js';

/** `embedded`: a document inside another application, which `<invoke>` runs. */
export type FlowOrigin = 'shipped' | 'uploaded' | 'fetched' | 'embedded';

export interface FlowVersion {
  flow: string;
  version: number;
  main: string;
  documents: Documents;
  /** Others that they refer to and that could not be fetched: address to HTTP status, 0 without an answer. */
  unavailable: Readonly<Record<string, number>>;
  origin: FlowOrigin;
  createdAt: number;
}

interface FlowRow {
  flow: string;
  version: number;
  main: string;
  documents: Documents;
  origin: FlowOrigin;
  hash: string;
  created_at: number;
}

const LATEST = statement(
  'flow-latest',
  `select flow, version, main, documents, origin, hash, created_at from flow_version
    where flow = $1 order by version desc limit 1`,
);

const READ_VERSION = statement(
  'flow-read-version',
  `select flow, version, main, documents, origin, hash, created_at from flow_version where flow = $1 and version = $2`,
);

const LIST = statement(
  'flow-list',
  `select * from (
     select distinct on (flow) flow, version, main, documents, origin, hash, created_at from flow_version
      order by flow, version desc
   ) latest where main <> '' and origin <> 'embedded' order by flow`,
);

const ADD_VERSION = statement(
  'flow-add-version',
  `insert into flow_version (flow, version, main, documents, origin, hash, ors, created_at, attributes)
   select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from flow_version where flow = $1
   returning version`,
);

/** A last version without documents says that the flow was taken away; the others stay for the sessions that ran them. */
const REMOVE = statement(
  'flow-remove',
  `insert into flow_version (flow, version, main, documents, origin, hash, ors, created_at)
   select $1, max(version) + 1, '', '{}', 'uploaded', '', false, $2 from flow_version where flow = $1
   having (array_agg(main order by version desc))[1] <> ''
   returning version`,
);

const BY_HASH = statement(
  'flow-by-hash',
  'select version from flow_version where flow = $1 and hash = $2 order by version desc limit 1',
);

/** Versions of one flow are numbered one at a time. */
const LOCK = statement('flow-lock', "select pg_advisory_xact_lock(hashtext('flow:' || $1))");

/** What the engine must know besides the documents: the modules' actions and the objects under `_genesys`. */
export type ApplicationExtras = Pick<ApplicationDefinition, 'actions' | 'prelude'>;

export interface LibraryOptions {
  /** Bounds of the engine for applications that are loaded from now on. */
  limits: () => NonNullable<ApplicationDefinition['limits']>;
  /** Names of flows whose sessions have a sandbox each, or `*`. */
  isolatedFlows?: () => readonly string[];
  /** Adds what documents refer to by address. */
  complete: (documents: Documents) => Promise<Documents>;
}

/**
 * The call-flow applications as immutable versions. A session stays on the version that it started with; what is
 * running is never changed by storing a newer one.
 */
export class FlowLibrary {
  readonly #latest = new Map<string, { version: FlowVersion; until: number }>();
  /** Hears of every version that somebody has asked to be stored, also of one that is there already. */
  onStored: ((flow: string, version: number) => Promise<void>) | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly extras: ApplicationExtras,
    private readonly options: LibraryOptions = { limits: () => ({}), complete: async (documents) => documents },
  ) {}

  /** Stores the applications of a folder (`<name>/<name>.scxml` and what lies beside it) whose text has changed. */
  async loadShipped(folder: string): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
      const main = pathToFileURL(join(folder, entry.name, `${entry.name}.scxml`));
      const documents: Documents = {};
      await readWithReferences(main, documents);
      const shipped = Object.fromEntries(
        Object.entries(documents).map(([url, text]) => [shippedUrl(url, folder), text]),
      );
      const url = shippedUrl(main.href, folder);
      const problems = this.check(entry.name, url, shipped).filter(({ severity }) => severity === 'error');
      if (problems.length > 0) throw new RingbackError('invalid-flow', describe(entry.name, problems));
      const stored = await this.latest(entry.name);
      if (stored?.origin === 'uploaded') continue;
      await this.#add(entry.name, url, shipped, 'shipped');
    }
  }

  /**
   * Stores a new version of a flow unless its text is that of the latest.
   * @returns the version's number and the warnings, or the errors for which it was refused
   */
  async put(
    flow: string,
    main: string,
    documents: Documents,
  ): Promise<{ version: number; created: boolean; diagnostics: Diagnostic[] } | { diagnostics: Diagnostic[] }> {
    const complete = await this.options.complete(withFoundReferences(main, documents));
    const diagnostics = this.check(flow, main, complete);
    if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
    const created = (await this.latest(flow)) === undefined;
    const version = await this.#add(flow, main, complete, 'uploaded');
    await this.onStored?.(flow, version);
    return { version, created, diagnostics };
  }

  /**
   * Stores what an address holds now; the version that it has already when its text has not changed.
   * @throws RingbackError `invalid-flow`, with a detail for each error
   */
  async addFetched(flow: string, main: string, documents: Documents): Promise<{ version: number }> {
    const hash = hashOf(main, documents);
    const [known] = await this.database.query<{ version: number }>(BY_HASH, [flow, hash]);
    if (known) return known;
    this.#mustBeValid(flow, main, documents);
    return { version: await this.#add(flow, main, documents, 'fetched') };
  }

  /**
   * A document inside an application as an application of its own, for `<invoke>`: one of its documents, or text that
   * stands in one (`base` is then the address of that one).
   * @returns undefined when the application has no such document
   * @throws RingbackError `invalid-flow`
   */
  async embed(
    tx: Transaction,
    parent: { flow: string; version: number },
    part: { src: string } | { content: string; base: string },
  ): Promise<{ flow: string; version: number } | undefined> {
    const [row] = await tx.query<FlowRow>(READ_VERSION, [parent.flow, parent.version]);
    const text = 'content' in part ? part.content : row?.documents[part.src];
    if (!row || text === undefined) return undefined;
    if ('src' in part && part.src === row.main) return { flow: parent.flow, version: parent.version };
    const main =
      'content' in part ? `${part.base.replace(/#.*$/s, '')}#${hashOf(part.base, { text }).slice(0, 12)}` : part.src;
    const documents: Documents = {};
    gather(main, { ...row.documents, [main]: text }, documents);
    Object.assign(documents, storedDocuments({}, readDocuments(row.documents).unavailable));
    const flow = `${parent.flow}#${main.slice(main.lastIndexOf('content' in part ? '#' : '/') + 1)}`;
    const hash = hashOf(main, documents);
    const [known] = await tx.query<{ version: number }>(BY_HASH, [flow, hash]);
    if (known) return { flow, version: known.version };
    this.#mustBeValid(flow, main, documents);
    await tx.query(LOCK, [flow]);
    const now = instant(this.clock.now());
    return { flow, version: await this.#insert(tx, versionValues(flow, main, documents, 'embedded', hash, now)) };
  }

  #mustBeValid(flow: string, main: string, documents: Documents): void {
    const problems = this.check(flow, main, documents).filter(({ severity }) => severity === 'error');
    if (problems.length === 0) return;
    const details = problems.map(({ url, line, column, message }) => ({
      pointer: '',
      detail: `${url} line ${line} column ${column}: ${message}`,
    }));
    throw new RingbackError('invalid-flow', describe(flow, problems), details);
  }

  #bounds(): NonNullable<ApplicationDefinition['limits']> {
    return { eventBytes: LARGEST_EVENT, ...this.options.limits() };
  }

  /** Every error and warning of an application. */
  check(flow: string, main: string, documents: Documents): Diagnostic[] {
    return checkApplication({ id: flow, main, ...readDocuments(documents), ...this.extras, limits: this.#bounds() });
  }

  /** @param sql the transaction under way, where there is one */
  async latest(flow: string, sql: Sql = this.database): Promise<FlowVersion | undefined> {
    const known = this.#latest.get(flow);
    if (known && known.until > this.clock.now()) return known.version;
    const [row] = await sql.query<FlowRow>(LATEST, [flow]);
    if (!row || row.main === '') return undefined;
    const version = fromRow(row);
    this.#latest.set(flow, { version, until: this.clock.now() + LATEST_FRESH_MS });
    return version;
  }

  async list(): Promise<FlowVersion[]> {
    return (await this.database.query<FlowRow>(LIST)).map(fromRow);
  }

  /** Takes a flow away: no session starts it any more, those that run it go on. False when there is none. */
  async remove(flow: string): Promise<boolean> {
    const removed = await this.database.transaction(async (tx) => {
      await tx.query(LOCK, [flow]);
      return (await tx.query(REMOVE, [flow, instant(this.clock.now())])).length > 0;
    });
    this.#latest.delete(flow);
    return removed;
  }

  /** The definition of one version for the engine. */
  async definition(flow: string, version: number): Promise<ApplicationDefinition | undefined> {
    const known = this.#latest.get(flow)?.version;
    const [row] = known?.version === version ? [] : await this.database.query<FlowRow>(READ_VERSION, [flow, version]);
    const found = known?.version === version ? known : row && fromRow(row);
    if (!found) return undefined;
    const { main, documents, unavailable } = found;
    const isolated = this.options.isolatedFlows?.() ?? [];
    const isolation = isolated.includes(flow) || isolated.includes('*') ? 'session' : 'application';
    return {
      id: applicationId(flow, version),
      main,
      documents,
      unavailable,
      isolation,
      ...this.extras,
      limits: this.#bounds(),
    };
  }

  async #add(flow: string, main: string, documents: Documents, origin: FlowOrigin): Promise<number> {
    const hash = hashOf(main, documents);
    const version = await this.database.transaction(async (tx) => {
      await tx.query(LOCK, [flow]);
      const [latest] = await tx.query<FlowRow>(LATEST, [flow]);
      if (latest?.hash === hash) return latest.version;
      return this.#insert(tx, versionValues(flow, main, documents, origin, hash, instant(this.clock.now())));
    });
    this.#latest.delete(flow);
    return version;
  }

  async #insert(tx: Sql, values: (string | boolean)[]): Promise<number> {
    const [row] = await tx.query<{ version: number }>(ADD_VERSION, values);
    if (!row) throw new Error('a flow version was not stored');
    return row.version;
  }
}

/** Characters of the JSON text of an event's data (ruling on over-runs). */
const LARGEST_EVENT = 1024 * 1024;
/** How long another node's newer version may stay unseen. */
const LATEST_FRESH_MS = 1_000;

export function applicationId(flow: string, version: number): string {
  return `${flow}@${version}`;
}

function hashOf(main: string, documents: Documents): string {
  return createHash('sha256')
    .update(JSON.stringify([main, documents]))
    .digest('hex');
}

/** Copies a document and what it refers to out of `all`. */
function gather(url: string, all: Documents, into: Documents): void {
  const text = all[url];
  if (text === undefined || into[url] !== undefined) return;
  into[url] = text;
  for (const reference of referencedDocuments(text, url)) gather(reference, all, into);
}

/** The values of a new version. */
function versionValues(
  flow: string,
  main: string,
  documents: Documents,
  origin: FlowOrigin,
  hash: string,
  now: string,
) {
  const text = documents[main] ?? '';
  const ors = dialectOf(text, main) === 'ors';
  return [flow, main, JSON.stringify(documents), origin, hash, ors, now, JSON.stringify(rootAttributes(text))];
}

async function readWithReferences(url: URL, documents: Documents): Promise<void> {
  if (documents[url.href] !== undefined) return;
  const text = await readFile(url, 'utf8');
  documents[url.href] = text;
  for (const reference of referencedDocuments(text, url.href)) await readWithReferences(new URL(reference), documents);
}

/** Shipped documents are known by the address under which the original serves its templates' files. */
function shippedUrl(url: string, folder: string): string {
  const root = pathToFileURL(`${folder}/`).href;
  return `ringback:/genesys/1/document/service_template/${url.slice(root.length)}`;
}

function describe(flow: string, problems: Diagnostic[]): string {
  const [first] = problems;
  const where = first ? `${first.url} line ${first.line} column ${first.column}: ${first.message}` : '';
  return `The flow '${flow}' cannot be loaded: ${where}`;
}

function fromRow(row: FlowRow): FlowVersion {
  const { flow, version, main, documents, origin, created_at } = row;
  return { flow, version, main, ...readDocuments(documents), origin, createdAt: created_at };
}
