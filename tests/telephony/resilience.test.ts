import { afterEach, beforeEach, expect, it } from 'vitest';
import { ANSWER, allFinished, CAMPAIGN, customer, loadRecords, order } from './campaign.js';
import { Installation, type InstallationOptions } from './installation.js';
import { describeWithTelephones, rounds } from './real-telephones.js';
import type { Party } from './sipp-scenario.js';
import { PATIENCE_MS, waitFor } from './waiting.js';

/** More of it: `RINGBACK_TELEPHONY_ROUNDS`. */
const ROUNDS = rounds(2);
const RECORDS_PER_ROUND = 12;
const AGENTS = 4;
const ROUND_LIMIT_MS = 60_000;
/** How long the network is gone. */
const CUT_MS = 5000;

const PARTIES: readonly Party[] = ['hangs-up', 'hangs-up', 'busy', 'hangs-up', 'no-answer', 'hangs-up'];

interface Disturbance {
  what: string;
  driver: InstallationOptions['driver'];
  /** Happens while customers are dialed and others talk; resolves when all is mended. */
  disturb(installation: Installation, round: number): Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Somewhere between one dial and the next, elsewhere in each round. */
const moment = (round: number) => pause((round * 370) % 1500);

async function killRingback({ server }: Installation, round: number): Promise<void> {
  await moment(round);
  await server.end('SIGKILL');
  await server.start();
}

const DISTURBANCES: readonly Disturbance[] = [
  { what: 'Ringback is killed', driver: 'asterisk', disturb: killRingback },
  { what: 'Ringback is killed', driver: 'sip', disturb: killRingback },
  {
    what: 'Asterisk is killed and started again',
    driver: 'asterisk',
    async disturb({ asterisk, phones }, round) {
      await moment(round);
      await asterisk?.restart();
      // Who hears nothing any more hangs up.
      for (const phone of phones) if (phone.isInCall) await phone.hangUp();
    },
  },
  {
    what: 'the network is cut for five seconds',
    driver: 'asterisk',
    async disturb({ network }, round) {
      await moment(round);
      if (round % 2 === 0) network?.cut();
      else network?.break();
      await pause(CUT_MS);
      network?.mend();
    },
  },
];

describeWithTelephones('a campaign during which', () => {
  let installation: Installation | undefined;

  beforeEach(() => {
    installation = undefined;
  });
  afterEach(() => installation?.close());

  it.each(DISTURBANCES)(
    `$what, with the driver $driver, ${ROUNDS} times: nobody is rung twice, and nothing is left hanging`,
    async ({ driver, disturb }) => {
      const bed = await Installation.open({ driver, agents: AGENTS, configuration: CAMPAIGN });
      installation = bed;
      const parties = Array.from({ length: ROUNDS * RECORDS_PER_ROUND }, (_, index) => PARTIES[index % PARTIES.length]);
      const numbers = parties.map((party, index) => customer(index, party ?? 'busy'));
      await loadRecords(bed, numbers);
      await order(bed, 'Load');
      await order(bed, 'Start');
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = round * RECORDS_PER_ROUND + 3;
        await waitFor('customers who are rung', () => bed.customers.calls().length >= before);
        await disturb(bed, round);
      }
      const records = await allFinished(bed, numbers.length, ROUNDS * ROUND_LIMIT_MS);
      expect(records).toHaveLength(numbers.length);
      for (const { contact_info: number, call_result: result } of records) {
        const times = bed.customers.timesRung(number);
        expect(times, number).toBeLessThanOrEqual(1);
        // Whose call was cut off before it left is not rung; then the record says that nobody was reached.
        if (times === 0) expect(result, number).not.toBe(ANSWER);
      }
      await bed.isQuiet();
      await order(bed, 'Unload');
    },
    ROUNDS * ROUND_LIMIT_MS + 4 * PATIENCE_MS,
  );
});
