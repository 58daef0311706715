import { describe, expect, it } from 'vitest';
import type { DialMode } from '../dial-mode.js';
import { DialingBed, GROUP, START } from './testing.js';

const AUTO = { auto: true, answerSeconds: 0.2, wrapSeconds: 1 };
const OTHER = 602;
const ON = { 'agent-assignment': 'true' };

/** Two campaigns for the agents of one group, each with records enough for all of them. */
async function twoCampaigns(options: Record<string, string>, otherOptions = options): Promise<DialingBed> {
  const bed = await DialingBed.create();
  const { configuration } = bed.current;
  await configuration.put('campaign-groups', 'Spring@Sales', {
    campaign: 'Spring',
    group: 'Sales',
    dbid: 601,
    options,
  });
  await configuration.put('calling-lists', 'autumn', { dbid: 402, timeFrom: '00:00', timeUntil: '24:00' });
  await configuration.put('campaigns', 'Autumn', { dbid: 502, callingLists: [{ name: 'autumn', share: 10 }] });
  const other = { campaign: 'Autumn', group: 'Sales', dbid: OTHER, options: otherOptions };
  await configuration.put('campaign-groups', 'Autumn@Sales', other);
  await bed.add('5101', '5102', '5103', '5104');
  await bed.transaction(async (tx) => {
    const more = { GSW_FROM: 0, GSW_UNTIL: 86_400, GSW_TZ_NAME: 'GMT' };
    for (const phone of ['5201', '5202', '5203', '5204']) {
      await bed.lists.add(tx, 'autumn', { GSW_PHONE: phone, ...more }, { now: START });
    }
  });
  const agents = { a1: AUTO, a2: AUTO, a3: AUTO, a4: AUTO };
  await bed.world({ default: { outcome: 'answer', ringSeconds: 1, talkSeconds: null }, agents });
  return bed;
}

async function startBoth(bed: DialingBed, mode: DialMode = 'Progressive'): Promise<void> {
  await bed.transaction((tx) =>
    bed.dialing.load(tx, {
      ...{ dbid: OTHER, name: 'Autumn@Sales', appId: 150, settings: bed.settings(mode) },
      campaign: { name: 'Autumn', dbid: 502 },
      group: { name: 'Sales', dbid: 201 },
    }),
  );
  await bed.load(mode);
  await bed.transaction(async (tx) => {
    await bed.dialing.startGroup(tx, GROUP, bed.settings(mode));
    await bed.dialing.startGroup(tx, OTHER, bed.settings(mode));
  });
}

function carriedBy(bed: DialingBed): { spring: number; autumn: number } {
  const numbers = bed.carried().map((call) => call.split(' ')[0] ?? '');
  return {
    spring: numbers.filter((number) => number.startsWith('51')).length,
    autumn: numbers.filter((number) => number.startsWith('52')).length,
  };
}

describe('agents of two campaigns', () => {
  it('work for one of them each, where they are assigned, and hear which', async () => {
    const bed = await twoCampaigns(ON);
    await startBoth(bed);
    await bed.until(() => carriedBy(bed).spring + carriedBy(bed).autumn === 4);
    await bed.advance(10);
    expect(carriedBy(bed)).toEqual({ spring: 2, autumn: 2 });
    const told = bed.messages.filter(({ message }) => message.userEvent === 'CampaignGroupAssigned');
    const last = new Map(told.map(({ agent, message }) => [agent, message.keys.GSW_CAMPAIGN_GROUP_NAME]));
    expect([...last.values()].sort()).toEqual(['Autumn@Sales', 'Autumn@Sales', 'Spring@Sales', 'Spring@Sales']);
    expect(bed.ofType('result').filter(({ result }) => result !== 33)).toEqual([]);
    expect(bed.logged).toEqual([]);
  });

  it('are kept to the most that a campaign may have', async () => {
    const bed = await twoCampaigns({ ...ON, 'agent-assignment-max-num': '1' }, ON);
    await startBoth(bed);
    await bed.until(() => carriedBy(bed).spring + carriedBy(bed).autumn === 4);
    await bed.advance(10);
    expect(carriedBy(bed)).toEqual({ spring: 1, autumn: 3 });
  });

  it('all work for the other one when the first is stopped', async () => {
    const bed = await twoCampaigns({ ...ON, 'agent-assignment-max-num': '2' }, ON);
    await bed.world({ default: { outcome: 'answer', ringSeconds: 1, talkSeconds: 30 } });
    await startBoth(bed);
    await bed.until(() => carriedBy(bed).spring + carriedBy(bed).autumn === 4);
    const before = carriedBy(bed);
    expect(before.spring).toBeGreaterThan(0);
    await bed.transaction((tx) => bed.dialing.stopGroup(tx, GROUP));
    await bed.until(() => carriedBy(bed).autumn === 4);
    expect(carriedBy(bed).spring).toBe(before.spring);
  });
});

describe('previews', () => {
  it('come from the campaign that the agent is assigned to, and from no other', async () => {
    const bed = await twoCampaigns({ ...ON, 'agent-assignment-max-num': '2' }, ON);
    await bed.world({ agents: { a1: { auto: false }, a2: { auto: false }, a3: { auto: false }, a4: { auto: false } } });
    await bed.ready('a1', 'a2', 'a3', 'a4');
    await startBoth(bed, 'Preview');
    await bed.until(
      () => bed.messages.filter(({ message }) => message.userEvent === 'CampaignGroupAssigned').length >= 4,
    );
    const asked: [string, string][] = [];
    for (const agent of ['a1', 'a2', 'a3', 'a4']) {
      for (const campaign of ['Spring', 'Autumn']) {
        const given = await bed.dialing.previewRecord(agent, campaign).catch((error: Error) => error.message);
        asked.push([campaign, typeof given === 'string' ? given : String(given?.GSW_CAMPAIGN_NAME)]);
      }
    }
    const refused = 'Agent not in the campaign group';
    expect(asked.filter(([campaign, answer]) => answer !== campaign && answer !== refused)).toEqual([]);
    expect(asked.filter(([, answer]) => answer === 'Spring')).toHaveLength(2);
    expect(asked.filter(([, answer]) => answer === 'Autumn')).toHaveLength(2);
  });
});
