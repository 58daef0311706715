import { chown, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunAs } from './run-as.js';

/** Begins the names of the directories made here, by which a left-behind one is recognised. */
export const SCRATCH_PREFIX = 'ringback-pg-';
/** The path of a Unix socket has at most 103 bytes on some systems; this leaves room for its name. */
const LONGEST_PATH = 70;
const SHORT_TEMPORARY_FOLDER = '/tmp';

/** Makes an empty temporary directory with a short path that only PostgreSQL's user (and this process) can enter. */
export async function makeScratchDirectory(runAs: RunAs | undefined): Promise<string> {
  const suitable = tmpdir().length <= LONGEST_PATH && (!runAs || (await everybodyCanEnter(tmpdir())));
  const directory = await mkdtemp(join(suitable ? tmpdir() : SHORT_TEMPORARY_FOLDER, SCRATCH_PREFIX));
  if (runAs) await chown(directory, runAs.uid, runAs.gid);
  return directory;
}

async function everybodyCanEnter(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
