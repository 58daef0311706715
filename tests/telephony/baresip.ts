import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passwordOf } from './asterisk-profile.js';
import { freePorts } from './free-ports.js';
import { OwnedProcess } from './owned-process.js';
import { silence, voice, wav } from './sound.js';
import { waitFor } from './waiting.js';

/** Longer than any call of a test, since a phone whose file is over hangs up or falls silent. */
const SPEECH_REPEATS = 60;
/** It says goodbye to its registrar when it ends, which takes up to two seconds. */
const END_PATIENCE_MS = 5000;
/** How the names of the files end in which it keeps what it hears: WAV, one channel of 16 bits. */
const HEARD = '-dec.wav';
const WAV_HEADER_BYTES = 44;
/** Samples up to here are the noise of codecs. */
const QUIET = 500;

export interface PhoneOptions {
  name: string;
  /** Address and port of the registrar, as `127.0.0.1:5060`. */
  registrar: string;
  /** Seconds for which a registration holds; it registers again before. Default 60, which every registrar takes. */
  registrationSeconds?: number;
  /** Whether it keeps what it hears (`loudSamples`). */
  listens?: boolean;
}

/** An event or an answer on the control connection; the fields that the tests look at. */
interface ControlMessage {
  event?: boolean;
  type?: string;
  response?: boolean;
  token?: string;
  data?: string;
  param?: string;
}

/** A telephone: baresip without a screen, which answers by itself and is driven over its control connection. */
export class Phone {
  /** The types of events since its start, such as `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`. */
  readonly events: string[] = [];
  #tokens = 0;
  readonly #answers = new Map<string, ControlMessage>();

  private constructor(
    readonly name: string,
    private readonly process: OwnedProcess,
    private readonly directory: string,
    private readonly control: Socket,
  ) {}

  /** Starts it; it registers by itself. */
  static async start(options: PhoneOptions): Promise<Phone> {
    const directory = mkdtempSync(join(tmpdir(), `ringback-phone-${options.name}-`));
    // It takes the port after the one it is told, too, for TLS.
    const sip = await freePorts(2);
    const control = await freePorts(2);
    const media = await freePorts(20);
    const { name, registrar, registrationSeconds = 60, listens = false } = options;
    const account = `<sip:${name}@${registrar};transport=udp>;auth_user=${name};auth_pass=${passwordOf(name)}`;
    writeFileSync(join(directory, 'contacts'), '');
    writeFileSync(join(directory, 'accounts'), `${account};answermode=auto;regint=${registrationSeconds}\n`);
    writeFileSync(
      join(directory, 'config'),
      `${configuration(directory, sip, control, media)}${listens ? listening(directory) : ''}`,
    );
    writeFileSync(join(directory, 'speech.wav'), wav(speech()));
    writeFileSync(join(directory, 'alert.wav'), wav(silence(1)));
    const process = new OwnedProcess('/usr/bin/baresip', ['-f', directory], { cwd: directory });
    const socket = await waitFor(`the start of the phone ${name}`, () => {
      if (!process.running) throw new Error(`baresip ended: ${process.output}`);
      return connected(control);
    });
    const phone = new Phone(name, process, directory, socket);
    phone.#listen();
    return phone;
  }

  /** How often it saw this. */
  count(event: string): number {
    return this.events.filter((type) => type === event).length;
  }

  /** Whether somebody talks to it, as far as it knows. */
  get isInCall(): boolean {
    return this.count('CALL_ESTABLISHED') > this.count('CALL_CLOSED');
  }

  /** Waits until it has seen an event so often. */
  async sees(event: string, times = 1): Promise<void> {
    await waitFor(`${event} at phone ${this.name} (saw ${this.events})`, () => this.count(event) >= times);
  }

  hangUp = () => this.command('hangup');
  dial = (number: string) => this.command('dial', number);

  /** Presses keys, one after the other. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) await this.command('sndcode', digit);
  }

  /** How many samples of sound that is not silence it has heard in all calls (`listens`). */
  get loudSamples(): number {
    let loud = 0;
    for (const name of readdirSync(this.directory).filter((file) => file.endsWith(HEARD))) {
      const sound = readFileSync(join(this.directory, name)).subarray(WAV_HEADER_BYTES);
      for (let at = 0; at + 1 < sound.length; at += 2) if (Math.abs(sound.readInt16LE(at)) > QUIET) loud += 1;
    }
    return loud;
  }

  /** Sends a command and waits until it was taken. */
  async command(command: string, params = ''): Promise<void> {
    this.#tokens += 1;
    const token = String(this.#tokens);
    const text = JSON.stringify({ command, params, token });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
    await waitFor(`the answer of phone ${this.name} to ${command}`, () => this.#answers.get(token));
  }

  async close(): Promise<void> {
    await this.process.end(END_PATIENCE_MS);
    this.control.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Netstrings: `LENGTH:JSON,`. */
  #listen(): void {
    let rest = Buffer.alloc(0);
    this.control.on('error', () => this.control.destroy());
    this.control.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const colon = rest.indexOf(':');
        const length = colon < 0 ? Number.NaN : Number(rest.subarray(0, colon).toString());
        if (!(rest.length >= colon + length + 2)) return;
        this.#take(JSON.parse(rest.subarray(colon + 1, colon + 1 + length).toString()));
        rest = rest.subarray(colon + length + 2);
      }
    });
  }

  #take(message: ControlMessage): void {
    if (message.event && message.type !== undefined) this.events.push(message.type);
    else if (message.token !== undefined) this.#answers.set(message.token, message);
  }
}

function speech(): readonly number[] {
  const sentence = [...silence(0.2), ...voice(0.8)];
  return Array.from({ length: SPEECH_REPEATS }, () => sentence).flat();
}

function connected(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

const configuration = (directory: string, sip: number, control: number, media: number) => `poll_method epoll
sip_listen 127.0.0.1:${sip}
audio_player aubridge,unheard
audio_source aufile,${directory}/speech.wav
audio_alert aufile,${directory}/alert.wav
rtp_ports ${media}-${media + 19}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${control}
`;

const listening = (directory: string) => `module sndfile.so
snd_path ${directory}
`;
