/**
 * Makes sure that Debian's Chromium is there for the tests of the web console.
 *
 * As root on Debian or Ubuntu it is installed with apt-get when it is missing; otherwise the caller is told how.
 * From the command line: `node scripts/chromium.mjs` prints the path, or says what to do and exits with 1.
 */
import { accessSync, constants } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { installPackages } from './apt.mjs';

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
  const failure = await installPackages(['chromium']);
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

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const chromium = await ensureChromium();
  if ('path' in chromium) console.log(chromium.path);
  else {
    console.error(chromium.missing);
    process.exitCode = 1;
  }
}
