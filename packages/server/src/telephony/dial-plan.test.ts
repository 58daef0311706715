import { describe, expect, it } from 'vitest';
import { type DialPlan, type Installation, normaliseInbound, type PlannedTrunk, planDial } from './dial-plan.js';

const TRUNKS: Record<string, PlannedTrunk> = {
  carrier: { weight: 3 },
  national: { numberFormat: 'national', country: 'DE', weight: 1 },
  spare: { weight: 0, numberFormat: 'digits' },
  broken: { enabled: false },
};

function plan(
  number: string,
  changes: DialPlan = {},
  more: Partial<Installation & { campaign: string; share: number }> = {},
) {
  const { campaign, share = 0, trunks = TRUNKS, isDevice = (dn: string) => dn === '2001' } = more;
  const call = { number, from: '+4989123450', share, ...(campaign !== undefined && { campaign }) };
  return planDial(call, { plan: { country: 'DE', ...changes }, trunks, isDevice });
}

const FIRST = { name: 'first', match: '^\\+49', trunks: ['national', 'broken', 'carrier'] };

describe('the dial plan', () => {
  it('sends calls to a device of the house there', () => {
    expect(plan('2001').result).toEqual({ verdict: 'device', device: '2001' });
  });

  it('spreads calls over the trunks by weight, and keeps the others for when the first fails', () => {
    const order = (share: number) => {
      const { result } = plan('089 1234567', {}, { share });
      return result.verdict === 'trunk' ? result.hops.map(({ trunk }) => trunk) : result;
    };
    expect(order(0)).toEqual(['carrier', 'national', 'spare']);
    expect(order(0.74)).toEqual(['carrier', 'national', 'spare']);
    expect(order(0.76)).toEqual(['national', 'carrier', 'spare']);
  });

  it('writes numbers as each trunk wants them', () => {
    expect(plan('089 1234567').result).toEqual({
      verdict: 'trunk',
      hops: [
        { trunk: 'carrier', to: '+49891234567', from: '+4989123450' },
        { trunk: 'national', to: '0891234567', from: '089123450' },
        { trunk: 'spare', to: '49891234567', from: '4989123450' },
      ],
    });
  });

  it('follows the first rule that applies', () => {
    const rules = [{ name: 'abroad', match: '^\\+1' }, { ...FIRST, strip: 1, prepend: '9' }, { name: 'all' }];
    const { result, steps } = plan('0891234567', { rules });
    expect(result).toEqual({
      verdict: 'trunk',
      rule: 'first',
      hops: [
        { trunk: 'national', to: '9891234567', from: '089123450' },
        { trunk: 'carrier', to: '949891234567', from: '+4989123450' },
      ],
    });
    expect(steps.map(({ looked, outcome }) => `${looked}: ${outcome}`)).toEqual([
      'devices of the house: none has this number',
      'number: is +49891234567',
      'rule abroad: +49891234567 does not match ^\\+1',
      'rule first: applies',
      'trunks: national, then carrier',
    ]);
  });

  it('applies rules of campaigns to their calls alone', () => {
    const rules = [{ name: 'spring', campaigns: ['Spring'], refuse: 'not this week' }];
    expect(plan('0891234567', { rules }, { campaign: 'Spring' }).result).toMatchObject({
      verdict: 'refused',
      reason: 'not this week',
    });
    expect(plan('0891234567', { rules }, { campaign: 'Summer' }).result.verdict).toBe('trunk');
    expect(plan('0891234567', { rules, otherwise: 'refuse' }, { campaign: 'Summer' }).result).toMatchObject({
      reason: 'no rule of the dial plan applies',
    });
  });

  it.for<[string, string]>([
    ['112', 'an emergency number'],
    ['+49112', 'an emergency number'],
    ['110', 'an emergency number'],
    ['911', 'an emergency number'],
    ['0900 5123456', 'a premium number'],
    ['', 'there is no number to dial'],
  ])('refuses %s', ([number, reason]) => {
    expect(plan(number).result).toEqual({ verdict: 'refused', reason });
  });

  it('dials them where it is allowed', () => {
    expect(plan('112', { allow: ['emergency'] }).result).toMatchObject({ hops: [{ to: '112' }, {}, {}] });
    const rules = [{ name: 'hotline', match: '^\\+49900', allow: ['premium' as const] }];
    expect(plan('0900 5123456', { rules }).result).toMatchObject({ verdict: 'trunk', rule: 'hotline' });
    expect(plan('112', { emergencyNumbers: ['999'] }).result.verdict).toBe('trunk');
  });

  it('says that there is no trunk, or that none may be used', () => {
    expect(plan('0891234567', {}, { trunks: {} }).result).toEqual({ verdict: 'direct', to: '+49891234567' });
    expect(plan('0891234567', {}, { trunks: { broken: { enabled: false } } }).result).toEqual({
      verdict: 'refused',
      reason: 'no trunk may be used',
    });
  });

  it('reads the numbers of callers as its country writes them', () => {
    expect(normaliseInbound('0891234567', { country: 'DE' })).toBe('+49891234567');
    expect(normaliseInbound('anonymous', { country: 'DE' })).toBe('anonymous');
  });
});
