import { isObject, type JsonObject } from '../../kernel/index.js';
import type { DayEvent } from './report.js';

/** Collects everything that the live feed tells (Server-Sent Events). */
export class EventStream {
  readonly #events: DayEvent[] = [];
  readonly #stop = new AbortController();
  #onEvent: (event: DayEvent) => void = () => undefined;

  /** Resolves when nothing is missed any more. */
  static async open(url: string, headers: Record<string, string>): Promise<EventStream> {
    const stream = new EventStream();
    const response = await fetch(url, { headers, signal: stream.#stop.signal });
    const { body } = response;
    if (!response.ok || !body) throw new Error(`GET ${url}: ${response.status}`);
    await new Promise<void>((resolve, reject) => {
      stream.#read(body, resolve).catch((error: unknown) => {
        if (!stream.#stop.signal.aborted) reject(error);
      });
    });
    return stream;
  }

  /** Everything until the first event that is the last; the stream is closed then. */
  async upTo(isLast: (event: DayEvent) => boolean): Promise<DayEvent[]> {
    if (!this.#events.some(isLast)) {
      await new Promise<void>((resolve) => {
        this.#onEvent = (event) => isLast(event) && resolve();
      });
    }
    this.#stop.abort();
    return this.#events;
  }

  async #read(body: ReadableStream<Uint8Array>, onLive: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === ': live') onLive();
        if (line.startsWith('data: ')) this.#take(JSON.parse(line.slice('data: '.length)));
      }
    }
  }

  #take(value: unknown): void {
    if (!isObject(value)) return;
    const event = dayEvent(value as JsonObject); // parsed JSON
    this.#events.push(event);
    this.#onEvent(event);
  }
}

function dayEvent(event: JsonObject): DayEvent {
  const text = (name: string) => (typeof event[name] === 'string' ? event[name] : undefined);
  const due = text('desiredTime');
  return {
    at: Date.parse(text('at') ?? ''),
    type: text('type') ?? '',
    call: text('call'),
    callback: text('callback'),
    agent: text('agent'),
    role: text('role'),
    state: text('state'),
    previous: text('previous'),
    reason: text('reason'),
    due: due === undefined ? undefined : Date.parse(due),
  };
}
