import type { Connection } from './connection.js';

/** Something that happened: `callback.state`, `agent.state`, `call.answered`, `route.decision`, ... */
export interface RingbackEvent {
  id: string;
  /** ISO 8601. */
  at: string;
  type: string;
  [fact: string]: unknown;
}

export interface EventSubscription {
  /** Types, `callback.*` for a family; default: all. */
  types?: readonly string[];
  /** Begins with what was missed since the event with this id, of the last hour. */
  after?: string;
  signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** The live events of a server, for people who may watch (`username`, `password` of a user). */
export class Events {
  constructor(private readonly connection: Connection) {}

  /**
   * Every event once, in order, until the signal or the loop ends: `for await (const event of events.subscribe())`. When
   * the connection is lost it is made again, with what was missed.
   * @throws RingbackFailure where the server refuses
   */
  async *subscribe({ types, after, signal }: EventSubscription = {}): AsyncGenerator<RingbackEvent, void, undefined> {
    let last = after;
    let pause = FIRST_PAUSE_MS;
    const own = new AbortController();
    const ended = signal ? AbortSignal.any([signal, own.signal]) : own.signal;
    try {
      while (!ended.aborted) {
        try {
          for await (const event of this.#stream(types, last, ended)) {
            last = event.id;
            pause = FIRST_PAUSE_MS;
            yield event;
          }
        } catch (error) {
          if (ended.aborted) return;
          if (isRefusal(error)) throw error;
        }
        await waited(pause, ended);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    } finally {
      own.abort();
    }
  }

  async *#stream(types: readonly string[] | undefined, after: string | undefined, signal: AbortSignal) {
    const response = await this.connection.open('/api/v1/events', {
      query: { types: types?.join(',') },
      headers: { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
      signal,
    });
    if (!response.body) return;
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += decoder.decode(part.value, { stream: true });
      const messages = rest.split(/\r?\n\r?\n/);
      rest = messages.pop() ?? '';
      for (const message of messages) {
        const data = dataOf(message);
        // The contract of the feed: data is an event.
        if (data !== '') yield JSON.parse(data) as RingbackEvent;
      }
    }
  }
}

function dataOf(message: string): string {
  const lines = message.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  return lines.map((line) => line.slice(line.startsWith('data: ') ? 6 : 5)).join('\n');
}

/** Asking again helps where the server is away or at its limit. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
  return status >= 400 && status < 500 && status !== 429;
}

function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
