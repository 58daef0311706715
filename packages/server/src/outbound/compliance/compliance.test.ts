import { DateTime } from 'luxon';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, silentLogger } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import type { AttemptReservation } from '../dialing/index.js';
import { Compliance } from './compliance.js';
import { readJurisdiction } from './jurisdiction.js';
import { JURISDICTIONS } from './jurisdictions.js';
import { applicable, type Called, historyVerdict, type PastAttempt, timeVerdict } from './verdict.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PACKS = new Map(Object.entries(JURISDICTIONS).map(([name, pack]) => [name, readJurisdiction(name, pack)]));
/** Monday noon in New York. */
const MONDAY = Date.parse('2026-06-01T16:00:00Z');

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const hours = new Map<string, number>();

/** By another library's reckoning of zones; remembered, since it is slow. */
function hourOfDay(zone: string, now: number): number {
  const key = `${zone} ${now}`;
  let hour = hours.get(key);
  if (hour === undefined) {
    const local = DateTime.fromMillis(now, { zone });
    hour = local.hour + local.minute / 60 + local.second / 3600 + local.millisecond / 3_600_000;
    hours.set(key, hour);
  }
  return hour;
}

/**
 * The rules once more, written down pack by pack as the law says them, without the product's reading of packs.
 * @returns whether the attempt is allowed
 */
function independently(pack: string, called: Called, past: readonly PastAttempt[], now: number): boolean {
  const florida = /^\+1(239|305|321|324|352|386|407|448|561|645|656|689|727|728|754|772|786|813|850|863|904|941|954)/;
  const isFlorida = florida.test(called.number);
  const panhandle = /^\+1(448|850)/.test(called.number);
  const hour = (zone: string) => hourOfDay(zone, now);
  const zones = [...called.zones, ...(pack === 'us' && panhandle ? ['America/New_York', 'America/Chicago'] : [])];
  if (pack === 'uk') {
    if (called.agentGuaranteed) return true;
    return past.every(
      ({ at, outcome }) =>
        !(outcome === 'abandoned' && at + 72 * HOUR > now) && !(outcome === 'machine' && at + 24 * HOUR > now),
    );
  }
  const till = pack === 'us' && isFlorida ? 20 : 21;
  if (zones.some((zone) => hour(zone) < 8 || hour(zone) >= 21)) return false;
  if (pack === 'us' && isFlorida && zones.some((zone) => hour(zone) >= till)) return false;
  if (pack === 'us' && isFlorida && past.filter(({ at }) => at > now - DAY).length >= 3) return false;
  if (pack === 'us-debt-collection') {
    if (past.filter(({ at }) => at > now - 7 * DAY).length >= 7) return false;
    if (past.some(({ at, outcome }) => outcome === 'conversation' && at + 7 * DAY > now)) return false;
  }
  return true;
}

describe('the rules', () => {
  it('classify 100,000 attempts as an independent checker does', () => {
    const next = numbers(42);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(next() * values.length)] as Value; // in range
    const moments = Array.from({ length: 3000 }, () => MONDAY + Math.floor(next() * 300 * DAY));
    let blocked = 0;
    for (let round = 0; round < 100_000; round += 1) {
      const pack = pick(['us', 'uk', 'us-federal', 'us-debt-collection']);
      const now = pick(moments);
      const called: Called = {
        number: pick(['+12125550100', '+13055550100', '+18505550100', '+14485550100', '+442079460000']),
        zones: [
          pick(['America/New_York', 'America/Chicago', 'America/Los_Angeles', 'Europe/London', 'Pacific/Honolulu']),
        ],
        campaign: pick(['a', 'b']),
        agentGuaranteed: next() < 0.3,
      };
      const past = Array.from({ length: Math.floor(next() * 9) }, (): PastAttempt => {
        const outcome = pick([undefined, 'conversation', 'abandoned', 'machine', 'refusal'] as const);
        return {
          at: now - Math.floor(next() * 9 * DAY),
          campaign: pick(['a', 'b']),
          sameNumber: next() < 0.7,
          ...(outcome !== undefined && { outcome }),
        };
      });
      const rules = applicable([pack], PACKS, called.number);
      const allowed = timeVerdict(rules, called, now).allowed && historyVerdict(rules, called, past, now).allowed;
      if (allowed !== independently(pack, called, past, now)) {
        expect.fail(`${pack} ${JSON.stringify(called)} ${JSON.stringify(past)} at ${new Date(now).toISOString()}`);
      }
      if (!allowed) blocked += 1;
    }
    expect(blocked).toBeGreaterThan(20_000);
    expect(blocked).toBeLessThan(80_000);
  });

  it.each([
    ['2026-06-01T11:59:59Z', 'America/New_York', false],
    ['2026-06-01T12:00:00Z', 'America/New_York', true],
    ['2026-06-02T00:59:59Z', 'America/New_York', true],
    ['2026-06-02T01:00:00Z', 'America/New_York', false],
    // The day on which clocks go forward: 08:00 is an hour earlier in UTC.
    ['2026-03-08T11:59:59Z', 'America/New_York', false],
    ['2026-03-08T12:00:00Z', 'America/New_York', true],
    ['2026-03-07T12:30:00Z', 'America/New_York', false],
  ])('of the United States at %s in %s allow a call: %s', (at, zone, allowed) => {
    const called = { number: '+12125550100', zones: [zone], campaign: 'a', agentGuaranteed: false };
    expect(timeVerdict(applicable(['us'], PACKS, called.number), called, Date.parse(at)).allowed).toBe(allowed);
  });

  it('say when a blocked number may be called', () => {
    const called = { number: '+13055550100', zones: ['America/New_York'], campaign: 'a', agentGuaranteed: false };
    const rules = applicable(['us'], PACKS, called.number);
    const night = Date.parse('2026-06-02T02:00:00Z');
    expect(timeVerdict(rules, called, night)).toMatchObject({ until: Date.parse('2026-06-02T12:00:00Z') });
    const past = [1, 5, 9].map((hours) => ({ at: MONDAY - hours * HOUR, campaign: 'b', sameNumber: false }));
    const verdict = historyVerdict(rules, called, past, MONDAY);
    expect(verdict).toMatchObject({ allowed: false, rule: 'us-florida: attempts', until: MONDAY - 9 * HOUR + DAY });
    expect(historyVerdict(rules, called, past, MONDAY - 9 * HOUR + DAY)).toEqual({ allowed: true });
  });

  it.each([
    ['windows', 'Mon-Fri 8-21'],
    ['windows', 'Fri-Mon 08:00-21:00'],
    ['attempts', '3 per day'],
    ['silence-after-refusal', 'ten days'],
    ['abandonment', '3'],
    ['numbers', '1305'],
    ['closed', 'Christmas'],
    ['ring-minimum', 'long'],
    ['hours', 'Mon-Fri 08:00-21:00'],
  ])('are refused when %s is "%s"', (key, value) => {
    expect(() => readJurisdiction('mine', { [key]: value })).toThrow(`Jurisdiction mine: ${key} is "${value}"`);
  });
});

