import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Clock, JsonObject, Timer } from '../../kernel/index.js';
import { queryText } from './paging.js';

/** What the live feed needs of the journal. */
export interface EventFeed {
  subscribe(options: {
    types?: readonly string[];
    after?: string;
    onEvent: (event: JsonObject & { id: string; type: string }) => void;
  }): { ready?: Promise<void>; close(): void };
}

const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2_000;
/** A client that leaves this much unread is disconnected; it resumes from the last event that it read. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/**
 * `GET /events`: the live events as Server-Sent Events. `types` filters by patterns such as `callback.*`;
 * `Last-Event-ID` resumes within the last hour. Comments keep the connection alive.
 */
export function registerEvents(app: FastifyInstance, feed: EventFeed, clock: Clock): void {
  const streams = new Set<Stream>();
  app.get(
    '/events',
    {
      // A stream without a body would never end.
      exposeHeadRoute: false,
      config: { deed: 'watch' },
      schema: {
        tags: ['events'],
        summary: 'Live events (Server-Sent Events)',
        querystring: Type.Object({
          types: Type.Optional(Type.String({ description: 'Comma list of event types, * standing for anything' })),
          after: Type.Optional(Type.String({ description: 'Like the header Last-Event-ID, for clients without it' })),
        }),
      },
    },
    async (request, reply) => {
      const stream = new Stream(open(reply), clock);
      streams.add(stream);
      stream.onClose(() => streams.delete(stream));
      const types = queryText(request, 'types');
      const after = lastEventId(request);
      stream.follow(feed, {
        ...(types !== undefined && { types: types.split(',').map((type) => type.trim()) }),
        ...(after !== undefined && { after }),
      });
    },
  );
  app.addHook('preClose', async () => {
    for (const stream of [...streams]) stream.end();
  });
}

function lastEventId(request: FastifyRequest): string | undefined {
  const header = request.headers['last-event-id'];
  return (typeof header === 'string' && header !== '' ? header : undefined) ?? queryText(request, 'after');
}

function open(reply: FastifyReply): ServerResponse {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  return reply.raw;
}

/** One client's connection: open until the client goes, does not keep up, or the server closes. */
class Stream {
  #heartbeat: Timer | undefined;
  #subscription: { close(): void } | undefined;
  readonly #closers: (() => void)[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly clock: Clock,
  ) {
    response.once('close', () => this.#close());
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    this.#beat();
  }

  follow(feed: EventFeed, options: { types?: readonly string[]; after?: string }): void {
    const subscription = feed.subscribe({ ...options, onEvent: (event) => this.#send(event) });
    this.#subscription = subscription;
    void subscription.ready?.then(() => this.#write(': live\n\n'));
  }

  onClose(run: () => void): void {
    this.#closers.push(run);
  }

  end(): void {
    this.response.end();
    this.#close();
  }

  #send(event: JsonObject & { id: string; type: string }): void {
    this.#write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  #write(text: string): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    this.response.write(text);
    if (this.response.writableLength > MOST_UNREAD_BYTES) this.response.destroy();
  }

  #beat(): void {
    this.#heartbeat = this.clock.at(this.clock.now() + HEARTBEAT_MS, () => {
      this.#write(': alive\n\n');
      this.#beat();
    });
  }

  #close(): void {
    this.#heartbeat?.cancel();
    this.#subscription?.close();
    for (const run of this.#closers.splice(0)) run();
  }
}
