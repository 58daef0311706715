import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, startSession } from './host.js';

/** Sessions that are started at the same time. */
const STARTERS = 32;
/** Longer than sessions that rest stay in memory. */
const REST_MS = 12_000;
const TABLES = ['session', 'session_message', 'session_timer', 'session_action', 'session_reply', 'session_step'];

/** Starts sessions that then wait, and prints what each of them costs in memory and on disk. */
export async function measureIdle(host: Host, count: number, aimBytes: number): Promise<void> {
  const { database } = host.ground;
  await sleep(REST_MS);
  await database.query('vacuum full');
  const before = { memory: memory(), disk: await disk(host) };
  const began = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: STARTERS }, async () => {
      while (left > 0) {
        left -= 1;
        await startSession(host, 'waits');
      }
    }),
  );
  const startSeconds = (performance.now() - began) / 1000;
  const active = memory();
  await sleep(REST_MS);
  const after = { memory: memory(), disk: await disk(host) };
  const bytes = (after.disk - before.disk) / count;
  const memoryBytes = Math.max(0, after.memory - before.memory) / count;
  const perGigabyte = memoryBytes < 1 ? 'any number of' : Math.round(2 ** 30 / memoryBytes).toLocaleString('en');
  console.log(`${count.toLocaleString('en')} idle sessions, each with 1.5 kB of data and a timer`);
  console.log(`  started ${(count / startSeconds).toFixed(0)}/s`);
  console.log(`  memory each: ${Math.max(0, (active - before.memory) / count).toFixed(0)} bytes at their start,`);
  console.log(`  ${memoryBytes.toFixed(0)} bytes when they rest: ${perGigabyte} live sessions per GB`);
  console.log(`  disk each: ${bytes.toFixed(0)} bytes with indexes, history and journal`);
  console.log(`  aim: no memory, at most ${aimBytes} bytes on disk`);
}

/** Bytes of this process's heaps and what lies outside of them, after a collection where the process allows one. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function disk(host: Host): Promise<number> {
  const [row] = await host.ground.database.query<{ bytes: number }>(
    `select (select sum(pg_total_relation_size(name::regclass)) from unnest($1::text[]) as t (name))
            + (select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'event'::regclass) as bytes`,
    [TABLES],
  );
  return row?.bytes ?? 0;
}
