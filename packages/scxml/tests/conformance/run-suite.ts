import type { HttpMessage } from '../../src/event-processors/basic-http.js';
import { SimulatedHost, type SimulatedHostOptions } from '../../src/host/simulated-host.js';
import type { SessionPool } from '../../src/index.js';
import { fetchFile } from './w3c-suite.js';

/** Longest that a test may take, on the virtual clock; the suite's own time-outs end at 30 s. */
const patienceMs = 60_000;

export type HostSettings = Pick<
  SimulatedHostOptions,
  'application' | 'restoreAlways' | 'pick' | 'sessionPrefix' | 'trace'
>;

/** A host with an in-memory HTTP loopback: what is posted arrives in process, in order. */
export function suiteHost(pool: SimulatedHostOptions['pool'], settings: HostSettings): SimulatedHost {
  const prefix = settings.sessionPrefix ?? 'session';
  const host: SimulatedHost = new SimulatedHost({
    pool,
    fetch: fetchFile,
    ...settings,
    http: {
      location: (session) => `http://scxml.test/${prefix}/${session}`,
      post: (message: HttpMessage) => Promise.resolve(host.receive(message) ? 200 : 404),
    },
  });
  return host;
}

/** Runs the document at an address to its end; the id of its final state, or why it has none. */
export async function runToFinal(pool: SessionPool, url: string, settings: HostSettings): Promise<string> {
  const host = suiteHost(pool, settings);
  const session = await host.start(url);
  if (session === undefined) return 'rejected';
  await host.advance(host.now + patienceMs);
  if (session.status === 'failed') return `failed: ${session.result?.failure?.message}`;
  return session.finalState ?? `still in ${session.configuration.join(' ')}`;
}
