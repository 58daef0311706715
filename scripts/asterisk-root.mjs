/**
 * What the telephone tests run against: SIPp and baresip on this machine, and an Asterisk in a directory of its own below
 * the temporary folder (`chroot`), built with mmdebstrap from the mirror that the machine itself uses. What was built is
 * kept in `.cache/asterisk`, so that a later run only unpacks it.
 */
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, run } from './apt.mjs';
import { takeLock } from './lock.mjs';

const CACHE = fileURLToPath(new URL('../.cache/asterisk', import.meta.url));
/** The programs on this machine, and the packages that bring them. */
const PROGRAMS = {
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/usr/bin/sipp': 'sip-tester',
  '/usr/bin/baresip': 'baresip-core',
};
/**
 * Debian's releases that are tried, the newest stable-to-be first: both have Asterisk 22. `RINGBACK_TELEPHONY_ASTERISK` names
 * another one, such as `bullseye`, which has Asterisk 16.
 */
const RELEASES = ['forky', 'sid'];
const CHOICE = 'RINGBACK_TELEPHONY_ASTERISK';
const PACKAGES = 'asterisk,asterisk-core-sounds-en-gsm';
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** How long building may take; with a mirror near by it takes half a minute, on a busy machine a whole one. */
const BUILD_LIMIT_MS = 240_000;
const UNPACK_LIMIT_MS = 120_000;
const PREFIX = 'ringback-asterisk-';
/** Changed when what a packed root holds changes; packed roots of another recipe are not used. */
const RECIPE = 1;

/**
 * @returns {Promise<{root: string, version: string, remove: () => void} | {missing: string}>} the unpacked root, of which the
 *   caller is the only user until it removes it; or one sentence that says why there is none. Never rejects because of the
 *   machine or the network.
 */
export async function prepareAsterisk() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return {
      missing: 'they need root on Debian, to install SIPp and baresip and to run Asterisk in a directory of its own',
    };
  }
  const chosen = process.env[CHOICE];
  if (chosen !== undefined && !/^[a-z]+$/.test(chosen)) {
    throw new Error(`${CHOICE} is the name of a release of Debian, such as bullseye, not '${chosen}'.`);
  }
  const releases = chosen === undefined ? RELEASES : [chosen];
  removeLeftBehind();
  mkdirSync(CACHE, { recursive: true });
  const release = await takeLock(join(CACHE, 'lock'), () => say('waiting for another run that prepares Asterisk'));
  try {
    const lacking = Object.entries(PROGRAMS).filter(([path]) => !isExecutable(path));
    if (lacking.length > 0) {
      const packages = lacking.map(([, name]) => name);
      say(`installing ${packages.join(', ')}`);
      const failure = await installPackages(packages);
      if (failure !== undefined) return { missing: `${packages.join(', ')} could not be installed (${failure})` };
    }
    return (await unpack(releases)) ?? (await build(releases));
  } finally {
    release();
  }
}

/**
 * The newest root of these releases that was packed, if there is one that is good.
 * @param {string[]} releases
 */
async function unpack(releases) {
  const pattern = new RegExp(`^(${releases.join('|')})-[\\d.]+-r${RECIPE}\\.tar\\.[a-z]+$`);
  const packed = readdirSync(CACHE).filter((name) => pattern.test(name));
  for (const name of packed.sort((a, b) => written(b) - written(a))) {
    const root = makeRoot();
    const { failure } = await run('tar', ['-xf', join(CACHE, name), '-C', root], UNPACK_LIMIT_MS);
    const version = failure === undefined ? await versionOf(root) : undefined;
    if (version !== undefined) return finished(root, version);
    say(`${name} cannot be used (${failure ?? 'its Asterisk does not start'}); it is built anew`);
    rmSync(root, { recursive: true, force: true });
    rmSync(join(CACHE, name), { force: true });
  }
  return undefined;
}

/** @param {string} name */
function written(name) {
  return statSync(join(CACHE, name)).mtimeMs;
}

/** @param {string[]} releases */
async function build(releases) {
  const mirror = await debianMirror();
  if (mirror === undefined) return { missing: 'no mirror of Debian is among the package sources of this machine' };
  let reason = '';
  const end = performance.now() + BUILD_LIMIT_MS;
  for (const release of releases) {
    say(`building Asterisk from ${release}`);
    const root = makeRoot();
    const { failure } = await run('mmdebstrap', recipe(release, root, mirror), end - performance.now());
    const version = failure === undefined ? await versionOf(root) : undefined;
    if (version !== undefined) {
      await pack(root, release, version);
      return finished(root, version);
    }
    rmSync(root, { recursive: true, force: true });
    reason = failure ?? 'the Asterisk that was built does not start';
    // Another release on a mirror that does not answer would only take the same time again.
    if (/was not done after/.test(reason)) break;
  }
  return { missing: `Asterisk could not be built from ${mirror} (${reason})` };
}

/**
 * The arguments of mmdebstrap. The Release files of releases in the making may be past their time; they are signed
 * all the same.
 * @param {string} release
 * @param {string} root
 * @param {string} mirror
 */
function recipe(release, root, mirror) {
  const apt = [
    'Acquire::Check-Valid-Until "false"',
    'Apt::Install-Recommends "false"',
    'Acquire::Retries "3"',
    'Acquire::http::Timeout "20"',
    'Acquire::https::Timeout "20"',
  ];
  const unneeded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'];
  return [
    '--quiet',
    '--variant=apt',
    ...apt.map((option) => `--aptopt=${option}`),
    ...unneeded.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--include=${PACKAGES}`,
    release,
    root,
    `deb [signed-by=${KEYS}] ${mirror} ${release} main`,
  ];
}

/** Where this machine gets Debian's own packages from. */
async function debianMirror() {
  const format = '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)';
  const { output } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], 20_000);
  for (const line of output.split('\n')) {
    const [uri, ...of] = line.split(' ');
    if (of.join(' ') === 'Debian Debian main') return uri;
  }
  return undefined;
}

/**
 * @param {string} root
 * @param {string} release
 * @param {string} version
 */
async function pack(root, release, version) {
  const zstd = isExecutable('/usr/bin/zstd');
  const file = join(CACHE, `${release}-${version}-r${RECIPE}.tar.${zstd ? 'zst' : 'gz'}`);
  const partial = `${file}.${process.pid}.partial`;
  const { failure } = await run('tar', [zstd ? '--zstd' : '--gzip', '-cf', partial, '-C', root, '.'], UNPACK_LIMIT_MS);
  if (failure === undefined) return renameSync(partial, file);
  say(`Asterisk could not be packed, and will be built again next time (${failure})`);
  rmSync(partial, { force: true });
}

/**
 * The version of the Asterisk in a root, which shows that it starts.
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
async function versionOf(root) {
  const { output } = await run('chroot', [root, '/usr/sbin/asterisk', '-V'], 20_000);
  return /^Asterisk ([\d.]+)/.exec(output)?.[1];
}

/**
 * Without a name of its own in `hosts` Asterisk asks the network for it with every call, five seconds long.
 * @param {string} root
 * @param {string} version
 */
function finished(root, version) {
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost ${hostname()} A.ROOT-SERVERS.NET\n`);
  writeFileSync(join(root, 'etc/resolv.conf'), '');
  return { root, version, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A directory whose name says which process uses it. */
function makeRoot() {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Roots of processes that were killed before they could remove them. */
function removeLeftBehind() {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    return true;
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return false;
    throw error;
  }
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`telephony tests: ${message}\n`);
}
