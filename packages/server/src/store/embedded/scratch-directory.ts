import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { RunAs } from './run-as.js';

const PREFIX = 'ringback-pg-';
/** The path of a Unix socket has at most 103 bytes on some systems; this leaves room for its name. */
const LONGEST_PATH = 70;
const SHORT_TEMPORARY_FOLDER = '/tmp';

/**
 * Makes an empty temporary directory with a short path that only PostgreSQL's user (and this process) can enter.
 * @param preferred where, if that has a short path and PostgreSQL's user may enter it; default: the temporary folder
 */
export async function makeScratchDirectory(runAs: RunAs | undefined, preferred = tmpdir()): Promise<string> {
  const suitable = preferred.length <= LONGEST_PATH && (!runAs || (await everybodyCanEnter(preferred)));
  const directory = await mkdtemp(join(suitable ? preferred : SHORT_TEMPORARY_FOLDER, PREFIX));
  if (runAs) await chown(directory, runAs.uid, runAs.gid);
  return directory;
}

/** Makes a scratch directory and notes its path in `note`, so that it is found again when this process is killed. */
export async function makeNotedScratchDirectory(note: string, runAs: RunAs | undefined): Promise<string> {
  const directory = await makeScratchDirectory(runAs);
  await writeFile(note, directory);
  return directory;
}

/** Removes the scratch directory that a killed process noted in `note`; without a note there is none. */
export async function removeNotedScratchDirectory(note: string): Promise<void> {
  if (!existsSync(note)) return;
  const directory = (await readFile(note, 'utf8')).trim();
  // Whatever the file holds, nothing else is removed.
  if (basename(directory).startsWith(PREFIX)) await rm(directory, { recursive: true, force: true });
  await rm(note);
}

async function everybodyCanEnter(directory: string): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
