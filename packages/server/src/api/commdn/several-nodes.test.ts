import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kernel/index.js';
import { type CampaignBed, Client, campaignBed } from '../outbound/testing.js';

let bed: CampaignBed;

const SELECTOR = { campaign: 101, group: 732 };
const REQUEST = {
  GSW_CM_AttrOriginAppID: 300,
  GSW_CM_AttrTargetAppID: 150,
  GSW_CM_AttrCampaignID: 101,
  GSW_CM_AttrGroupID: 732,
};

function short({ GSW_CM_MessageType, GSW_CM_AttrGroupCampStatus, GSW_CM_AttrTargetAppID }: JsonObject): string {
  return `${GSW_CM_MessageType}/${GSW_CM_AttrGroupCampStatus}${GSW_CM_AttrTargetAppID === 0 ? '' : '!'}`;
}

beforeAll(async () => {
  bed = await campaignBed();
});
afterEach(() => bed.reset());
afterAll(() => bed.close());

describe('campaigns on several nodes', () => {
  it('are operated on any of them; the applications of all of them hear it', async () => {
    const client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
    const node = await bed.anotherNode();
    await node.campaigns.load(SELECTOR);
    expect(short(await client.next())).toBe('19/4');
    await node.campaigns.startDialing(SELECTOR);
    expect(short(await client.next())).toBe('21/5');
    expect(await bed.campaigns.status(SELECTOR)).toMatchObject({ status: 'Running' });
    await expect(bed.campaigns.load(SELECTOR)).rejects.toThrow('Campaign already loaded');
    await node.stop();
    await client.close();
  });

  it('an unload that was asked for here is answered when the last call ends there', async () => {
    const client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
    const node = await bed.anotherNode();
    await bed.campaigns.load(SELECTOR);
    await client.next();
    bed.dialing.left = 1;
    client.send({ GSW_CM_MessageType: 8, ...REQUEST });
    expect(short(await client.next())).toBe('24/1');
    await bed.database.transaction((tx) => node.dialing.drained(tx, 601));
    expect((await client.take(2)).map(short)).toEqual(['24/2', '20/0!']);
    await node.stop();
    await client.close();
  });

  it('one of two simultaneous requests wins', async () => {
    const node = await bed.anotherNode();
    const results = await Promise.allSettled([bed.campaigns.load(SELECTOR), node.campaigns.load(SELECTOR)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await node.stop();
  });
});

describe('after a restart', () => {
  it('a loaded and started group is as it was, settings and all', async () => {
    await bed.campaigns.load(SELECTOR, { dialMode: 'Preview', optimizeGoal: 42 });
    await bed.campaigns.startDialing(SELECTOR, { autoCompletion: true });
    const node = await bed.anotherNode();
    expect(await node.campaigns.status(SELECTOR)).toMatchObject({
      status: 'Running',
      settings: { dialMode: 'Preview', optimizeGoal: 42, autoCompletion: true },
    });
    await node.stop();
  });

  it('an unload whose last call has ended meanwhile is finished', async () => {
    await bed.campaigns.load(SELECTOR);
    bed.dialing.left = 1;
    await bed.campaigns.unload(SELECTOR);
    const node = await bed.anotherNode();
    expect(await node.campaigns.status(SELECTOR)).toMatchObject({ status: 'NotLoaded' });
    await node.stop();
  });

  it('a group whose campaign has been disabled meanwhile is inactive', async () => {
    await bed.campaigns.load(SELECTOR);
    await bed.campaigns.startDialing(SELECTOR);
    await bed.database.query(`update config_object set value = value || '{"enabled": false}' where name = 'Sales'`);
    const node = await bed.anotherNode();
    expect(await node.campaigns.loaded()).toMatchObject([{ name: 'Sales@Agents', status: 'Inactive' }]);
    await bed.database.query(`update config_object set value = value - 'enabled' where name = 'Sales'`);
    await node.stop();
  });

  it('a sequence goes on with what was counted and what has fallen due', async () => {
    const item = { sleepBeforeNextStart: 0 };
    const schedule = {
      description: '',
      items: [
        { ...item, campaign: 101, stopAtDials: 2 },
        { ...item, campaign: 103 },
      ],
    };
    await bed.campaigns.sequences.load(732, schedule);
    await bed.campaigns.sequences.startDialing(732);
    // The process died between the commit of the second dial and the look at it.
    await bed.database.query('update campaign_sequence_item set dials = 2');
    const node = await bed.anotherNode();
    expect(await node.campaigns.sequences.status(732)).toMatchObject({ phase: 'running', item: 1, statuses: [0, 5] });
    await node.campaigns.sequences.forceUnload(732);
    await node.stop();
  });
});

describe('while the database is away', () => {
  it('everybody hears that loaded groups are inactive, and what they are when it is back', async () => {
    const client = await Client.open(`${bed.url}/commdn/CommDN_1`, 'desk', 's3cret');
    await bed.campaigns.load(SELECTOR);
    await bed.campaigns.startDialing(SELECTOR);
    expect((await client.take(2)).map(short)).toEqual(['19/4', '21/5']);
    // Every connection of this process is closed from the other side: it is away for a moment. The one that asks for it
    // comes last, because nothing after its own end would be carried out.
    const end = `select pg_terminate_backend(pid) from
      (select pid from pg_stat_activity where datname = current_database() order by pid = pg_backend_pid() offset 0) backend`;
    await expect(bed.database.query(end)).rejects.toThrow('database');
    expect((await client.take(2)).map(short)).toEqual(['24/3', '24/5']);
    await client.close();
  });
});
