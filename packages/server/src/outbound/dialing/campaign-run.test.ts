import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../kernel/index.js';
import { CallResult, RecordStatus, RecordType } from '../list/index.js';
import { DialingBed } from './testing.js';

/**
 * A campaign is run to its end on virtual time, and every record is compared with what a slow and obvious model says
 * that must have become of it. The model knows nothing of buffers, clocks, windows, calls and the database: what happens
 * to a chain follows from what its parties do on their successive calls and from the treatments alone.
 */
interface ModelRecord {
  phone: string;
  zone: string;
  from: number;
  until: number;
  isBarred: boolean;
  /** What the party does on its successive calls; the last repeats. */
  outcomes: Outcome[];
}

type Outcome = (typeof OUTCOMES)[number];

interface ModelTreatment {
  name: string;
  result: number;
  action: 'Redial' | 'Retry in' | 'Next in chain' | 'Update all records in chain' | 'Mark as Agent Error';
  number: number;
  cycles: number;
  minutes: number;
}

interface Final {
  status: number;
  type: number;
  result: number;
  attempts: number;
}

const MAX_ATTEMPTS = 4;
const RESULTS: Record<Outcome, number> = {
  answer: CallResult.Answer,
  busy: CallResult.Busy,
  'no-answer': CallResult.NoAnswer,
  'answering-machine': CallResult.AnsweringMachine,
  'sit-invalid': CallResult.SitInvalidNumber,
};

/** What must become of the records of a chain. */
function runChain(chain: readonly ModelRecord[], treatments: readonly ModelTreatment[]): Map<string, Final> {
  const finals = new Map<string, Final>();
  const open = chain.filter(({ isBarred }) => !isBarred);
  for (const { phone, isBarred } of chain) {
    finals.set(phone, { status: isBarred ? 3 : 2, type: isBarred ? 7 : 2, result: isBarred ? 51 : 28, attempts: 0 });
  }
  const of = (phone: string) => finals.get(phone) ?? { status: 0, type: 0, result: 0, attempts: 0 };
  let place = 0;
  let sameInARow = 0;
  let lastResult = -1;
  /** How often the treatment that was applied last was applied in a row; rounds for Next in chain. */
  let applied = 0;
  let lastApplied: ModelTreatment | undefined;
  const end = (own: number, resultOfAll?: number): Map<string, Final> => {
    for (const [index, { phone }] of open.entries()) {
      of(phone).status = index === place ? own : RecordStatus.ChainUpdated;
      if (resultOfAll !== undefined) of(phone).result = resultOfAll;
    }
    return finals;
  };
  for (let dials = 0; dials < 1000; dials += 1) {
    const record = open[place];
    if (!record) return finals;
    const final = of(record.phone);
    const result = RESULTS[record.outcomes[Math.min(final.attempts, record.outcomes.length - 1)] ?? 'answer'];
    final.attempts += 1;
    final.result = result;
    sameInARow = result === lastResult ? sameInARow + 1 : 1;
    lastResult = result;
    const sequence = treatments.filter((one) => one.result === result).sort((a, b) => a.number - b.number);
    const treatment = sequence[Math.min(sameInARow, sequence.length) - 1];
    if (!treatment) return end(RecordStatus.Updated);
    if (treatment.action === 'Update all records in chain') return end(RecordStatus.Updated, result);
    if (treatment.action === 'Mark as Agent Error') return end(RecordStatus.AgentError);
    const isRepeated = treatment === lastApplied;
    if (treatment.action === 'Next in chain') {
      const mayBeDialed = (one: ModelRecord) => of(one.phone).attempts < MAX_ATTEMPTS;
      const after = open.findIndex((one, index) => index > place && mayBeDialed(one));
      const next = after >= 0 ? after : open.findIndex(mayBeDialed);
      if (next < 0) return end(RecordStatus.Updated);
      const rounds = lastApplied?.action === 'Next in chain' ? applied : 1;
      applied = rounds + (after >= 0 ? 0 : 1);
      if (applied > treatment.cycles) return end(RecordStatus.Updated);
      place = next;
    } else {
      applied = isRepeated ? applied + 1 : 1;
      if (applied > treatment.cycles) return end(RecordStatus.Updated);
      if (final.attempts >= MAX_ATTEMPTS) return end(RecordStatus.Updated);
    }
    lastApplied = treatment;
  }
  throw new Error('The model does not come to an end.');
}

