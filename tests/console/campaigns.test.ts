import { describe, expect, it } from 'vitest';
import { consoleBed } from './bed.js';

/** Day and night, wherever the test runs. */
const RECORDS = `contact_info,daily_from,daily_till,tz_dbid\n${Array.from(
  { length: 40 },
  (_, index) => `55570${String(index).padStart(2, '0')},0,86400,UTC`,
).join('\n')}\n`;

const bed = consoleBed({ prepare });

async function prepare(): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await bed.server.put(`/api/v1${path}`, body);
    expect([200, 201], answer.text).toContain(answer.status);
  };
  await put('/agent-groups/Outbound', { name: 'Outbound', dbid: 902 });
  for (const number of [1, 2, 3]) {
    const id = `out${number}`;
    await put(`/agents/${id}`, { id, dbid: 950 + number, dn: `29${number}0`, groups: ['Outbound'] });
  }
  await put('/calling-lists/autumn', { name: 'autumn', dbid: 910 });
  await put('/campaigns/Autumn', { name: 'Autumn', dbid: 911, callingLists: [{ name: 'autumn', share: 10 }] });
  const group = { campaign: 'Autumn', group: 'Outbound', dbid: 912, dialMode: 'Progressive' };
  await put('/campaign-groups/Autumn@Outbound', { ...group, optimizeBy: 'BusyFactor', optimizeGoal: 80 });
  const party = { outcome: 'answer', ringSeconds: 0.2, talkSeconds: 1 };
  const agent = { auto: true, answerSeconds: 0.1, wrapSeconds: 0.5 };
  await put('/simulator', { default: party, agents: { out1: agent, out2: agent, out3: agent } });
  const loaded = await bed.server.request('POST', '/api/v1/calling-lists/autumn/records', RECORDS, {
    'content-type': 'text/csv',
  });
  expect(loaded.json).toMatchObject({ inserted: 40, rejected: 0 });
}

describe('the campaigns page', { timeout: 240_000 }, () => {
  it('loads a campaign, starts it, shows how it goes on, stops and unloads it', async () => {
    const page = await bed.visit('/campaigns');
    const row = page.getByRole('row', { name: /Autumn/ });
    await row.getByText('NotLoaded').waitFor();
    await page.getByRole('button', { name: 'Load Autumn@Outbound' }).click();
    await row.getByText('Active', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start Autumn@Outbound' }).click();
    await row.getByText('Running').waitFor();
    // Every number answers; somebody is talking before long.
    await expect
      .poll(async () => Number(await row.getByRole('cell').nth(5).textContent()), { timeout: 60_000 })
      .toBeGreaterThan(2);
    await bed.picture(page, 'console-campaigns');
    await page.getByRole('button', { name: 'Stop Autumn@Outbound' }).click();
    await row.getByText('Active', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Unload Autumn@Outbound' }).click();
    await row.getByText('NotLoaded').waitFor();
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });

  it('says why something cannot be done', async () => {
    const page = await bed.visit('/campaigns');
    const load = page.getByRole('button', { name: 'Load Autumn@Outbound' });
    await load.waitFor();
    // Somebody else was faster.
    expect((await bed.server.post('/api/v1/campaign-groups/Autumn@Outbound/load', {})).status).toBe(200);
    await load.click();
    await page.getByRole('alert').getByText('Campaign already loaded').waitFor();
    await page.close();
  });
});
