import type pg from 'pg';
import { type Clock, type Logger, RingbackError, Sequence, type Timer } from '../kernel/index.js';
import { isConnectionFailure } from './failure.js';

const BEAT_MS = 1000;
const FIRST_RECONNECT_MS = 100;
const LONGEST_RECONNECT_MS = 2000;
/** Shortest time between two batches of signals: however much is committed, other nodes are woken 50 times a second. */
const SIGNAL_INTERVAL_MS = 20;
/** `select pg_notify` as one statement for a whole batch. */
const NOTIFY = 'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as signal (channel, payload)';
const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/;
/** PostgreSQL 14: the oldest that this program's statements are written for. */
const OLDEST_SERVER = 140_000;

export interface SignalLineOptions {
  /** Makes an unconnected client with the settings of all connections. */
  createClient: () => pg.Client;
  /** How long the database may be silent, in milliseconds. Measured in beats: see `#beat`. */
  silenceMs: number;
  /** Real time, also when the product's clock stands still: it times the network. */
  clock: Clock;
  log: Logger;
  /** Called when the connection is lost (with the reason) and when it is there again (without). */
  onChange: (lost: Error | undefined) => void;
  onSignal: (channel: string, payload: string) => void;
}

/**
 * One connection that is kept aside from the pool: it hears the signals of other nodes, sends our own and feels the
 * database's pulse, so that it is known at once, and without a query of a customer having to wait, when the database
 * is away.
 *
 * States: up (a client is there; a beat every second) -> lost (reconnects by itself, less and less often) -> up; closed
 * from either. The channels that are listened to are listened to again after each reconnection.
 */
