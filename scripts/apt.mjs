/**
 * Debian packages that tests need, fetched from the mirrors that the machine itself uses.
 */
import { spawn } from 'node:child_process';

/** How long a mirror may take; then it counts as one that does not answer. */
const FETCH_LIMIT_MS = 150_000;
const PATIENCE = ['-o', 'Acquire::Retries=3', '-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20'];
const LOCK = ['-o', 'DPkg::Lock::Timeout=120'];

/**
 * Installs packages with apt-get, quietly. Only the fetching has a limit: what is fetched is installed in peace.
 * @param {string[]} packages
 * @returns {Promise<string | undefined>} undefined, or why they could not be installed
 */
export async function installPackages(packages) {
  const install = [...LOCK, ...PATIENCE, 'install', '-y', '--no-install-recommends'];
  const fetch = () => run('apt-get', [...install, '--download-only', ...packages], FETCH_LIMIT_MS);
  let fetched = await fetch();
  if (fetched.failure !== undefined) {
    // A machine that has never fetched its package lists, or long ago, asks for what no mirror has.
    fetched = await run('apt-get', [...LOCK, ...PATIENCE, 'update'], FETCH_LIMIT_MS);
    if (fetched.failure === undefined) fetched = await fetch();
  }
  if (fetched.failure !== undefined) return fetched.failure;
  return (await run('apt-get', [...install, ...packages])).failure;
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {number} [limitMs] after which it is stopped, as it is when this process is killed; absent: nothing stops it, since
 *   packages that are half installed would be left
 * @returns {Promise<{output: string, failure?: string}>} what it wrote to standard output; `failure`: why it
 *   did not end well
 */
export function run(program, args, limitMs) {
  return new Promise((resolve) => {
    const bounded = limitMs !== undefined;
    const child = spawn(bounded ? 'setpriv' : program, bounded ? ['--pdeathsig', 'TERM', program, ...args] : args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
    let late = false;
    const limit = bounded
      ? setTimeout(() => {
          late = true;
          child.kill('SIGTERM');
        }, limitMs)
      : undefined;
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint = (complaint + text).slice(-20_000);
    });
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ output, failure: `${program} did not run: ${error.message}` });
    });
    child.on('close', (status) => {
      clearTimeout(limit);
      if (late && bounded)
        resolve({ output, failure: `${program} was not done after ${Math.round(limitMs / 1000)} s` });
      else if (status === 0) resolve({ output });
      else resolve({ output, failure: reasonIn(complaint) || `${program} exited with ${status}` });
    });
  });
}

/** What apt and its relatives say of the network, or of their first error, or else the last line. */
function reasonIn(/** @type {string} */ complaint) {
  const lines = complaint.trim().split('\n');
  const find = (/** @type {RegExp} */ pattern) => lines.find((line) => pattern.test(line))?.trim();
  return find(/Failed to fetch|Could not (resolve|connect)/) ?? find(/^E: /) ?? lines.at(-1);
}
