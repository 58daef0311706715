import { writeSync } from 'node:fs';
import { Activity, newId, SystemClock, silentLogger } from '../../src/kernel/index.js';
import { Simulator } from '../../src/telephony/simulator/index.js';

/**
 * Dials on the network in the directory of its first argument and prints each leg that was taken: as many as its second
 * argument says, however late it is killed, since the ledger forgets the oldest of many. Then it waits to be killed.
 */
const [, , directory = '', most = '0'] = process.argv;
const simulator = new Simulator({
  directory,
  clock: new SystemClock(),
  activity: new Activity(),
  log: silentLogger,
  agentOf: () => undefined,
  normalise: () => undefined,
  segmentCalls: 500,
});
await simulator.start();
await simulator.changeSettings({ default: { outcome: 'busy', ringSeconds: 0.005 } });
for (let dialed = 0; dialed < Number(most); dialed += 10) {
  const legs = Array.from({ length: 10 }, newId);
  await Promise.all(
    legs.map(async (legId) => {
      await simulator.dial({ legId, to: '5115', from: '8999', timeoutMs: 1000, callProgress: false });
      writeSync(1, `${legId}\n`);
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
}
// Until it is killed, or whoever would kill it is gone.
process.stdin.resume();