const OUTCOMES = ['answer', 'busy', 'no-answer', 'answering-machine', 'sit-invalid'] as const;
const ZONES = ['PST', 'EST', 'GMT', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Adelaide', 'America/St_Johns'];

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

function makeTreatments(random: Random): ModelTreatment[] {
  const treatments: ModelTreatment[] = [];
  for (const result of [
    CallResult.Busy,
    CallResult.NoAnswer,
    CallResult.AnsweringMachine,
    CallResult.SitInvalidNumber,
  ]) {
    const count = Math.floor(random() * 3);
    for (let number = 1; number <= count; number += 1) {
      treatments.push({
        name: `t${result}-${number}`,
        result,
        action: pick(random, [
          ...(['Redial', 'Retry in', 'Next in chain', 'Redial', 'Next in chain'] as const),
          ...(number === count ? (['Update all records in chain', 'Mark as Agent Error'] as const) : []),
        ]),
        number,
        cycles: 1 + Math.floor(random() * 3),
        minutes: pick(random, [0, 1, 5, 30, 240]),
      });
    }
  }
  return treatments;
}

function makeChains(random: Random, records: number): ModelRecord[][] {
  const chains: ModelRecord[][] = [];
  for (let made = 0; made < records; ) {
    const length = Math.min(records - made, random() < 0.6 ? 1 : 2 + Math.floor(random() * 3));
    // The numbers of one person: the same clock on the wall, the same hours.
    const from = pick(random, [0, 8, 9, 20]) * 3600;
    const until = from === 0 ? 86_400 : ((from / 3600 + pick(random, [3, 8])) % 24) * 3600;
    const person = { zone: pick(random, ZONES), from, until };
    chains.push(
      Array.from({ length }, (_, index): ModelRecord => {
        const outcomes = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, OUTCOMES));
        return { ...person, phone: String(7_000_000 + made + index), isBarred: random() < 0.03, outcomes };
      }),
    );
    made += length;
  }
  return chains;
}

const NUMBERS_OF_ACTIONS = {
  Redial: 3,
  'Retry in': 4,
  'Next in chain': 6,
  'Update all records in chain': 2,
  'Mark as Agent Error': 10,
};

/** Runs a campaign over these records to its end, and compares. @returns virtual hours that it took */
async function runAndCompare(seed: number, records: number, mode: 'Progressive' | 'PowerGVP'): Promise<number> {
  const random = seededRandom(seed);
  const treatments = makeTreatments(random);
  const chains = makeChains(random, records);
  const people = Array.from({ length: mode === 'Progressive' ? 8 : 1 }, (_, index) => `a${index + 1}`);
  const bed = await DialingBed.create({
    agents: people,
    list: `maxAttempts: ${MAX_ATTEMPTS}\ntreatments: [${treatments.map(({ name }) => name).join(', ')}]`,
    group: 'numOfChannels: 100\nmaxQueueSize: 100\ntrunkGroupDN: "8900"',
    more: `treatments:\n${treatments.map(asYaml).join('\n') || '  []'}\n`,
    recheckMs: 6 * 3_600_000,
  });
  bed.flows.add('8900');
  await fill(bed, chains);
  const parties = chains.flat().map(({ phone, outcomes }) => [phone, partyOf(outcomes)] as const);
  await bed.world({
    numbers: Object.fromEntries(parties),
    agents: Object.fromEntries(people.map((id) => [id, { auto: true, answerSeconds: 0.1, wrapSeconds: 1 }])),
  });
  await bed.startGroup(mode);
  let hours = 0;
  for (; hours < 24 * 30 && !(await isOver(bed)); hours += 1) await bed.advance(3600);

  const expected = new Map(chains.flatMap((chain) => [...runChain(chain, treatments)]));
  const actual = new Map<string, Final>();
  for (const [phone, final] of await stored(bed)) actual.set(phone, final);
  const wrong = [...expected].filter(([phone, final]) => !matches(final, actual.get(phone)));
  expect(wrong.slice(0, 5).map(([phone, final]) => ({ phone, expected: final, actual: actual.get(phone) }))).toEqual(
    [],
  );
  expect(actual.size).toBe(expected.size);
  expect(bed.logged).toEqual([]);
  expect(nobodyTwiceAtOnce(bed)).toEqual([]);
  return hours;
}

