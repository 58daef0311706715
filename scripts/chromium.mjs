/**
 * Makes sure that Debian's Chromium is there for the tests of the web console.
 *
 * As root on Debian or Ubuntu it is installed with apt-get when it is missing; otherwise the caller is told how.
 * From the command line: `node scripts/chromium.mjs` prints the path, or says what to do and exits with 1.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Where Debian's package puts the browser. */
export const CHROMIUM = '/usr/bin/chromium';

/** Flags for a browser that runs unattended, as root too, and talks to nobody but the server under test. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * @returns {Promise<{path: string} | {missing: string}>} the browser's path, or one sentence that says why there is none
 *   and what to do about it. Never rejects because of a browser that cannot be installed.
 */
export async function ensureChromium() {
  if (isExecutable(CHROMIUM)) return { path: CHROMIUM };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { missing: `${CHROMIUM} is not there: install it with "sudo apt-get install -y chromium"` };
  }
  let failure = await aptGet(['install', '-y', '--no-install-recommends', 'chromium']);
  if (failure !== undefined) {
    // A machine that has never fetched its package lists knows no chromium yet.
    failure = await aptGet(['update']);
    failure ??= await aptGet(['install', '-y', '--no-install-recommends', 'chromium']);
  }
  if (failure === undefined && isExecutable(CHROMIUM)) return { path: CHROMIUM };
  const reason = failure ?? `apt-get succeeded, but ${CHROMIUM} is still not executable`;
  return {
    missing: `${CHROMIUM} could not be installed (${reason}): run "apt-get update && apt-get install -y chromium"`,
  };
}

/** @returns {boolean} */
function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return false;
    throw error;
  }
}

/** Runs apt-get quietly; resolves with undefined, or with the last line of its complaint. */
function aptGet(/** @type {string[]} */ args) {
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on('error', (error) => resolve(`apt-get did not run: ${error.message}`));
    child.on('close', (status) => {
      resolve(status === 0 ? undefined : (complaint.trim().split('\n').at(-1) ?? `apt-get exited with ${status}`));
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const chromium = await ensureChromium();
  if ('path' in chromium) console.log(chromium.path);
  else {
    console.error(chromium.missing);
    process.exitCode = 1;
  }
}
