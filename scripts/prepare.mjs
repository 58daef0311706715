/**
 * Brings a checkout into the state in which the program can run: dependencies installed, TypeScript compiled, console
 * built. Each step is done only when what it would do is missing or stale, by content; when nothing is, this takes a
 * few hundredths of a second. It needs nothing but Node, and writes to standard error only.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 12];
/** The name of the note in an output directory that says from which sources it was built. */
const STAMP = '.built-from.json';
const NOT_SOURCES = new Set(['node_modules', 'dist', 'coverage']);

/**
 * @typedef {object} Build
 * @property {string} name
 * @property {string[]} sources files and directories
 * @property {string[]} outputs directories; a file that must be in each of them follows after `:`
 * @property {string} directory where the command runs
 * @property {string[]} command arguments of node
 */

/** @type {Build[]} */
const BUILDS = [
  {
    name: 'the server',
    sources: [
      'tsconfig.base.json',
      ...['packages/scxml/src', 'packages/scxml/package.json', 'packages/scxml/tsconfig.json'],
      ...['packages/server/src', 'packages/server/package.json', 'packages/server/tsconfig.json'],
    ],
    outputs: ['packages/scxml/dist:index.js', 'packages/server/dist:cli/main.js'],
    directory: '.',
    command: ['node_modules/typescript/bin/tsc', '-b', 'packages/scxml', 'packages/server'],
  },
  {
    name: 'the client',
    sources: ['tsconfig.base.json', 'packages/client'],
    outputs: ['packages/client/dist:index.js'],
    directory: '.',
    command: ['node_modules/typescript/bin/tsc', '-b', 'packages/client'],
  },
  {
    name: 'the console',
    sources: ['packages/console'],
    outputs: ['packages/console/dist:index.html'],
    directory: 'packages/console',
    command: ['../../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  },
];

/**
 * Does what is needed. Ends the process with status 1 when a step fails, after its own message.
 * @returns {Promise<void>}
 */
export async function prepare() {
  checkNode();
  if (dependenciesMatch() && BUILDS.every((build) => isFresh(build, fingerprint(build)))) return;
  const release = await takeLock(join(ROOT, '.cache/prepare'), () => say('waiting for another build of this checkout'));
  try {
    if (!dependenciesMatch()) {
      say('installing the dependencies');
      // Not `npm ci`: that refuses a lock file which lacks optional packages of other platforms, as one does that was
      // written where they could not be had. This installs the lock file's versions too, and leaves the file alone.
      // Development dependencies hold the compiler; NODE_ENV=production would leave them out.
      run('.', npmCommand(['install', '--no-save', '--include=dev', '--no-fund', '--no-audit']));
    }
    for (const build of BUILDS) makeFresh(build);
  } finally {
    release();
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(`Ringback needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node}.`);
}

/** Whether what npm has installed (by its own note of it) is what the lock file asks for. */
function dependenciesMatch() {
  const noteFile = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(noteFile)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(noteFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    // Workspaces themselves are not installed but linked, and optional packages are for other platforms.
    if (!path.includes('node_modules/') || entry.optional) return true;
    const found = installed[path];
    // Where it came from may be noted in one of the two only (npm's omit-lockfile-registry-resolved).
    return found !== undefined && found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * The sources of a build, each with a hash of its content, and the compilers' versions by way of the lock file.
 * @param {Build} build
 * @returns {Record<string, string>}
 */
function fingerprint(build) {
  /** @type {Record<string, string>} */
  const files = {};
  const visit = (/** @type {string} */ path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_SOURCES.has(entry.name)) visit(inner);
      } else {
        files[relative(ROOT, inner)] = hash(inner);
      }
    }
  };
  for (const source of [...build.sources, 'package-lock.json']) {
    const path = join(ROOT, source);
    if (/\.\w+$/.test(source)) files[source] = hash(path);
    else visit(path);
  }
  return files;
}

/** @param {string} file */
function hash(file) {
  return createHash('sha256').update(readFileSync(file)).digest('base64').slice(0, 20);
}

/**
 * @param {Build} build
 * @param {Record<string, string>} sources
 */
function isFresh(build, sources) {
  const wanted = JSON.stringify(sources);
  return build.outputs.every((output) => {
    const [directory = '', file = ''] = output.split(':');
    const stamp = join(ROOT, directory, STAMP);
    return existsSync(stamp) && existsSync(join(ROOT, directory, file)) && readFileSync(stamp, 'utf8') === wanted;
  });
}

/** @param {Build} build */
function makeFresh(build) {
  const sources = fingerprint(build);
  if (isFresh(build, sources)) return;
  say(`building ${build.name}`);
  for (const output of build.outputs) {
    const directory = join(ROOT, output.split(':')[0] ?? '');
    const stamp = join(directory, STAMP);
    const former = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
    // The compiler leaves the output of a source that is gone; then everything is compiled anew.
    if (Object.keys(former).some((file) => !(file in sources))) rmSync(directory, { recursive: true });
    else rmSync(stamp, { force: true });
  }
  run(build.directory, [process.execPath, ...build.command]);
  for (const output of build.outputs) {
    writeFileSync(join(ROOT, output.split(':')[0] ?? '', STAMP), JSON.stringify(sources));
  }
}

/** npm as it was called, when it is npm that has started this; else the one in the path. */
function npmCommand(/** @type {string[]} */ args) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') ? [process.execPath, npm, ...args] : ['npm', ...args];
}

/**
 * Runs a command with its output on standard error, so that standard output holds the program's own lines alone.
 * @param {string} directory
 * @param {string[]} command
 */
function run(directory, [program = '', ...args]) {
  const { status, error } = spawnSync(program, args, { cwd: join(ROOT, directory), stdio: ['ignore', 2, 2] });
  if (error) fail(`${program} could not be started: ${error.message}`);
  if (status !== 0) fail(`"${[program, ...args].join(' ')}" failed; its messages are above.`);
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`ringback: ${message}\n`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  say(message);
  process.exit(1);
}
