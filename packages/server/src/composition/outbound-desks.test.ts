import { expect, it } from 'vitest';
import type { Leg } from '../telephony/index.js';
import { withPlans } from './outbound-desks.js';

it('tells with an attempt which number was shown and over which trunks it went', async () => {
  const attempt = { attempt: 'a1', list: 'spring', recordId: 1, campaign: 'Spring', phone: '+49891234567', at: 0 };
  const leg = {
    id: 'a1',
    decision: {
      to: '0891234567',
      from: '089100',
      steps: [],
      route: { kind: 'trunk', hops: [{ trunk: 'carrier', to: '0891234567', from: '089100' }] },
      callerId: { number: '+4989100', pool: 'house', why: 'pool for all', attestation: 'A' },
    },
  } as unknown as Leg; // what is read of it
  const other = { ...attempt, attempt: 'a2' };
  expect(await withPlans([attempt, other], { legs: async () => [leg] })).toEqual([
    {
      ...attempt,
      plan: { to: '0891234567', trunks: ['carrier'], callerId: '+4989100', pool: 'house', attestation: 'A' },
    },
    other,
  ]);
});
