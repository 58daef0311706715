import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleBed } from './bed.js';

/** Day and night, wherever the test runs; the first two are one person's numbers. */
const RECORDS = `contact_info,chain_id,chain_n,daily_from,daily_till,tz_dbid,colour
5558001,1,1,0,86400,UTC,red
5558002,1,2,0,86400,UTC,red
5558003,2,1,0,86400,UTC,green
5558004,3,1,0,86400,UTC,blue
`;

const bed = consoleBed({ prepare });

async function prepare(): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await bed.server.put(`/api/v1${path}`, body);
    expect([200, 201], answer.text).toContain(answer.status);
  };
  await put('/agent-groups/Preview', { name: 'Preview', dbid: 922 });
  await put('/agents/pre1', { id: 'pre1', dbid: 971, dn: '29510', groups: ['Preview'], firstName: 'Pia' });
  await put('/calling-lists/winter', { name: 'winter', dbid: 920 });
  await put('/campaigns/Winter', { name: 'Winter', dbid: 921, callingLists: [{ name: 'winter', share: 10 }] });
  const group = { campaign: 'Winter', group: 'Preview', dbid: 923, dialMode: 'Preview' };
  await put('/campaign-groups/Winter@Preview', {
    ...{ ...group, optimizeBy: 'BusyFactor', optimizeGoal: 80 },
    // However busy the machine is, the phone rings until the test answers.
    options: { call_wait_agent_connected_timeout: '600' },
  });
  await put('/simulator', { default: { outcome: 'answer', ringSeconds: 0.5, talkSeconds: null } });
  const loaded = await bed.server.request('POST', '/api/v1/calling-lists/winter/records', RECORDS, {
    'content-type': 'text/csv',
  });
  expect(loaded.json).toMatchObject({ inserted: 4, rejected: 0 });
  for (const operation of ['load', 'start']) {
    expect((await bed.server.post(`/api/v1/campaign-groups/Winter@Preview/${operation}`, {})).status).toBe(200);
  }
}

/** The record with this number as the calling list has it now. */
async function stored(phone: string): Promise<unknown> {
  const { json } = await bed.server.get(`/api/v1/calling-lists/winter/records?phone=${phone}`);
  expect(json).toHaveLength(1);
  return Array.isArray(json) ? json[0] : undefined;
}

/** The desktop of the agent, logged in. */
async function desktop(): Promise<Page> {
  const page = await bed.visit('/agent');
  await page.getByRole('combobox', { name: 'Agent' }).click();
  await page.getByRole('option', { name: 'Pia (pre1)' }).click();
  await page.getByRole('button', { name: 'Open the desktop' }).click();
  await page.getByRole('heading', { name: 'Desktop of pre1' }).waitFor();
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('region', { name: 'State' }).getByRole('status').getByText('Not ready').waitFor();
  return page;
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('region', { name: 'State' }).getByText('Logged out').waitFor();
}

