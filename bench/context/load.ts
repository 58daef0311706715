import { Pool } from 'undici';
import { converse, REQUEST_KINDS, type RequestKind, type Send } from './conversation.js';

export interface Measurement {
  /** Answered per second. */
  requests: number;
  /** Of all requests, and of each kind, in milliseconds. */
  all: Latency;
  kinds: Map<RequestKind, Latency>;
}

export interface Latency {
  count: number;
  p50: number;
  p99: number;
  longest: number;
}

export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** Conversations begun per second, whatever is under way; without it as many at a time as there are connections. */
  rate?: number;
  /** The next customer, from 1. */
  customer: () => number;
}

/** Lets customers converse for some seconds and measures each request. */
export async function run({ url, connections, seconds, rate, customer }: Load): Promise<Measurement> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const taken = new Map<RequestKind, number[]>();
  const send: Send = async (kind, method, path, body) => {
    const began = performance.now();
    const { statusCode, body: answer } = await pool.request({
      method,
      path: `/genesys/1/cs${path}`,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const milliseconds = performance.now() - began;
    if (statusCode !== REQUEST_KINDS[kind]) throw new Error(`${kind}: ${statusCode} ${text}`);
    const list = taken.get(kind);
    if (list) list.push(milliseconds);
    else taken.set(kind, [milliseconds]);
    // Answers are objects or arrays of objects; the conversation looks into what it expects.
    return text === '' ? ({} as Awaited<ReturnType<Send>>) : JSON.parse(text);
  };
  const began = performance.now();
  const end = began + seconds * 1000;
  if (rate === undefined) {
    const worker = async () => {
      while (performance.now() < end) await converse(send, customer());
    };
    await Promise.all(Array.from({ length: connections }, worker));
  } else {
    const underWay: Promise<void>[] = [];
    for (let index = 0; index < rate * seconds; index += 1) {
      const due = began + (index / rate) * 1000;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      underWay.push(converse(send, customer()));
    }
    await Promise.all(underWay);
  }
  const elapsed = (performance.now() - began) / 1000;
  await pool.close();
  const everything = [...taken.values()].flat();
  return {
    requests: everything.length / elapsed,
    all: latencyOf(everything),
    kinds: new Map([...taken].map(([kind, list]) => [kind, latencyOf(list)])),
  };
}

function latencyOf(milliseconds: number[]): Latency {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: at(1) };
}
