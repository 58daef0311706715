import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below the range from which the system takes ports for connections (32768 and up), so that none of those takes a port
 * between this look and its use.
 */
const LOWEST = 10_000;
const HIGHEST = 32_000;

let next = LOWEST + (process.pid % 2000) * 10;

/**
 * The first of `count` successive ports of 127.0.0.1 that are free for UDP and TCP; a range is given out once per process.
 */
export async function freePorts(count: number): Promise<number> {
  for (let attempts = 0; attempts < 2000; attempts += 1) {
    if (next + count > HIGHEST) next = LOWEST;
    const first = next;
    const taken = await firstTaken(first, count);
    if (taken === undefined) {
      next = first + count;
      return first;
    }
    next = taken + 1;
  }
  throw new Error(`There are no ${count} free ports in a row between ${LOWEST} and ${HIGHEST}.`);
}

async function firstTaken(first: number, count: number): Promise<number | undefined> {
  for (let port = first; port < first + count; port += 1) {
    if (!(await isFree(port))) return port;
  }
  return undefined;
}

/** Whether nobody listens on a port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  return (await isFreeForUdp(port)) && (await isFreeForTcp(port));
}

function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function isFreeForTcp(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
