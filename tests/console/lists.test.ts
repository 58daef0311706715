import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../server/server-process.js';
import { consoleBed } from './bed.js';

/** Three good lines, of which two are a chain, and two that are wrong. */
const FILE = [
  'contact_info,chain_id,daily_from,daily_till,tz_dbid',
  '5557001,,0,86400,UTC',
  '5557002,9,0,86400,UTC',
  '5557003,9,0,86400,UTC',
  ',,0,86400,UTC',
  '5557004,,noon,86400,UTC',
].join('\n');

/** The console's words for what the columns of records hold. */
const TERMS = resolve(import.meta.dirname, '../../packages/console/src/records/record-terms.texts.ts');

/** Dialed again by a treatment. */
const BUSY = '5559101';

const bed = consoleBed({ prepare });

async function prepare(): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await bed.server.put(`/api/v1${path}`, body);
    expect([200, 201], answer.text).toContain(answer.status);
  };
  await put('/agent-groups/Outbound', { name: 'Outbound', dbid: 902 });
  await put('/agents/out1', { id: 'out1', dbid: 951, dn: '2910', groups: ['Outbound'] });
  await put('/calling-lists/winter', { name: 'winter', dbid: 910, description: 'Renewals' });
  await put('/campaigns/Winter', { name: 'Winter', dbid: 911, callingLists: [{ name: 'winter', share: 10 }] });
  await put('/campaign-groups/Winter@Outbound', {
    ...{ campaign: 'Winter', group: 'Outbound', dbid: 912, dialMode: 'Progressive' },
    ...{ optimizeBy: 'BusyFactor', optimizeGoal: 80 },
    options: { jurisdiction: 'uk' },
  });
  await put('/calling-lists/summer', { name: 'summer', dbid: 920 });
  await put('/campaigns/Summer', { name: 'Summer', dbid: 921, callingLists: [{ name: 'summer', share: 10 }] });
  // Nobody is dialed under a jurisdiction that nobody knows.
  await put('/campaign-groups/Summer@Outbound', {
    ...{ campaign: 'Summer', group: 'Outbound', dbid: 922, dialMode: 'Progressive' },
    ...{ optimizeBy: 'BusyFactor', optimizeGoal: 80 },
    options: { jurisdiction: 'atlantis' },
  });
  const onward = { applyToRecord: 'No Treatment', applyToCall: 'Transfer', destinationDN: '8900' };
  await put('/treatments/onward', { name: 'onward', dbid: 930, callResult: 'Answer', ...onward });
  const later = { applyToRecord: 'Retry in', cycleAttempt: 3, interval: 60 };
  await put('/treatments/later', { name: 'later', dbid: 931, callResult: 'Busy', ...later });
  await put('/calling-lists/spring', { name: 'spring', dbid: 940, treatments: ['later', 'onward'] });
  await put('/campaigns/Spring', { name: 'Spring', dbid: 941, callingLists: [{ name: 'spring', share: 10 }] });
  await put('/campaign-groups/Spring@Outbound', {
    ...{ campaign: 'Spring', group: 'Outbound', dbid: 942, dialMode: 'Progressive' },
    ...{ optimizeBy: 'BusyFactor', optimizeGoal: 80 },
  });
  await put('/simulator', {
    default: { outcome: 'answer', ringSeconds: 0.2, talkSeconds: 1 },
    numbers: {
      [BUSY]: { outcome: 'busy' },
      // So long they wait for the agent, too; the last one is sent elsewhere.
      ...{ '5557001': { talkSeconds: 10 }, '5557003': { talkSeconds: 10 }, '5559102': { talkSeconds: 600 } },
    },
    agents: { out1: { auto: true, answerSeconds: 0.1, wrapSeconds: 0.5 } },
  });
}