describe('the ledger', () => {
  let store: TestDatabase;
  let clock: ManualClock;
  let lists: Record<string, Record<string, Record<string, string>>>;
  let compliance: Compliance;
  let changed: (change: { kind: string; name: string }) => void;
  let attempts = 0;

  beforeEach(async () => {
    store = await testDatabase();
    clock = new ManualClock(MONDAY, store.activity);
    lists = {};
    compliance = new Compliance({
      configuration: {
        object: (_kind, name) => lists[name],
        onChange: (handler) => {
          changed = handler;
          return () => undefined;
        },
      },
      clock,
      log: silentLogger,
    });
  });

  function attempt(more: Partial<AttemptReservation> & { jurisdiction?: string } = {}): AttemptReservation {
    attempts += 1;
    const { jurisdiction, ...rest } = more;
    return {
      attempt: `a${attempts}`,
      at: clock.now(),
      from: '+18005550100',
      record: { list: 'spring', recordId: attempts, chainId: 1, recordType: 2, zone: 'America/New_York', custom: {} },
      phone: '3055550100',
      phoneKey: '+13055550100',
      campaign: 'Spring',
      group: 601,
      agentGuaranteed: false,
      option: (name) => (name === 'jurisdiction' ? jurisdiction : undefined),
      ...rest,
    };
  }

  const reserve = (one: AttemptReservation) => store.database.transaction((tx) => compliance.reserve(tx, one));
  const settle = (id: string, result: number, more: { answeredLive?: boolean; abandoned?: boolean } = {}) =>
    store.database.transaction((tx) =>
      compliance.settle(tx, { attempt: id, at: clock.now(), result, answeredLive: false, abandoned: false, ...more }),
    );

  it('lets a person be called three times a day in Florida, whichever campaign and number it is', async () => {
    const jurisdiction = 'us';
    expect(await reserve(attempt({ jurisdiction, customerId: 'c1' }))).toEqual({ allowed: true });
    expect(await reserve(attempt({ jurisdiction, customerId: 'c1', campaign: 'Other' }))).toEqual({ allowed: true });
    const second = { jurisdiction, customerId: 'c1', phoneKey: '+13055550199' };
    expect(await reserve(attempt(second))).toEqual({ allowed: true });
    expect(await reserve(attempt({ jurisdiction, customerId: 'c1' }))).toMatchObject({
      allowed: false,
      rule: 'us-florida: attempts',
    });
    await clock.advance(DAY + 1);
    expect(await reserve(attempt({ jurisdiction, customerId: 'c1' }))).toEqual({ allowed: true });
    expect(await compliance.blocked(store.database, 2 * DAY)).toEqual([
      { campaign: 'Spring', rule: 'us-florida: attempts', count: 1 },
    ]);
  });

  it('never lets two campaigns that dial at the same instant both take the last place', async () => {
    for (let round = 0; round < 10; round += 1) {
      const phoneKey = `+1305555${1000 + round}`;
      const verdicts = await Promise.all(
        Array.from({ length: 8 }, () => reserve(attempt({ jurisdiction: 'us', phoneKey, campaign: `c${round}` }))),
      );
      expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(3);
    }
  });

  it('counts an attempt once, however often it is reserved, and not at all when it is withdrawn', async () => {
    const first = attempt({ jurisdiction: 'us' });
    for (let again = 0; again < 5; again += 1) expect(await reserve(first)).toEqual({ allowed: true });
    await store.database.transaction((tx) => compliance.withdraw(tx, first.attempt));
    for (let other = 0; other < 3; other += 1) {
      expect(await reserve(attempt({ jurisdiction: 'us' }))).toEqual({ allowed: true });
    }
  });

  it('keeps the silence of 72 hours after an abandoned call, unless an agent is certain to be there', async () => {
    const first = attempt({ jurisdiction: 'uk' });
    await reserve(first);
    await settle(first.attempt, 21, { answeredLive: true, abandoned: true });
    await clock.advance(71 * HOUR);
    expect(await reserve(attempt({ jurisdiction: 'uk' }))).toMatchObject({ rule: 'uk: silence after abandoned' });
    expect(await reserve(attempt({ jurisdiction: 'uk', agentGuaranteed: true }))).toEqual({ allowed: true });
    await clock.advance(HOUR);
    expect(await reserve(attempt({ jurisdiction: 'uk' }))).toEqual({ allowed: true });
  });

  it('reports the abandoned among the answered calls of a campaign', async () => {
    for (let call = 0; call < 10; call += 1) {
      const one = attempt({ phoneKey: `+4420794600${10 + call}` });
      await reserve(one);
      await settle(one.attempt, call === 0 ? 21 : call < 5 ? 33 : 7, { answeredLive: call < 5, abandoned: call === 0 });
    }
    expect(await compliance.abandonment(store.database, DAY)).toEqual([
      { campaign: 'Spring', answered: 5, abandoned: 1, share: 0.2 },
    ]);
    expect(await compliance.abandonment(store.database, DAY, 'Other')).toEqual([]);
  });

  it('counts what a rule has kept from being dialed at the selection and at the dial alike', async () => {
    const forbid = () =>
      store.database.transaction((tx) => compliance.forbidden(tx, 'Spring', 'uk: hours', clock.now()));
    await forbid();
    await forbid();
    await reserve(attempt({ jurisdiction: 'atlantis' }));
    expect(await compliance.blocked(store.database, DAY)).toEqual([
      { campaign: 'Spring', rule: 'uk: hours', count: 2 },
      { campaign: 'Spring', rule: 'jurisdiction', count: 1 },
    ]);
  });

  it('knows how many calls jurisdictions let find nobody, those that a pack extends too', () => {
    const limits = (...options: (string | undefined)[]) =>
      compliance.abandonmentLimits(options).map((one) => [one.jurisdiction, one.share, one.withinMs]);
    const federal = ['us-federal', 0.03, 30 * DAY];
    expect(limits(undefined, 'atlantis')).toEqual([]);
    expect(limits('us', 'us us-florida')).toEqual([federal]);
    expect(limits('us-debt-collection', 'uk')).toEqual([federal, ['uk', 0.01, DAY]]);
  });

  it('restricts nothing without a jurisdiction, but remembers for the day on which there is one', async () => {
    for (let call = 0; call < 5; call += 1) expect(await reserve(attempt())).toEqual({ allowed: true });
    expect(await reserve(attempt({ jurisdiction: 'us' }))).toMatchObject({ rule: 'us-florida: attempts' });
  });

  it('allows nothing under a jurisdiction that nobody knows, or that cannot be read', async () => {
    expect(await reserve(attempt({ jurisdiction: 'atlantis' }))).toMatchObject({ allowed: false });
    expect(compliance.check(attempt({ jurisdiction: 'us atlantis' }), MONDAY)).toMatchObject({ allowed: false });
    lists.Jurisdictions = { mine: { windows: 'always' } };
    changed({ kind: 'lists', name: 'Jurisdictions' });
    expect(compliance.check(attempt({ jurisdiction: 'mine' }), MONDAY)).toMatchObject({ allowed: false });
  });

  it('takes corrections and packs of its own from the configuration at once', async () => {
    lists.Jurisdictions = { 'us-florida': { attempts: '1/24h/person' }, mine: { windows: 'Mon 09:00-10:00' } };
    changed({ kind: 'lists', name: 'Jurisdictions' });
    expect(await reserve(attempt({ jurisdiction: 'us' }))).toEqual({ allowed: true });
    expect(await reserve(attempt({ jurisdiction: 'us' }))).toMatchObject({ rule: 'us-florida: attempts' });
    const verdict = compliance.check(attempt({ jurisdiction: 'mine' }), MONDAY);
    expect(verdict).toMatchObject({ allowed: false, until: MONDAY + 7 * DAY - 3 * HOUR });
  });
});
