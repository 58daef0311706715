import { execFile } from 'node:child_process';
import { chown, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RingbackError } from '../../kernel/index.js';
import type { Binaries } from './binaries.js';
import { dataDirectoryArgument, POSTGRES_ENVIRONMENT } from './environment.js';
import type { RunAs } from './run-as.js';

const run = promisify(execFile);

/** The superuser of the embedded database, and the name of Ringback's database in it. */
export const OWNER = 'ringback';

export interface NewCluster {
  binaries: Binaries;
  runAs: RunAs | undefined;
  /** Where the cluster comes into being: it appears there whole or not at all. */
  directory: string;
  /**
   * The superuser's password, and a directory that `runAs` can read, by way of which initdb gets it; or `trust`: no
   * password is asked for (tests, whose socket nobody else can reach).
   */
  access: 'trust' | { password: string; scratchDirectory: string };
  /** Whether the files are on disk when it returns; default true. */
  durable?: boolean;
}

/**
 * Creates an empty cluster. Text is sorted by code point and upper and lower case are Unicode's, by PostgreSQL's own
 * tables, so that an upgrade of the operating system cannot leave indexes out of order.
 * @throws RingbackError `database-not-created` with what initdb said
 */
export async function createCluster(cluster: NewCluster): Promise<void> {
  const { binaries, runAs, directory, durable = true } = cluster;
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  if (runAs) await chown(draft, runAs.uid, runAs.gid);
  const options = [
    ...['-D', dataDirectoryArgument(draft, runAs), '--username', OWNER],
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
    ...(await accessOptions(cluster)),
  ];
  try {
    await run(binaries.initdb, options, { ...runAs, cwd: draft, env: POSTGRES_ENVIRONMENT });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new RingbackError('database-not-created', `The embedded database could not be created: ${said}`, [], {
      cause: error,
    });
  }
  await rename(draft, directory);
  if (durable) await syncDirectory(dirname(directory));
}

async function accessOptions({ access, runAs }: NewCluster): Promise<string[]> {
  if (access === 'trust') return ['--auth=trust'];
  const passwordFile = join(access.scratchDirectory, 'password');
  await writeFile(passwordFile, access.password, { mode: 0o600 });
  if (runAs) await chown(passwordFile, runAs.uid, runAs.gid);
  return ['--auth=scram-sha-256', '--pwfile', passwordFile];
}

/** A rename is on disk when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  await handle.sync();
  await handle.close();
}
