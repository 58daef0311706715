import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Inside of the root. */
const HOME = '/srv/bench';
const FIRST_RTP = 10_000;
const LAST_RTP = 19_999;
const START_LIMIT_MS = 60_000;

export const ARI = { user: 'bench', password: 'bench-secret', application: 'ringback' } as const;

/** Asterisk in its root, with one trunk; a customer behind it answers at once and stays until hung up. */
export interface Telephones {
  url: string;
  stop(): Promise<void>;
}

export async function startTelephones(root: string): Promise<Telephones> {
  const [http, sip, customers] = [await freePort(), await freePort(), await freePort()];
  writeProfile(root, { http, sip, customers });
  const options = ['-sn', 'uas', '-i', '127.0.0.1', '-p', String(customers), '-mp', '22000', '-nostdin'];
  const sipp = spawn('sipp', options, { stdio: 'ignore', cwd: join(root, HOME) });
  const asterisk = spawn('chroot', [root, 'asterisk', '-f', '-C', `${HOME}/etc/asterisk.conf`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${http}`;
  const stop = async () => {
    for (const child of [asterisk, sipp]) await ended(child);
  };
  try {
    await answering(url, asterisk);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function writeProfile(root: string, ports: { http: number; sip: number; customers: number }): void {
  const home = join(root, HOME);
  for (const folder of ['etc', 'varlib', 'db', 'keys', 'spool/recording', 'run', 'log']) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(root, 'etc/resolv.conf'), '');
  const folders = { etc: 'etc', varlib: 'varlib', db: 'db', key: 'keys', spool: 'spool', run: 'run', log: 'log' };
  const directories = Object.entries(folders).map(([name, folder]) => `ast${name}dir => ${HOME}/${folder}`);
  const files: Record<string, string> = {
    'asterisk.conf': `[directories]\n${directories.join('\n')}\nastdatadir => /usr/share/asterisk\n`,
    'modules.conf':
      '[modules]\nautoload = yes\nnoload = chan_iax2.so\nnoload = res_pjsip_endpoint_identifier_anonymous.so\n',
    'logger.conf': '[general]\n[logfiles]\nfull => warning,error\n',
    'http.conf': `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${ports.http}\nsessionlimit = 1000\n`,
    'ari.conf': `[general]\nenabled = yes\n[${ARI.user}]\ntype = user\nread_only = no\npassword = ${ARI.password}\n`,
    'rtp.conf': `[general]\nrtpstart = ${FIRST_RTP}\nrtpend = ${LAST_RTP}\nicesupport = no\n`,
    'pjsip.conf': `[udp]
type = transport
protocol = udp
bind = 127.0.0.1:${ports.sip}
[trunk]
type = endpoint
context = none
disallow = all
allow = ulaw
direct_media = no
aors = trunk
[trunk]
type = aor
contact = sip:127.0.0.1:${ports.customers}
`,
    'extensions.conf': '[none]\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, 'etc', name), text);
}

async function answering(url: string, asterisk: ChildProcess): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${ARI.user}:${ARI.password}`).toString('base64')}`;
  for (const began = Date.now(); Date.now() - began < START_LIMIT_MS; await wait(50)) {
    if (asterisk.exitCode !== null) throw new Error(`Asterisk has ended with ${asterisk.exitCode}.`);
    const status = await fetch(`${url}/ari/asterisk/info`, { headers: { authorization } }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
  }
  throw new Error('Asterisk does not answer.');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The machine gives no port.');
  return address.port;
}