describe('the agent page', { timeout: 240_000 }, () => {
  it('takes a record to its end: preview, dial, answer, hang up, disposition', async () => {
    const page = await desktop();
    await page.getByRole('region', { name: 'Campaigns' }).getByText('started, Preview').waitFor();
    await page.getByRole('button', { name: 'Next record' }).click();
    const record = page.getByRole('region', { name: '5558001' });
    await record.getByText('Winter, list winter').waitFor();
    await record.getByRole('button', { name: 'Other numbers' }).click();
    await record.getByText('5558002, attempts 0').waitFor();
    await bed.picture(page, 'console-agent-preview');
    await record.getByRole('button', { name: 'Dial', exact: true }).click();
    const call = page.getByRole('region', { name: 'Call' });
    await call.getByText('Your phone rings').waitFor();
    await call.getByRole('button', { name: 'Answer' }).click();
    await call.getByText('Talking').waitFor();
    await bed.picture(page, 'console-agent-call');
    const floor = await bed.visit('/campaigns');
    const picture = floor.getByRole('region', { name: 'Agents and lines of Winter@Preview' });
    await picture.getByText('1 on a call').waitFor();
    await picture.getByText('1 talking').waitFor();
    await bed.picture(floor, 'console-campaigns-floor');
    await call.getByRole('button', { name: 'Hang up' }).click();
    await call.getByText('None.').waitFor();
    await picture.getByText('no calls').waitFor();
    await floor.close();
    await record.getByLabel('colour').fill('violet');
    await record.getByRole('button', { name: 'Finish the record' }).click();
    await page.getByRole('log').getByText('The record is finished.').waitFor();
    await page.getByText('No record on the desktop').waitFor();
    expect(await stored('5558001')).toMatchObject({ call_result: 33, record_status: 3, attempt: 1, colour: 'violet' });
    await logOut(page);
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });

  it('works by keyboard: a record is given back, another arranged as a personal callback', async () => {
    const page = await desktop();
    await page.keyboard.press('Alt+R');
    const state = page.getByRole('region', { name: 'State' });
    await state.getByRole('status').getByText('Ready', { exact: true }).waitFor();
    await page.keyboard.press('Alt+N');
    await state.getByRole('status').getByText('Not ready').waitFor();
    await page.keyboard.press('Alt+P');
    const record = page.getByRole('region', { name: '5558003' });
    await record.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('log').getByText('The record was given back.').waitFor();
    await page.keyboard.press('Alt+P');
    await record.getByLabel('Call back at').fill('2030-03-05T10:30');
    await record.getByRole('button', { name: 'Arrange the callback' }).click();
    await record.getByText('personal callback, 03/05/2030 10:30').waitFor();
    await record.getByRole('button', { name: 'Finish the record' }).click();
    await page.getByText('No record on the desktop').waitFor();
    // Personal callback, Ready, of this agent.
    expect(await stored('5558003')).toMatchObject({ record_type: 5, record_status: 1, agent_id: 'pre1' });
    await logOut(page);
    await page.close();
  });

  it('never calls again who does not want it, and says when there is nothing left', async () => {
    const page = await desktop();
    await page.getByRole('button', { name: 'Next record' }).click();
    const record = page.getByRole('region', { name: '5558004' });
    await record.getByRole('button', { name: 'Do not call again' }).click();
    await page.getByRole('log').getByText('Entered into the do-not-call list.').waitFor();
    await record.getByRole('combobox', { name: 'Call result' }).click();
    await page.getByRole('option', { name: 'Do Not Call' }).click();
    await record.getByRole('button', { name: 'Finish the record' }).click();
    await page.getByText('No record on the desktop').waitFor();
    expect(await stored('5558004')).toMatchObject({ record_type: 7, call_result: 51 });
    await page.getByRole('button', { name: 'Next record' }).click();
    await page.getByRole('log').getByText('There is no record to preview now.').waitFor();
    await logOut(page);
    await page.close();
  });

  it('adds a number to a calling list, and announces when its agent will be ready', async () => {
    const page = await desktop();
    const form = page.getByRole('form', { name: 'Add a record' });
    await form.getByLabel('Number').fill('5558005');
    await form.getByLabel('Calling list').fill('winter');
    await form.getByRole('button', { name: 'Add the record' }).click();
    await page.getByRole('log').getByText('5558005 was added to the calling list.').waitFor();
    // Ready, or retrieved already: the campaign runs.
    expect(await stored('5558005')).toMatchObject({ record_type: 2, call_result: 28, attempt: 0 });
    await page.getByRole('combobox', { name: 'Ready again in (minutes)' }).click();
    await page.getByRole('option', { name: '5', exact: true }).click();
    await page.getByRole('log').getByText('The dialer counts on you from then on.').waitFor();
    await logOut(page);
    await page.close();
  });

  it('opens with the id and password of the agent, and with no other', async () => {
    expect((await bed.server.request('PATCH', '/api/v1/agents/pre1', { password: 'snow' })).status).toBe(200);
    const page = await bed.visit('/agent');
    // What the agent says when the browser asks.
    await page.context().setHTTPCredentials({ username: 'pre1', password: 'rain' });
    await page.getByRole('button', { name: 'Open my own' }).click();
    await page.getByRole('alert').getByText('This desktop may not be opened').waitFor();
    await page.getByRole('button', { name: 'Choose another agent' }).click();
    await page.context().setHTTPCredentials({ username: 'pre1', password: 'snow' });
    await page.getByRole('button', { name: 'Open my own' }).click();
    await page.getByRole('heading', { name: 'My desktop' }).waitFor();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('region', { name: 'State' }).getByRole('status').getByText('Not ready').waitFor();
    await page.close();
  });
});
