import { execFile } from 'node:child_process';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RingbackError } from '../../kernel/index.js';
import type { Binaries } from './binaries.js';
import { dataDirectoryArgument, POSTGRES_ENVIRONMENT } from './environment.js';
import type { RunAs } from './run-as.js';
import { makeScratchDirectory } from './scratch-directory.js';

const run = promisify(execFile);

/** The superuser of the embedded database, and the name of Ringback's database in it. */
export const OWNER = 'ringback';

export interface NewCluster {
  binaries: Binaries;
  runAs: RunAs | undefined;
  /** Where the cluster comes into being: it appears there whole or not at all. */
  directory: string;
  /** Of the superuser; absent: no password is asked for (tests, whose socket nobody else can reach). */
  password?: string;
  /** Whether the files are on disk when it returns; default true. */
  durable?: boolean;
}

/**
 * Creates an empty cluster. Text is sorted by code point and upper and lower case are Unicode's, by PostgreSQL's own
 * tables, so that an upgrade of the operating system cannot leave indexes out of order.
 */
export async function createCluster(cluster: NewCluster): Promise<void> {
  const { binaries, runAs, directory } = cluster;
  const draft = `${directory}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  if (runAs) await chown(draft, runAs.uid, runAs.gid);
  const scratch = await makeScratchDirectory(runAs);
  try {
    const options = ['-D', dataDirectoryArgument(draft, runAs), '--username', OWNER, '--encoding=UTF8', '--locale=C'];
    options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    if (cluster.durable === false) options.push('--no-sync');
    if (cluster.password === undefined) {
      options.push('--auth=trust');
    } else {
      const passwordFile = join(scratch, 'password');
      await writeFile(passwordFile, cluster.password, { mode: 0o600 });
      if (runAs) await chown(passwordFile, runAs.uid, runAs.gid);
      options.push('--auth=scram-sha-256', '--pwfile', passwordFile);
    }
    await run(binaries.initdb, options, { ...runAs, cwd: draft, env: POSTGRES_ENVIRONMENT });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new RingbackError('database-not-created', `The embedded database could not be created: ${said}`, [], {
      cause: error,
    });
  } finally {
    await rm(scratch, { recursive: true });
  }
  await rename(draft, directory);
}
