import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { JournalEvent } from '../api/journal.js';
import { TEST_CLOCK_KEY } from '../api/simulator.js';
import { openEventStream, type StreamState } from './event-stream.js';
import { Refresher } from './refresher.js';

/** Callbacks whose last activity is remembered; the oldest are forgotten first. */
const REMEMBERED_CALLBACKS = 2_000;

/** What the live feed knows beyond what it refreshes. */
export interface FeedSnapshot {
  state: StreamState;
  /** When something last happened to a callback, by callback id, milliseconds since 1970. */
  activity: ReadonlyMap<string, number>;
}

/**
 * Keeps what is on the screen in step with the server: every live event marks the queries that it concerns as changed.
 *
 * Its states are those of the stream: connecting, live, interrupted. When the stream is live again after an
 * interruption, everything is read anew. Driven by {@link LiveFeedProvider}, one per page.
 */
class LiveFeed {
  private snapshot: FeedSnapshot = { state: 'connecting', activity: new Map() };
  private readonly activity = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private readonly refresher = new Refresher();

  constructor(private readonly queries: QueryClient) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.snapshot;

  /** Opens the stream; returns the function that closes it. */
  open(): () => void {
    return openEventStream({
      onEvent: (event) => this.happened(event),
      onState: (state) => this.moved(state),
    });
  }

  private moved(state: StreamState): void {
    const before = this.snapshot.state;
    if (before === state) return;
    this.publish({ ...this.snapshot, state });
    if (before === 'interrupted' && state === 'live') void this.queries.invalidateQueries();
  }

  private happened(event: JournalEvent): void {
    if (typeof this.queries.getQueryData(TEST_CLOCK_KEY) === 'number') this.changed(...TEST_CLOCK_KEY);
    if (event.type === 'agent.state') this.changed('agent-states');
    if (event.type.startsWith('call.')) this.changed('campaign-calls');
    if (event.type === 'route.decision' || event.type === 'callback.state') this.changed('position');
    if (event.type.startsWith('callback.')) this.changed('callbacks');
    if (event.callback === undefined) return;
    this.remember(event.callback, event.at);
    this.changed('callback', event.callback);
    this.changed('history', event.callback);
  }

  private remember(callback: string, at: number): void {
    // Inserted anew, so that the map's order is that of the activity.
    this.activity.delete(callback);
    this.activity.set(callback, at);
    const oldest = this.activity.keys().next();
    if (this.activity.size > REMEMBERED_CALLBACKS && oldest.done !== true) this.activity.delete(oldest.value);
    this.refresher.changed('activity', async () => {
      this.publish({ ...this.snapshot, activity: new Map(this.activity) });
    });
  }

  /** Only queries that are on the screen are fetched again; the others are when they are shown. */
  private changed(...key: string[]): void {
    this.refresher.changed(key.join(' '), () => this.queries.invalidateQueries({ queryKey: key }));
  }

  private publish(snapshot: FeedSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }
}

const Feed = createContext<LiveFeed | null>(null);

/** Opens the live feed for everything below it. */
export function LiveFeedProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const feed = useMemo(() => new LiveFeed(queries), [queries]);
  useEffect(() => feed.open(), [feed]);
  return <Feed value={feed}>{children}</Feed>;
}

/** The feed's connection and the latest activity per callback. */
export function useLiveFeed(): FeedSnapshot {
  const feed = use(Feed);
  if (feed === null) throw new Error('useLiveFeed needs a LiveFeedProvider above it.');
  return useSyncExternalStore(feed.subscribe, feed.current);
}