export class SignalLine {
  readonly #options: SignalLineOptions;
  readonly #statements = new Sequence();
  readonly #channels = new Set<string>();
  #client: pg.Client | undefined;
  #closed = false;
  #beatTimer: Timer | undefined;
  #reconnectTimer: Timer | undefined;
  #reconnectMs = FIRST_RECONNECT_MS;
  #unanswered = 0;
  #silentBeats = 0;
  #signals = new Map<string, { channel: string; payload: string }>();
  #signalTimer: Timer | undefined;
  #sending = false;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: SignalLineOptions) {
    this.#options = options;
  }

  /** The first connection. Throws what the driver throws, or `database-too-old`. */
  async open(): Promise<void> {
    await this.#connect();
  }

  get up(): boolean {
    return this.#client !== undefined;
  }

  /** Starts to listen; when the line is lost, also meanwhile, with the next connection. */
  async listen(channel: string): Promise<void> {
    if (!CHANNEL.test(channel)) throw new RingbackError('invalid-channel', `"${channel}" is no channel name.`);
    if (this.#channels.has(channel)) return;
    this.#channels.add(channel);
    const client = this.#client;
    if (!client) return;
    try {
      await this.#ask(client, `listen ${channel}`);
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      this.#lose(client, asError(error));
    }
  }

  async unlisten(channel: string): Promise<void> {
    if (!this.#channels.delete(channel)) return;
    if (this.#client) await this.#ask(this.#client, `unlisten ${channel}`);
  }

  /** Sends a signal with the next batch; equal ones that wait are sent once. */
  signal(channel: string, payload: string): void {
    this.#signals.set(`${channel} ${payload}`, { channel, payload });
    this.#scheduleSignals();
  }

  /** Sends what waits, then hangs up. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signalTimer?.cancel();
    this.#beatTimer?.cancel();
    this.#reconnectTimer?.cancel();
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    if (this.#signals.size > 0) await this.#send(client);
    await client.end();
  }

  async #connect(): Promise<void> {
    const client = this.#options.createClient();
    client.on('notification', ({ channel, payload, processId }) => {
      // Who signals has already woken what is in its own process.
      if (processId !== processIdOf(client)) this.#options.onSignal(channel, payload ?? '');
    });
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client, new Error('The server closed the connection')));
    await client.connect();
    try {
      await this.#checkServer(client);
      // Signals carry no data that could be lost: they need not wait for the disk.
      await client.query('set synchronous_commit = off');
      for (const channel of this.#channels) await client.query(`listen ${channel}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    if (this.#closed) {
      await client.end();
      return;
    }
    this.#client = client;
    this.#unanswered = 0;
    this.#silentBeats = 0;
    this.#reconnectMs = FIRST_RECONNECT_MS;
    this.#armBeat();
    if (this.#signals.size > 0) this.#scheduleSignals();
    this.#options.onChange(undefined);
  }

  async #checkServer(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (version < OLDEST_SERVER) {
      throw new RingbackError(
        'database-too-old',
        `The database is PostgreSQL ${Math.floor(version / 10_000)}; Ringback needs PostgreSQL 14 or later.`,
      );
    }
  }

  #lose(client: pg.Client, reason: Error): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#beatTimer?.cancel();
    void client.end();
    this.#armReconnect();
    this.#options.onChange(reason);
  }

  #armReconnect(): void {
    this.#reconnectTimer = this.#options.clock.at(this.#options.clock.now() + this.#reconnectMs, () => {
      this.#reconnectMs = Math.min(LONGEST_RECONNECT_MS, this.#reconnectMs * 2);
      this.#connect().catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'The database is still away');
        if (!this.#closed) this.#armReconnect();
      });
    });
  }

  #armBeat(): void {
    this.#beatTimer = this.#options.clock.at(this.#options.clock.now() + BEAT_MS, () => this.#beat());
  }

  /**
   * Each beat asks, or notes that the question before is still open. When this process itself was too busy to read the
   * answer, that delays the beats likewise, and one late beat does not make a database that is away.
   */
  #beat(): void {
    const client = this.#client;
    if (!client) return;
    if (this.#unanswered === 0) {
      this.#ask(client, 'select 1').catch((error: unknown) => this.#lose(client, asError(error)));
    } else {
      this.#silentBeats += 1;
      if (this.#silentBeats * BEAT_MS >= this.#options.silenceMs) {
        this.#lose(client, new Error(`No answer for ${this.#options.silenceMs / 1000} s`));
        return;
      }
    }
    this.#armBeat();
  }

  async #ask(client: pg.Client, text: string, values?: unknown[]): Promise<void> {
    this.#unanswered += 1;
    try {
      await this.#statements.run(() => client.query(text, values));
    } finally {
      if (this.#client === client) {
        this.#unanswered -= 1;
        this.#silentBeats = 0;
      }
    }
  }

  #scheduleSignals(): void {
    if (this.#closed || this.#sending || this.#signalTimer || !this.#client) return;
    this.#signalTimer = this.#options.clock.at(this.#sentAt + SIGNAL_INTERVAL_MS, () => {
      this.#signalTimer = undefined;
      const client = this.#client;
      if (!client) return;
      this.#sending = true;
      void this.#send(client).finally(() => {
        this.#sending = false;
        if (this.#signals.size > 0) this.#scheduleSignals();
      });
    });
  }

  /** Sends everything that waits; what could not be sent waits on for the next connection. */
  async #send(client: pg.Client): Promise<void> {
    const batch = this.#signals;
    this.#signals = new Map();
    this.#sentAt = this.#options.clock.now();
    const signals = [...batch.values()];
    try {
      await this.#ask(client, NOTIFY, [
        signals.map((signal) => signal.channel),
        signals.map((signal) => signal.payload),
      ]);
    } catch (error) {
      if (this.#client === client) {
        // The connection is well, so the statement was at fault (a payload over 8000 bytes): repeating it is useless.
        this.#options.log.error({ err: error }, 'Signals to the other nodes could not be sent');
        return;
      }
      for (const [key, signal] of batch) this.#signals.set(key, signal);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The backend's process id of a connected client, which the driver keeps but its type does not show. */
function processIdOf(client: pg.Client): number | undefined {
  return (client as pg.Client & { processID?: number }).processID;
}
