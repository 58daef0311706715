import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../server/server-process.js';
import { bookCallback, callback, SERVICE } from './callback.js';
import { allFinished, CAMPAIGN, customer, loadRecords, order } from './campaign.js';
import { Installation } from './installation.js';
import { describeWithTelephones } from './real-telephones.js';
import type { Party } from './sipp-scenario.js';
import { PATIENCE_MS } from './waiting.js';

const RECORDS = 50;
/** What has to be done takes less than a minute on a quiet machine. */
const CAMPAIGN_LIMIT_MS = 240_000;
const AGENTS = 8;

/** Of ten customers six answer, the others are not reached. */
const TEN: readonly Party[] = [
  ...(['hangs-up', 'busy', 'hangs-up', 'no-answer', 'hangs-up'] as const),
  ...(['hangs-up', 'invalid', 'rejects', 'hangs-up', 'hangs-up'] as const),
];
/** The call result of each: answer, busy, no answer, invalid number; a customer who declines counts as busy. */
const RESULTS: Partial<Record<Party, number>> = { 'hangs-up': 33, busy: 6, 'no-answer': 7, invalid: 11, rejects: 6 };

for (const driver of ['asterisk', 'sip'] as const) {
  describeWithTelephones(`Ringback with the driver ${driver}`, () => {
    let installation: Installation;

    beforeAll(async () => {
      const configuration = `${SERVICE}${CAMPAIGN}`;
      installation = await Installation.open({ driver, agents: AGENTS, configuration });
    });
    afterAll(() => installation?.close());

    it('calls a customer back at the time agreed, who talks to an agent', async () => {
      const number = customer(9000, 'hangs-up');
      const id = await bookCallback(installation, number, { inSeconds: 4 });
      expect((await callback(installation, id))._callback_state).toBe('SCHEDULED');
      const record = await eventually(
        () => callback(installation, id),
        ({ _callback_state }) => _callback_state === 'COMPLETED',
        PATIENCE_MS,
      );
      expect(record._callback_reason).toBe('AGENT_CONNECTED');
      expect(installation.customers.timesRung(number)).toBe(1);
      expect(installation.phones.reduce((sum, phone) => sum + phone.count('CALL_ESTABLISHED'), 0)).toBe(1);
      await installation.isQuiet();
    });

    it(
      `runs a progressive campaign of ${RECORDS} records, and rings everybody once`,
      async () => {
        const parties = Array.from({ length: RECORDS }, (_, index) => TEN[index % TEN.length] ?? 'busy');
        const numbers = parties.map((party, index) => customer(index, party));
        await loadRecords(installation, numbers);
        await order(installation, 'Load');
        await order(installation, 'Start');
        const records = await allFinished(installation, RECORDS, CAMPAIGN_LIMIT_MS);
        for (const [index, number] of numbers.entries()) {
          const record = records.find(({ contact_info }) => contact_info === number);
          expect(record?.call_result, number).toBe(RESULTS[parties[index] ?? 'busy']);
          expect(installation.customers.timesRung(number), number).toBe(1);
        }
        await order(installation, 'Unload');
        await installation.isQuiet();
        expect(installation.customers.calls().filter(({ over }) => !over)).toEqual([]);
      },
      CAMPAIGN_LIMIT_MS + 2 * PATIENCE_MS,
    );
  });
}
