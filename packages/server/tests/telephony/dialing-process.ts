import { writeSync } from 'node:fs';
import { Activity, newId, SystemClock, silentLogger } from '../../src/kernel/index.js';
import { Simulator } from '../../src/telephony/simulator/index.js';

/** Dials without end on the network in the directory of its argument, and prints each leg that was taken. */
const [, , directory = ''] = process.argv;
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
for (;;) {
  const legs = Array.from({ length: 10 }, newId);
  await Promise.all(
    legs.map(async (legId) => {
      await simulator.dial({ legId, to: '5115', from: '8999', timeoutMs: 1000, callProgress: false });
      writeSync(1, `${legId}\n`);
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
}
