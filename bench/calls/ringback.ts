import { performance } from 'node:perf_hooks';
import { composeAbilities } from 'ringback/dist/composition/abilities.js';
import { openGround, type Undo } from 'ringback/dist/composition/ground.js';
import { parseConfiguration } from 'ringback/dist/config/index.js';
import { newId, silentLogger } from 'ringback/dist/kernel/index.js';
import { ARI } from './asterisk.js';
import type { PlaceCall } from './crowd.js';

/** Ringback's own way to a call: its intent is stored, it is dialed, and every news of it is stored with its journal. */
export async function ringbackCalls(
  url: string,
  databaseUrl: string,
  directory: string,
): Promise<{ place: PlaceCall; stop(): Promise<void> }> {
  const settings = {
    ...{ host: '127.0.0.1', port: 0, data: directory, configurationFile: '', onlyMissing: true, databaseUrl },
    ...{ testClock: false, version: 'bench' },
  };
  const servers = { pbx: { url, username: ARI.user, secret: ARI.password } };
  const trunks = { trunk: {} };
  const configuration = { switch: { driver: 'asterisk', installation: ARI.application, servers, trunks } };
  const undo: Undo = [];
  const ground = await openGround(
    settings,
    parseConfiguration(JSON.stringify(configuration), 'bench'),
    silentLogger,
    undo,
  );
  const { calls, network } = await composeAbilities(ground, settings, undo);
  const waiting = new Map<string, { answered: () => void; ended: () => void }>();
  calls.onChange(async (tx, { leg, previous }) => {
    if (leg.state === previous.state) return;
    const waits = waiting.get(leg.id);
    if (leg.state === 'answered') tx.afterCommit(() => waits?.answered());
    if (leg.state === 'ended') tx.afterCommit(() => waits?.ended());
  });
  await network.start();
  undo.push(() => network.close());
  const place: PlaceCall = async () => {
    const legId = newId();
    const began = performance.now();
    const ended = new Promise<false>((resolve) => {
      waiting.set(legId, { answered: () => undefined, ended: () => resolve(false) });
    });
    const answered = new Promise<true>((resolve) => {
      const waits = waiting.get(legId);
      if (waits) waits.answered = () => resolve(true);
    });
    const intent = { legId, callId: legId, role: 'customer', number: '4989123456', from: '4989555' } as const;
    await calls.intend(ground.database, { ...intent, timeoutMs: 30_000, callProgress: false });
    await calls.dial(legId);
    const isAnswered = await Promise.race([answered, ended]);
    const setUpMs = performance.now() - began;
    if (isAnswered) {
      await calls.hangup(legId);
      await ended;
    }
    waiting.delete(legId);
    return { answered: isAnswered, setUpMs };
  };
  return {
    place,
    async stop() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}
