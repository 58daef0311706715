import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AsteriskProfile, asteriskFiles, modulesOf } from './asterisk-profile.js';
import { freePorts } from './free-ports.js';
import { OwnedProcess } from './owned-process.js';
import { waitFor } from './waiting.js';

/** Two ports per leg; a range that is used up answers every further call with "Allocation failed". */
const RTP_PORTS = 600;
const DIRECTORIES = ['etc', 'varlib', 'db', 'keys', 'spool', 'spool/recording', 'run', 'log'];

/** On 127.0.0.1; sound is on those from `firstRtp` to `lastRtp`. */
export type AsteriskPorts = AsteriskProfile['ports'];

export interface AsteriskOptions {
  /** The unpacked root (`asteriskRoot`). Several servers may run in one root at the same time. */
  root: string;
  /** Where the customers' network listens (`SippCustomers.port`). */
  trunkPort: number;
  /** Phones that may register; default 1001, 1002 and 2001. */
  phones?: readonly string[];
  /** The Stasis application that inbound calls go to; default `ringback`. */
  application?: string;
  /** Files that replace or add to those of the profile, by their names below the folder of the configuration. */
  files?: (ports: AsteriskPorts) => Record<string, string>;
}

let made = 0;

/**
 * An Asterisk on free ports of loopback. It can be killed and started again with everything that it keeps on disk, such as
 * the registrations of phones. It ends with the test's process at the latest.
 */
export class AsteriskServer {
  readonly user = 'ringback';
  readonly password = 'ari-secret';
  #process: OwnedProcess | undefined;

  private constructor(
    private readonly root: string,
    /** Of this server, as seen from outside of the root. */
    readonly directory: string,
    readonly ports: AsteriskPorts,
    readonly application: string,
  ) {}

  /** Writes the configuration and starts it; resolves when ARI answers. */
  static async start(options: AsteriskOptions): Promise<AsteriskServer> {
    made += 1;
    const { root, application = 'ringback' } = options;
    const inside = `/srv/${process.pid}-${made}`;
    const directory = join(root, inside);
    for (const name of DIRECTORIES) mkdirSync(join(directory, name), { recursive: true });
    const first = await freePorts(2 + RTP_PORTS);
    const ports = { http: first, sip: first + 1, firstRtp: first + 2, lastRtp: first + 1 + RTP_PORTS };
    const server = new AsteriskServer(root, directory, ports, application);
    const profile = asteriskFiles({
      directory: inside,
      modules: modulesOf(root),
      ports,
      ari: { user: server.user, password: server.password, application },
      phones: options.phones ?? ['1001', '1002', '2001'],
      trunkPort: options.trunkPort,
    });
    for (const [name, text] of Object.entries({ ...profile, ...options.files?.(ports) })) {
      const path = join(directory, 'etc', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    await server.restart();
    return server;
  }

  /** Address of the HTTP server, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** Kills it if it runs, and starts it; resolves when ARI answers (during its start it answers 404). */
  async restart(): Promise<void> {
    await this.kill();
    const inside = this.directory.slice(this.root.length);
    const process = new OwnedProcess('chroot', [
      this.root,
      '/usr/sbin/asterisk',
      '-f',
      '-C',
      `${inside}/etc/asterisk.conf`,
    ]);
    this.#process = process;
    await waitFor('the start of Asterisk', async () => {
      if (!process.running) throw new Error(`Asterisk ended: ${process.output}\n${this.log()}`);
      return (await this.ari('GET', '/asterisk/info')).status === 200;
    });
  }

  /** At once, with the calls that are up; nobody is told. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Ends it and removes what it wrote. It is killed: with calls that are up it would not end by itself. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** One request of ARI; status 0: the server does not answer. */
  async ari(method: string, path: string): Promise<{ status: number; json: unknown }> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/ari${path}`, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}` },
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      return { status: 0, json: String(error) };
    }
    const text = await response.text();
    return { status: response.status, json: isJson(response) && text !== '' ? JSON.parse(text) : text };
  }

  /** The channels that are up, by id. */
  async channels(): Promise<string[]> {
    const { status, json } = await this.ari('GET', '/channels');
    if (status !== 200 || !Array.isArray(json)) throw new Error(`Asterisk answered ${status} to GET /channels.`);
    return json.map((channel: { id: string }) => channel.id);
  }

  /** RTP packets of a channel: received from its party, and sent to it. */
  async packets(channel: string): Promise<{ received: number; sent: number }> {
    const { status, json } = await this.ari('GET', `/channels/${channel}/rtp_statistics`);
    if (status !== 200) return { received: 0, sent: 0 };
    // The shape of ARI's model RTPstat.
    const counts = json as { rxcount?: number; txcount?: number };
    return { received: counts.rxcount ?? 0, sent: counts.txcount ?? 0 };
  }

  /** Resolves when the phone is registered. */
  async hasPhone(phone: string): Promise<void> {
    await waitFor(`the registration of ${phone}`, async () => {
      const { json } = await this.ari('GET', `/endpoints/PJSIP/${phone}`);
      return (json as { state?: string }).state === 'online';
    });
  }

  /** What it wrote last. */
  log(): string {
    return readFileSync(join(this.directory, 'log/full'), 'utf8').slice(-5000);
  }
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.includes('json') === true;
}
