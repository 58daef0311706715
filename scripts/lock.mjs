/**
 * A lock between processes that ends with its process: numbered files, of which the one with the highest number counts
 * while the process that it names lives. Whoever finds that one gone makes the next number, which a file system lets
 * one process do only.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/**
 * @param {string} directory where the lock's files are, made if need be
 * @param {() => void} onWait called once when another process holds the lock
 * @returns {Promise<() => void>} releases the lock
 */
export async function takeLock(directory, onWait) {
  mkdirSync(directory, { recursive: true });
  const draft = join(directory, `${process.pid}.draft`);
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}`);
  try {
    for (let waiting = false; ; ) {
      const last = numbersIn(directory).at(-1) ?? 0;
      if (last > 0 && isHeld(join(directory, `${last}.lock`))) {
        if (!waiting) onWait();
        waiting = true;
        await setTimeout(LOOK_EVERY_MS);
        continue;
      }
      const file = join(directory, `${last + 1}.lock`);
      if (!linkUnlessTaken(draft, file)) continue;
      const others = numbersIn(directory).filter((number) => number !== last + 1);
      if (others.some((number) => number > last + 1)) {
        rmSync(file);
        continue;
      }
      for (const number of others) rmSync(join(directory, `${number}.lock`), { force: true });
      return () => writeFileSync(file, '');
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} directory */
function numbersIn(directory) {
  return readdirSync(directory)
    .filter((name) => /^\d+\.lock$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/** @param {string} file */
function isHeld(file) {
  const text = unlessMissing(() => readFileSync(file, 'utf8'));
  if (!text) return false;
  const [pid, ...start] = text.split(' ');
  return isAlive(Number(pid)) && startOf(Number(pid)) === start.join(' ');
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * When a process started, where the system shows it: it tells the process apart from a later one with the same id.
 * @param {number} pid
 */
function startOf(pid) {
  const stat = unlessMissing(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/**
 * @param {string} draft
 * @param {string} file
 */
function linkUnlessTaken(draft, file) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {() => string} read */
function unlessMissing(read) {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
