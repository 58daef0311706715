import { type JournalEvent, LIVE_TYPES, parseEvent } from '../api/journal.js';

/** `connecting` until the first answer, then `live`; `interrupted` while the connection is lost and being rebuilt. */
export type StreamState = 'connecting' | 'live' | 'interrupted';

export interface StreamHandlers {
  onEvent(event: JournalEvent): void;
  onState(state: StreamState): void;
}

const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/**
 * The server's live events (`GET /api/v1/events`), reconnected for as long as it is open.
 *
 * The browser's EventSource resumes by itself after a broken connection, but gives up when the server answers with an
 * error, as it does while it starts or has lost its database. Then a new one is made, with growing pauses. What was
 * missed in between is not replayed: whoever sees `live` after `interrupted` reads the present state anew.
 *
 * Returns the function that closes it.
 */
export function openEventStream(handlers: StreamHandlers): () => void {
  const url = `/api/v1/events?types=${encodeURIComponent('callback.*,agent.*,call.*,route.decision')}`;
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let pause = SHORTEST_RETRY_MS;

  const connect = () => {
    retry = undefined;
    const opened = new EventSource(url);
    source = opened;
    opened.onopen = () => {
      pause = SHORTEST_RETRY_MS;
      handlers.onState('live');
    };
    opened.onerror = () => {
      handlers.onState('interrupted');
      if (opened.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_RETRY_MS);
    };
    for (const type of LIVE_TYPES) {
      opened.addEventListener(type, (message) => {
        const event = parseEvent(JSON.parse(message.data));
        if (event !== undefined) handlers.onEvent(event);
      });
    }
  };

  handlers.onState('connecting');
  connect();
  return () => {
    source?.close();
    clearTimeout(retry);
  };
}
