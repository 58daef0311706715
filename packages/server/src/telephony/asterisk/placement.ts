import { createHash } from 'node:crypto';

interface Candidate {
  name: string;
  weight: number;
}

/**
 * The server on which a call is placed: the same for all of its legs, whoever asks, as long as the same servers are there;
 * of many calls each server gets its share by weight, and when one goes only its calls move (weighted rendezvous).
 * @returns undefined when none has a weight
 */
export function placeOf<T extends Candidate>(callId: string, servers: readonly T[]): T | undefined {
  let best: T | undefined;
  let bestScore = -1;
  for (const server of servers) {
    if (server.weight <= 0) continue;
    const score = drawn(`${server.name}/${callId}`) ** (1 / server.weight);
    if (score <= bestScore) continue;
    best = server;
    bestScore = score;
  }
  return best;
}

/** A number between 0 and 1 that follows from the text alone. */
function drawn(text: string): number {
  return (createHash('md5').update(text).digest().readUIntBE(0, 6) + 1) / (2 ** 48 + 1);
}
