import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, isFree } from './free-ports.js';
import { OwnedProcess } from './owned-process.js';
import { calledScenario, PARTIES, type Party, SOUNDS } from './sipp-scenario.js';
import { faxTone, silence, ulaw, voice } from './sound.js';
import { waitFor } from './waiting.js';

/** SIPp takes a pair of ports for its own media, and some for each stream. */
const MEDIA_PORTS = 200;

/** One call that reached the customers' network, as that saw it. */
export interface CarriedCall {
  callId: string;
  number: string;
  /** Whether it was answered, and the answer acknowledged. */
  answered: boolean;
  over: boolean;
}

/**
 * The customers' network: one SIPp that plays every party (`PARTIES`), and remembers every call that it was asked to carry.
 */
export class SippCustomers {
  private constructor(
    private readonly process: OwnedProcess,
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(): Promise<SippCustomers> {
    const directory = mkdtempSync(join(tmpdir(), 'ringback-sipp-'));
    writeFileSync(join(directory, 'parties.xml'), calledScenario());
    for (const [name, samples] of Object.entries(sounds())) writeFileSync(join(directory, name), ulaw(samples));
    const port = await freePorts(1);
    const media = await freePorts(MEDIA_PORTS);
    const address = ['-i', '127.0.0.1', '-p', String(port)];
    const ports = ['-mi', '127.0.0.1', '-mp', String(media), '-rtp_echo'];
    const log = ['-trace_logs', '-log_file', 'calls.log'];
    const sipp = ['-sf', 'parties.xml', ...address, ...ports, ...log, '-aa', '-nostdin', '-nd'];
    const process = new OwnedProcess('/usr/bin/sipp', sipp, { cwd: directory });
    await waitFor('the start of SIPp', async () => {
      if (!process.running) throw new Error(`SIPp ended: ${process.output}`);
      return !(await isFree(port));
    });
    return new SippCustomers(process, directory, port);
  }

  /** A number that behaves so; `prefix` tells several of them apart. */
  static number(party: Party, prefix = '4989100'): string {
    return `${prefix}${PARTIES[party]}`;
  }

  /** Every call, in the order in which they came. */
  calls(): CarriedCall[] {
    const calls = new Map<string, CarriedCall>();
    for (const line of this.#lines()) {
      const [, what, callId = '', to = ''] = /^(invite|up|over) (\S+) (.*)$/.exec(line) ?? [];
      if (what === undefined) continue;
      const number = /sip:([^@;>]*)@/.exec(to)?.[1] ?? '';
      const call = calls.get(callId) ?? { callId, number, answered: false, over: false };
      if (what === 'up') call.answered = true;
      if (what === 'over') call.over = true;
      calls.set(callId, call);
    }
    return [...calls.values()];
  }

  /** How often a number was rung, which is written with or without `+`. */
  timesRung(number: string): number {
    const digits = number.replace('+', '');
    return this.calls().filter((call) => call.number === digits).length;
  }

  async close(): Promise<void> {
    await this.process.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #lines(): string[] {
    const file = join(this.directory, 'calls.log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  }
}

function sounds(): Record<string, readonly number[]> {
  const word = [...silence(0.12), ...voice(0.45)];
  return {
    [SOUNDS['a person']]: [...silence(0.3), ...voice(0.6), ...silence(6)],
    [SOUNDS['a brief person']]: [...silence(0.2), ...voice(0.3), ...silence(0.1), ...voice(0.3), ...silence(6)],
    [SOUNDS['a machine of many words']]: Array.from({ length: 14 }, () => word).flat(),
    [SOUNDS['a machine of one long word']]: [...silence(0.2), ...voice(4), ...silence(2)],
    [SOUNDS.fax]: faxTone(30),
  };
}