function matches(expected: Final, actual: Final | undefined): boolean {
  return (
    actual !== undefined &&
    expected.status === actual.status &&
    expected.result === actual.result &&
    expected.attempts === actual.attempts &&
    (expected.type === RecordType.NoCall) === (actual.type === RecordType.NoCall)
  );
}

function asYaml({ name, result, action, number, cycles, minutes }: ModelTreatment): string {
  const more = `numberInSequence: ${number}, cycleAttempt: ${cycles}, interval: ${minutes}`;
  return `  - { name: ${name}, callResult: ${result}, applyToRecord: ${NUMBERS_OF_ACTIONS[action]}, ${more} }`;
}

function partyOf(outcomes: readonly Outcome[]) {
  return { sequence: outcomes.map((outcome) => ({ outcome, ringSeconds: 2, talkSeconds: 3 })) };
}

async function fill(bed: DialingBed, chains: readonly ModelRecord[][]): Promise<void> {
  await bed.transaction(async (tx) => {
    for (const [index, chain] of chains.entries()) {
      for (const { phone, zone, from, until, isBarred } of chain) {
        await bed.lists.add(tx, 'spring', {
          ...{ GSW_PHONE: phone, GSW_TZ_NAME: zone, GSW_FROM: from, GSW_UNTIL: until },
          GSW_CHAIN_ID: index + 1,
        });
        if (isBarred) await bed.lists.doNotCallList.add(tx, [{ phone }], {}, bed.clock.now());
      }
    }
  });
}

async function isOver(bed: DialingBed): Promise<boolean> {
  const [row] = await bed.database.query<{ open: number }>(
    'select count(*) as open from calling_record where record_status in (1, 2, 9)',
  );
  return row?.open === 0;
}

async function stored(bed: DialingBed): Promise<Map<string, Final>> {
  const rows = await bed.database.query<{ phone: string } & Final>(
    `select contact_info as phone, record_status as status, record_type as type, call_result as result,
       attempt as attempts from calling_record`,
  );
  return new Map(rows.map(({ phone, ...final }) => [phone, final]));
}

/** Numbers of which two calls were up at the same time. */
function nobodyTwiceAtOnce(bed: DialingBed): string[] {
  const until = new Map<string, number>();
  const twice: string[] = [];
  const calls = bed.current.simulator.calls().sort((one, other) => (one.at < other.at ? -1 : 1));
  for (const { number, at, endedAt } of calls) {
    if (!number.startsWith('7')) continue;
    if ((until.get(number) ?? 0) > Date.parse(at)) twice.push(number);
    until.set(number, endedAt === undefined || endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt));
  }
  return twice;
}

/** More records, said by the environment, make a long run of the first seed. */
const RECORDS = Number(process.env.RINGBACK_TEST_RECORDS ?? 400);
const LIMIT_MS = Math.max(900_000, RECORDS * 300);

describe('a campaign run to its end', () => {
  it(
    `leaves ${RECORDS} records as the model says`,
    async () => {
      await runAndCompare(1, RECORDS, 'PowerGVP');
    },
    LIMIT_MS,
  );

  it.each([2, 3, 4, 5])(
    'leaves every record as the model says, dialed by an IVR (seed %i)',
    async (seed) => {
      await runAndCompare(seed, 60, 'PowerGVP');
    },
    LIMIT_MS,
  );

  it.each([6, 7])(
    'leaves every record as the model says, served by agents (seed %i)',
    async (seed) => {
      await runAndCompare(seed, 40, 'Progressive');
    },
    LIMIT_MS,
  );
});
