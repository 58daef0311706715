import { createHash } from 'node:crypto';
import { type Clock, instant, newId } from '../kernel/index.js';
import { type Sql, statement } from '../store/sql.js';

/** What a client stores under a key: a string, or a file. */
export type StoredValue = string | StoredFile;

export interface StoredFile {
  content: Buffer;
  fileName: string;
  mediaType: string;
}

interface ItemRow {
  key: string;
  text: string | null;
  file_name: string | null;
  media_type: string | null;
}

const CREATE = statement('storage-create', 'insert into storage (id, created_at, expires_at) values ($1, $2, $3)');
/** A name that is given again holds on to what it has, unless that has expired. */
const DROP_EXPIRED = statement('storage-drop-expired', 'delete from storage where id = $1 and expires_at <= $2');
const CREATE_NAMED = statement(
  'storage-create-named',
  `insert into storage (id, created_at, expires_at) values ($1, $2, $3)
   on conflict (id) do update set expires_at = excluded.expires_at`,
);
const RENEW = statement(
  'storage-renew',
  'update storage set expires_at = $3 where id = $1 and expires_at > $2 returning id',
);
const PUT_TEXTS = statement(
  'storage-put-texts',
  `insert into storage_item (storage, key, text) select $1, key, text from unnest($2::text[], $3::text[]) as i (key, text)
   on conflict (storage, key) do update set text = excluded.text, file = null, file_name = null, media_type = null`,
);
const PUT_FILE = statement(
  'storage-put-file',
  `with content as (
     insert into storage_file (hash, content) values ($3, $4)
     -- Locks a file that is there already, so that a purge under way does not take it.
     on conflict (hash) do update set hash = excluded.hash
   )
   insert into storage_item (storage, key, file, file_name, media_type) values ($1, $2, $3, $5, $6)
   on conflict (storage, key) do update
      set text = null, file = excluded.file, file_name = excluded.file_name, media_type = excluded.media_type`,
);
const LIST = statement(
  'storage-list',
  `select i.key, i.text, i.file_name, i.media_type from storage s join storage_item i on i.storage = s.id
    where s.id = $1 and s.expires_at > $2 order by i.key`,
);
const EXISTS = statement('storage-exists', 'select id from storage where id = $1 and expires_at > $2');
const READ_FILE = statement(
  'storage-read-file',
  `select f.content, i.file_name, i.media_type
     from storage s join storage_item i on i.storage = s.id join storage_file f on f.hash = i.file
    where s.id = $1 and i.key = $2 and s.expires_at > $3`,
);
const REMOVE_KEY = statement(
  'storage-remove-key',
  'delete from storage_item where storage = $1 and key = $2 returning key',
);
const REMOVE = statement('storage-remove', 'delete from storage where id = $1 returning id');
const PURGE = statement('storage-purge', 'delete from storage where expires_at <= $1');
const PURGE_FILES = statement(
  'storage-purge-files',
  'delete from storage_file f where not exists (select from storage_item i where i.file = f.hash)',
);

/** Data that clients leave for a while, by id and key (Service API, "Notes": what has no underscore is user data). */
export class Storage {
  constructor(private readonly clock: Clock) {}

  /** @param ttlSeconds how long it is kept */
  async create(sql: Sql, values: ReadonlyMap<string, StoredValue>, ttlSeconds: number): Promise<string> {
    const id = newId();
    const now = this.clock.now();
    await sql.query(CREATE, [id, instant(now), instant(now + ttlSeconds * 1000)]);
    await this.put(sql, id, values);
    return id;
  }

  /**
   * Creates data under a name of the user's own choice. Data that are there already are kept, and merged with.
   * @returns the id, which only `namedStorage` makes of the user and the name
   */
  async createNamed(
    sql: Sql,
    user: string,
    name: string,
    values: ReadonlyMap<string, StoredValue>,
    ttlSeconds: number,
  ): Promise<string> {
    const id = namedStorage(user, name);
    const now = this.clock.now();
    await sql.query(DROP_EXPIRED, [id, instant(now)]);
    await sql.query(CREATE_NAMED, [id, instant(now), instant(now + ttlSeconds * 1000)]);
    await this.put(sql, id, values);
    return id;
  }

  /** Lets the data live for `ttlSeconds` from now on; false when there are none. */
  async renew(sql: Sql, id: string, ttlSeconds: number): Promise<boolean> {
    const now = this.clock.now();
    return (await sql.query(RENEW, [id, instant(now), instant(now + ttlSeconds * 1000)])).length > 0;
  }

  /** Adds values and replaces those of the same key. */
  async put(sql: Sql, id: string, values: ReadonlyMap<string, StoredValue>): Promise<void> {
    const keys: string[] = [];
    const texts: string[] = [];
    for (const [key, value] of values) {
      if (typeof value === 'string') {
        keys.push(key);
        texts.push(value);
      } else {
        const hash = createHash('sha256').update(value.content).digest('hex');
        await sql.query(PUT_FILE, [id, key, hash, value.content, value.fileName, value.mediaType]);
      }
    }
    if (keys.length > 0) await sql.query(PUT_TEXTS, [id, keys, texts]);
  }

  /** Every key: its string, or undefined where it holds a file; undefined when there is no such storage. */
  async list(sql: Sql, id: string): Promise<Map<string, string | undefined> | undefined> {
    const rows = await sql.query<ItemRow>(LIST, [id, instant(this.clock.now())]);
    if (rows.length === 0 && !(await this.exists(sql, id))) return undefined;
    return new Map(rows.map(({ key, text }) => [key, text ?? undefined]));
  }

  async exists(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(EXISTS, [id, instant(this.clock.now())])).length > 0;
  }

  async file(sql: Sql, id: string, key: string): Promise<StoredFile | undefined> {
    const [row] = await sql.query<{ content: Buffer; file_name: string; media_type: string }>(READ_FILE, [
      id,
      key,
      instant(this.clock.now()),
    ]);
    return row && { content: row.content, fileName: row.file_name, mediaType: row.media_type };
  }

  async removeKey(sql: Sql, id: string, key: string): Promise<boolean> {
    return (await sql.query(REMOVE_KEY, [id, key])).length > 0;
  }

  async remove(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(REMOVE, [id])).length > 0;
  }

  /** Forgets what has expired, and the files that nothing names any more. */
  async purge(sql: Sql): Promise<void> {
    await sql.query(PURGE, [instant(this.clock.now())]);
    await sql.query(PURGE_FILES);
  }
}

/** The id of data that a user has named. It has slashes, so that it is never an id that was made here. */
export function namedStorage(user: string, name: string): string {
  return `custom/${encodeURIComponent(user)}/${encodeURIComponent(name)}`;
}