describe('calling lists', { timeout: 240_000 }, () => {
  it('takes a file in, says which lines were refused, and counts what came', async () => {
    const page = await bed.visit('/lists');
    await page.getByRole('link', { name: 'winter' }).click();
    await page.getByText('No records yet').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByLabel('CSV with a header line, or JSON lines').click();
    await (await chooser).setFiles({ name: 'winter.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('status').getByText('3 imported, 2 refused.').waitFor();
    const refused = page.getByRole('list', { name: 'Refused lines' });
    await refused.getByText('Line 5: contact_info is missing').waitFor();
    await refused.getByText(/Line 6: daily_from is "noon"/).waitFor();
    await page.getByText('3 imported, 2 refused', { exact: true }).waitFor();
    await page.getByRole('row', { name: /General Ready Unknown Call Result 3/ }).waitFor();
    await bed.picture(page, 'console-list');
    await page.goto(`${bed.server.url}/console/lists`);
    await page.getByRole('row', { name: /winter.* 3 3 0 0 0 0/ }).waitFor();
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });

  it('finds a record, says why it is not dialed, and what was tried', async () => {
    const added = await bed.server.post('/api/v1/dnc', { phone: '5557002' });
    expect(added.status).toBe(201);
    const page = await bed.visit('/lists');
    await page.getByRole('searchbox', { name: 'Find a record' }).fill('555 7002');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('link', { name: '5557002' }).click();
    const why = page.getByRole('region', { name: 'Why it is not dialed' });
    await why.getByText('The number 5557002 is on the do-not-call list.').waitFor();
    await why.getByText('No campaign over its calling list is running (Winter).').waitFor();
    await page.getByRole('table', { name: 'Chain' }).getByText('5557003').waitFor();
    await bed.picture(page, 'record-not-dialed');

    await bed.server.post('/api/v1/campaign-groups/Winter@Outbound/load', {});
    await bed.server.post('/api/v1/campaign-groups/Winter@Outbound/start', {});
    const ended = await eventually(
      () => bed.server.get('/api/v1/calling-lists/winter/records?limit=10'),
      ({ json }) => Array.isArray(json) && json.every(({ record_status }) => ![1, 2, 9].includes(record_status)),
      120_000,
    );
    expect(ended.status).toBe(200);
    await bed.server.post('/api/v1/campaign-groups/Winter@Outbound/stop', {});
    await bed.server.post('/api/v1/campaign-groups/Winter@Outbound/unload', {});
    await page.goto(`${bed.server.url}/console/lists?by=phone&search=5557001`);
    await page.getByRole('link', { name: '5557001' }).click();
    await why.getByText('It has been processed.').waitFor();
    const attempts = page.getByRole('table', { name: 'Attempts' });
    await attempts.getByRole('row', { name: /Winter Answer/ }).waitFor();
    await attempts.getByText('out1').waitFor();
    await bed.picture(page, 'console-record');
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });

  it('says which rule kept a record from being dialed, and counts it', async () => {
    const record = { contact_info: '5559001', daily_from: 0, daily_till: 86_400, tz_name: 'UTC' };
    const added = await bed.server.post('/api/v1/calling-lists/summer/records', record);
    expect(added.status, added.text).toBe(201);
    await bed.server.post('/api/v1/campaign-groups/Summer@Outbound/load', {});
    await bed.server.post('/api/v1/campaign-groups/Summer@Outbound/start', {});
    const page = await bed.visit('/lists/summer');
    await page.getByRole('link', { name: '5559001' }).click();
    const attempts = page.getByRole('table', { name: 'Attempts' });
    await attempts.getByText(/Not dialed: jurisdiction: There is no jurisdiction named atlantis/).waitFor();
    await bed.server.post('/api/v1/campaign-groups/Summer@Outbound/stop', {});
    await bed.server.post('/api/v1/campaign-groups/Summer@Outbound/unload', {});
    await bed.picture(page, 'console-record-blocked');
    await page.goto(`${bed.server.url}/console/campaigns`);
    const compliance = page.getByRole('table', { name: 'Abandonment and rules' });
    await compliance.getByRole('row', { name: /Summer.*jurisdiction: 1/ }).waitFor();
    await page.close();
  });

  it('tells which treatment dials a record again, and where another one has sent an answered call', async () => {
    for (const phone of [BUSY, '5559102']) {
      const record = { contact_info: phone, daily_from: 0, daily_till: 86_400, tz_name: 'UTC' };
      const added = await bed.server.post('/api/v1/calling-lists/spring/records', record);
      expect(added.status, added.text).toBe(201);
    }
    await bed.server.post('/api/v1/campaign-groups/Spring@Outbound/load', {});
    await bed.server.post('/api/v1/campaign-groups/Spring@Outbound/start', {});
    const page = await bed.visit(`/lists/spring?by=phone&search=${BUSY}`);
    await page.getByRole('link', { name: BUSY }).click();
    const became = page.getByRole('table', { name: 'What became of it' });
    const rescheduled = became.getByRole('row', { name: /Ready CampaignRescheduled Busy/ });
    await rescheduled.getByText('later: cycle 1, number 1 for this result, then number 1 of the chain').waitFor();
    await bed.picture(page, 'console-record-rescheduled');
    await page.goto(`${bed.server.url}/console/lists/spring?by=phone&search=5559102`);
    await page.getByRole('link', { name: '5559102' }).click();
    const attempts = page.getByRole('table', { name: 'Attempts' });
    await attempts.getByRole('row', { name: /Spring Answer sent to 8900 by a treatment/ }).waitFor();
    await bed.server.post('/api/v1/campaign-groups/Spring@Outbound/stop', {});
    await bed.server.post('/api/v1/campaign-groups/Spring@Outbound/unload', {});
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });

  it('has a word for every type, status and result that the server knows', async () => {
    const { json } = await bed.server.get('/api/v1/record-terms');
    const { record_type, record_status, call_result } = json as Record<string, Record<string, string>>;
    const { en } = (await import(TERMS)) as { en: Record<string, string> };
    const named = (column: string, names: object) =>
      Object.entries(names).map(([value, name]) => [`${column}${value}`, name]);
    const all = [
      ...named('type', record_type ?? {}),
      ...named('status', record_status ?? {}),
      ...named('result', call_result ?? {}),
    ];
    expect(en).toEqual(Object.fromEntries(all));
  });

  it('says when there is no such record', async () => {
    const page = await bed.visit('/lists/winter/records/999999');
    await page.getByRole('alert').getByText('The record cannot be shown').waitFor();
    await page.goto(`${bed.server.url}/console/lists?by=chain_id&search=4711`);
    await page.getByText('No record has “4711”').waitFor();
    await page.close();
  });
});

describe('do not call', { timeout: 240_000 }, () => {
  it('enters somebody, finds them in another notation, takes them off, and takes a file', async () => {
    const page = await bed.visit('/do-not-call');
    await page.getByLabel('Number or customer id').fill('+1 212 555 0123');
    await page.getByLabel('Note').fill('asked on Monday');
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    const entries = page.getByRole('table', { name: 'Do-not-call entries' });
    await entries.getByText('asked on Monday').waitFor();

    const chooser = page.waitForEvent('filechooser');
    await page.getByLabel('CSV with phone or customer_id, numbers alone, or JSON lines').click();
    const buffer = Buffer.from('phone,customer_id\n5558001,\n,crm-7\n,\n');
    await (await chooser).setFiles({ name: 'register.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Enter all' }).click();
    await page.getByText('2 entered, 0 already there, 1 refused.').waitFor();
    await entries.getByText('crm-7').waitFor();
    await bed.picture(page, 'console-do-not-call');
    await page.getByRole('button', { name: 'Take all off' }).click();
    await page.getByText('2 taken off, 0 not on the list, 1 refused.').waitFor();
    await entries.getByText('crm-7').waitFor({ state: 'detached' });

    await page.getByRole('searchbox', { name: 'Find an entry' }).fill('+12125550123');
    await page.getByRole('button', { name: 'Find' }).click();
    await entries.getByText('5557002').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove +1 212 555 0123' }).click();
    await page.getByText('“+12125550123” is not on the list').waitFor();
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });
});

describe('sequences and the law on the campaigns page', { timeout: 240_000 }, () => {
  it('shows a sequence with its items, starts it, stops it and unloads it', async () => {
    const items = [{ campaign: 'Winter', stopAtDials: 500 }];
    const loaded = await bed.server.put('/api/v1/campaign-sequences/Outbound', { description: 'Evening', items });
    expect(loaded.status, loaded.text).toBe(201);
    const page = await bed.visit('/campaigns');
    const sequence = page.getByRole('region', { name: 'Sequence of Outbound' });
    await sequence.getByRole('row', { name: /Winter.*after 500 dials/ }).waitFor();
    await page.getByRole('button', { name: 'Start the sequence of Outbound' }).click();
    await page.getByRole('button', { name: 'Stop the sequence of Outbound' }).waitFor();
    const compliance = page.getByRole('table', { name: 'Abandonment and rules' });
    // Two of the three numbers may be called; both were answered and met the agent, one after the other.
    await compliance.getByText('uk: 0.00 % of 1.00 % in 24 h').waitFor();
    await bed.picture(page, 'console-sequences');
    await page.getByRole('button', { name: 'Unload the sequence of Outbound' }).click();
    await page.getByText('None loaded').waitFor();
    expect(bed.browser.complaints).toEqual([]);
    await page.close();
  });
});
