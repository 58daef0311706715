import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { kinds, parseConfiguration, readSecret, type Secret, type SwitchSettings } from '../../config/index.js';
import { isObject, type JsonObject, RingbackError } from '../../kernel/index.js';
import {
  type ConfigurationFile,
  type ConfiguredAsterisk,
  configurationFiles,
} from '../../telephony/asterisk/configuration-files.js';
import { CONFIGURATION_HERE } from '../settings.js';

interface AsteriskConfigOptions {
  file?: string;
  server?: string;
  node: string[];
  secrets: boolean;
  directory?: string;
}

/** Read and written by the owner alone: the files hold passwords. */
const PRIVATE = 0o640;

/** `asterisk-config`: the configuration that an Asterisk server includes so that Ringback can use it. */
export function asteriskConfigCommand(): Command {
  return new Command('asterisk-config')
    .description('print the configuration files that Asterisk includes, for the phones and trunks of a configuration')
    .option('-f, --file <file>', 'configuration (default: ./ringback.yaml, where there is one)')
    .option('--server <name>', 'for this one of its servers (default: the first)')
    .option('--node <name...>', 'nodes of Ringback, in the order in which calls are brought to them', [])
    .option('--secrets', 'print passwords, instead of what is to be put there', false)
    .option('--directory <folder>', 'write the files below this folder (such as /etc/asterisk) instead')
    .action(async (options: AsteriskConfigOptions) => {
      const file = options.file ?? (existsSync(CONFIGURATION_HERE) ? CONFIGURATION_HERE : undefined);
      const files = configurationFiles(configuredFor(await switchIn(file), options));
      if (options.directory === undefined) process.stdout.write(`${introduction(files)}${files.map(printed).join('')}`);
      else await write(files, options.directory);
    });
}

/** What the configuration says, with an example where it says nothing. */
function configuredFor(settings: SwitchSettings, { server, node, secrets }: AsteriskConfigOptions): ConfiguredAsterisk {
  const { installation = 'ringback', servers = {}, phones = {}, trunks = {} } = settings;
  const serverName = server ?? Object.keys(servers)[0];
  const named = serverName === undefined ? undefined : servers[serverName];
  if (server !== undefined && !named) {
    const known = Object.keys(servers).join(', ') || 'none';
    throw new RingbackError('unknown-server', `There is no server ${server} in the configuration; it has: ${known}.`);
  }
  const secretOf = (secret: Secret | undefined, what: string): string =>
    secrets && secret !== undefined ? readSecret(secret, what, process.env) : `CHANGE-ME ; ${what}`;
  const url = new URL(named?.url ?? 'http://127.0.0.1:8088');
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return {
    applications: node.length === 0 ? [installation] : node.map((name) => `${installation}-${name}`),
    user: named?.username ?? 'ringback',
    secret: secretOf(named?.secret, 'the secret of this server'),
    bindAddress: local ? '127.0.0.1' : '0.0.0.0',
    port: Number(url.port) || (url.protocol === 'https:' ? 8089 : 8088),
    amdContext: 'amd',
    phones: Object.entries(phones).flatMap(([dn, { endpoint, username = dn, secret, webrtc = false }]) => {
      const here = typeof endpoint === 'object' ? endpoint[serverName ?? ''] : (endpoint ?? username);
      // One that is reached through another server registers there.
      if (here === undefined || here.includes('@')) return [];
      const login = { username, secret: secretOf(secret, `the secret of phone ${dn}`) };
      return [{ endpoint: endpointName(here), webrtc, ...login }];
    }),
    trunks: Object.entries(trunks).flatMap(([name, trunk]) => {
      const { address, endpoint = name, transport = 'udp', username, secret, register = false } = trunk;
      if (address === undefined) return [];
      const login = username === undefined ? {} : { username, secret: secretOf(secret, `the secret of trunk ${name}`) };
      return [{ endpoint: endpointName(endpoint), address, transport, register, ...login }];
    }),
  };
}

/** `2001` of `2001` and of `PJSIP/2001`, `provider` of `PJSIP/{number}@provider`. */
function endpointName(endpoint: string): string {
  return endpoint.replace(/^[^/]*\//, '').replace(/^.*@/, '');
}

async function switchIn(file: string | undefined): Promise<SwitchSettings> {
  if (file === undefined) return { driver: 'asterisk' };
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RingbackError('unreadable-file', `${file} cannot be read`, [], { cause: error });
  });
  const stored = parseConfiguration(text, file).objects.find(({ kind }) => kind === 'switch');
  if (!stored || !isObject(stored.value)) return { driver: 'asterisk' };
  return kinds.switch.read(stored.name, stored.value as JsonObject); // JSON by its origin
}

function introduction(files: readonly ConfigurationFile[]): string {
  const includes = files.map(({ name, includedBy }) => `;   ${includedBy}: #include ${name}`);
  return `; Asterisk 16 to 22 for Ringback. Put each file below /etc/asterisk and include it at the end of Asterisk's own:
${includes.join('\n')}
; Recordings need the folder "recording" below astspooldir: mkdir /var/spool/asterisk/recording, owned by asterisk.
; Calls need two RTP ports per leg (rtp.conf: rtpstart, rtpend), and a transport in pjsip.conf.
; Then: asterisk -rx 'core restart gracefully'
`;
}

function printed({ name, text }: ConfigurationFile): string {
  return `\n; ---------- /etc/asterisk/${name}\n${text}`;
}

async function write(files: readonly ConfigurationFile[], directory: string): Promise<void> {
  for (const { name, includedBy, text } of files) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: PRIVATE });
    process.stdout.write(`${path}: include it in ${includedBy} by: #include ${name}\n`);
  }
}
