import { createHash } from 'node:crypto';

interface Candidate {
  name: string;
  weight: number;
}

/**
 * The server on which a call is placed: the same for all of its legs, whoever asks, as long as the same servers are there;
 * of many calls each server gets its share by weight, and when one goes only its calls move (weighted rendezvous). Servers of
 * weight 0 are taken when there are no others.
 * @returns undefined when there is none
 */
export function placeOf<T extends Candidate>(callId: string, servers: readonly T[]): T | undefined {
  const weighted = servers.filter(({ weight }) => weight > 0);
  let best: T | undefined;
  let bestScore = -1;
  for (const server of weighted.length > 0 ? weighted : servers) {
    const score = drawn(`${server.name}/${callId}`) ** (1 / (server.weight || 1));
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
