import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();
const HOUR_MS = 3_600_000;

/** Books for an instant; answers the callback's id. */
async function book(service: string, number: string, at: number): Promise<string> {
  const body = { _customer_number: number, _desired_time: new Date(at).toISOString() };
  const answer = await bed.server.post(`/genesys/1/service/callback/${service}`, body);
  expect(answer.status, answer.text).toBe(200);
  return (answer.json as { _id: string })._id;
}

const stateOf = async (id: string) => {
  const { json } = await bed.server.get(`/api/v1/callbacks/${id}`);
  const { _callback_state, _callback_reason } = json as Record<string, string>;
  return [_callback_state, _callback_reason];
};

/** So far ahead that nothing is submitted while the tests run, on the quarter of an hour. */
const later = (hours: number) => Math.ceil((Date.now() + hours * HOUR_MS) / (HOUR_MS / 4)) * (HOUR_MS / 4);

describe('the table of callbacks', { timeout: 240_000 }, () => {
  it('shows a range, restricted by state, service, queue and number, and says how many there are', async () => {
    await book('BasicCallback', '5553001', later(20));
    await book('BasicCallback', '5553002', later(21));
    await book('request-callback', '5554001', later(22));
    const page = await bed.visit('/callbacks');
    await page.getByLabel('Time range').selectOption('Next 7 Days');
    await page.getByText('3 callback(s) found').waitFor();
    const table = page.getByRole('table', { name: 'Callbacks' });
    await expect.poll(() => table.getByRole('link').allInnerTexts()).toEqual(['5553001', '5553002', '5554001']);
    expect(await obstacles(page)).toEqual([]);
    await bed.picture(page, 'console-callbacks');

    await page.getByLabel('Phone Number').fill('555-4');
    await page.keyboard.press('Enter');
    await page.getByText('1 callback(s) found').waitFor();
    await page.getByLabel('Phone Number').fill('');
    await page.keyboard.press('Enter');
    await page.getByText('3 callback(s) found').waitFor();
    await page.getByRole('button', { name: 'Advanced Options' }).click();
    const options = page.getByRole('dialog', { name: 'Advanced Options' });
    await options.getByLabel('request-callback').check();
    await page.getByText('1 callback(s) found').waitFor();
    await options.getByRole('button', { name: 'Uncheck all' }).click();
    await options.getByLabel('COMPLETED').check();
    await page.getByText('No callbacks found.').first().waitFor();
    await options.getByLabel('COMPLETED').uncheck();
    await options.getByLabel('Virtual queue').selectOption('BillingVQ');
    await page.getByText('No callbacks found.').first().waitFor();
    await page.close();
  });

  it('refuses a range that ends before it begins, and one of more than a month', async () => {
    const page = await bed.visit('/callbacks?range=custom');
    const first = page.getByLabel('First day');
    const last = page.getByLabel('Last day');
    await expect.poll(() => first.inputValue()).toBe(await last.inputValue());
    await first.fill('2026-05-02');
    await last.fill('2026-05-01');
    await page.getByText('Start date is not before the end date!').waitFor();
    await last.fill('2026-06-02');
    await page.getByText('Maximum range is one month!').waitFor();
    await last.fill('2026-05-02');
    await page.getByText('No callbacks found.').first().waitFor();
    await page.close();
  });

  it('moves and cancels the ones that are ticked, and tells about each that it could not', async () => {
    const [moved, cancelled, untouched] = [
      await book('BasicCallback', '5555001', later(30)),
      await book('BasicCallback', '5555002', later(31)),
      await book('BasicCallback', '5555003', later(32)),
    ];
    const page = await bed.visit('/callbacks?range=next7d&number=5555');
    await page.getByText('3 callback(s) found').waitFor();
    const before = (await bed.server.get(`/api/v1/callbacks/${moved}`)).json as Record<string, string>;
    await page.getByLabel('Select 5555001, BasicCallback').check();
    await page.getByRole('button', { name: 'Reschedule' }).click();
    await page.getByLabel('Later by').fill('30');
    await page.getByRole('button', { name: 'Move them' }).click();
    await page.getByText('1 moved, 0 not').waitFor();
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const after = (await bed.server.get(`/api/v1/callbacks/${moved}`)).json as Record<string, string>;
    const byMinutes = Date.parse(after._desired_time ?? '') - Date.parse(before._desired_time ?? '');
    expect(byMinutes).toBe(30 * 60_000);

    // Cancelled by somebody else between the choice and the confirmation: one of the two fails.
    await page.getByLabel('Select 5555001, BasicCallback').check();
    await page.getByLabel('Select 5555002, BasicCallback').check();
    await page.getByRole('button', { name: 'Cancel Callbacks' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Callbacks to Cancel in Current Page (2)').waitFor();
    await dialog.getByLabel('Cancel All Callbacks in Current Time Range').check();
    await dialog.getByText('Callbacks to Cancel in Current Page (0)').waitFor();
    await dialog.getByLabel('Cancel All Callbacks in Current Time Range').uncheck();
    await bed.server.request('DELETE', `/genesys/1/service/callback/BasicCallback/${moved}`);
    await dialog.getByRole('button', { name: 'Cancel Callbacks' }).click();
    await page.getByRole('img', { name: 'At least one callback was not cancelled' }).waitFor();
    expect(await stateOf(moved)).toEqual(['COMPLETED', 'CANCELLED']);
    expect(await stateOf(cancelled)).toEqual(['COMPLETED', 'CANCELLED_BY_ADMIN']);
    expect(await stateOf(untouched)).toEqual(['SCHEDULED', undefined]);
    await page.getByRole('button', { name: 'Download Reports' }).click();
    await page.getByText('1 cancelled, 1 not').waitFor();
    await page.close();
  });

  it('cancels all of a filter, also those that are not on the page, and exports them', async () => {
    const ids = [await book('BasicCallback', '5556001', later(40)), await book('BasicCallback', '5556002', later(41))];
    const outside = await book('BasicCallback', '5557001', later(42));
    const page = await bed.visit('/callbacks?range=next7d&number=5556');
    await page.getByText('2 callback(s) found').waitFor();
    await page.getByRole('button', { name: 'Cancel Callbacks' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Cancel All Callbacks in Current Time Range').check();
    await dialog.getByRole('button', { name: 'Cancel Callbacks' }).click();
    await page.getByRole('img', { name: 'Every callback was cancelled' }).waitFor();
    for (const id of ids) expect(await stateOf(id)).toEqual(['COMPLETED', 'CANCELLED_BY_ADMIN']);
    expect(await stateOf(outside)).toEqual(['SCHEDULED', undefined]);

    await page.getByRole('button', { name: 'Download Reports' }).click();
    const fileOf = async (title: string) => {
      const wanted = page.waitForEvent('download');
      await page.getByRole('button', { name: `Download: ${title}` }).click();
      const download = await wanted;
      return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')] as const;
    };
    const [name, shown] = await fileOf('The callbacks of this filter (CSV)');
    expect(name).toBe('Callbacks.csv');
    expect(shown.trim().split('\r\n')).toHaveLength(3);
    expect(shown).toContain('5556001');
    const [cancelledName, cancelled] = await fileOf('Export of cancelled callbacks');
    expect(cancelledName).toBe('CancelledCallbacks.csv');
    for (const id of ids) expect(cancelled).toContain(id);
    await page.close();
  });
});

describe('the calendar of load', { timeout: 240_000 }, () => {
  it('sets bookings against places, and opens what lies behind a cell', async () => {
    // Slots of the office, which is closed at times: those that the service itself offers, from the day after tomorrow.
    const start = new Date(later(48)).toISOString();
    const path = `/genesys/2/service/callback/ScheduledCallback/availability?start=${start}&number-of-days=7`;
    const { slots } = (await bed.server.get(path)).json as { slots: { utcTime: string }[] };
    // All on one day: the hour that comes first in the grid, row by row, is then that of the first.
    const dayOf = (place: number) =>
      new Date(slots[place]?.utcTime ?? 0).toLocaleDateString('en-GB', { timeZone: 'Europe/Paris' });
    const early = slots.findIndex((_slot, place) => dayOf(place) === dayOf(place + 9));
    const times = [0, 0, 0, 5, 9, 9, 9, 9].map((place) => Date.parse(slots[early + place]?.utcTime ?? ''));
    for (const [place, at] of times.entries()) await book('ScheduledCallback', `555800${place}`, at);
    const page = await bed.visit('/callbacks?view=calendar');
    await page.getByLabel('Service Name').selectOption('ScheduledCallback');
    const grid = page.getByRole('table', { name: 'Calendar' });
    await grid.waitFor();
    const title = page.getByRole('main').getByRole('heading', { level: 2 }).first();
    const weeks = await page.evaluate(
      `(() => { const now = new Date(); const monday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - ((now.getDay() + 6) % 7)); return Math.floor((${times[0]} - monday.getTime()) / 604800000); })()`,
    );
    for (let week = 0; week < Number(weeks); week += 1) {
      const before = await title.textContent();
      await page.getByRole('button', { name: 'Forward' }).click();
      await expect.poll(() => title.textContent()).not.toBe(before);
    }
    await grid
      .getByRole('button', { name: /: [3-9]\/\d+$/ })
      .first()
      .click();
    const list = page.getByRole('region', { name: /^Callbacks from / });
    await list.getByRole('link', { name: 'Open 5558000' }).waitFor();
    expect(await obstacles(page)).toEqual([]);
    await page.evaluate('window.scrollTo(0, 0)');
    await bed.picture(page, 'console-calendar');
    await page.getByRole('radio', { name: 'Day' }).press('Space');
    await grid.getByRole('columnheader', { name: ':45' }).waitFor();
    await page.close();
  });
});

describe('the picture of the day', { timeout: 240_000 }, () => {
  it('shows load, waiting and outcomes, and the same as a table', async () => {
    // Long enough on the line that an agent is found also on a busy machine.
    const patient = { outcome: 'answer', ringSeconds: 0.1, talkSeconds: 15 };
    expect((await bed.server.put('/api/v1/simulator', { numbers: { '5559001': patient } })).status).toBe(200);
    const body = { _customer_number: '5559001' };
    const { json } = await bed.server.post('/genesys/1/service/callback/request-callback', body);
    const { _id: id } = json as { _id: string };
    await expect.poll(() => stateOf(id), { timeout: 150_000 }).toEqual(['COMPLETED', 'AGENT_CONNECTED']);
    const page = await bed.visit('/day');
    await page.getByRole('img', { name: 'Callbacks by hour' }).waitFor();
    await page.getByRole('img', { name: 'Waiting time' }).waitFor();
    await page.getByRole('region', { name: 'Outcomes' }).getByText('Connected to an agent').waitFor();
    await page.getByRole('region', { name: 'Predicted now' }).getByText('SupportVQ').waitFor();
    expect(await obstacles(page)).toEqual([]);
    await bed.picture(page, 'console-day');
    await page.getByText('The same as a table').click();
    await page.getByRole('table', { name: 'Day' }).getByRole('columnheader', { name: 'Median (min)' }).waitFor();
    await page.getByRole('textbox', { name: 'Day', exact: true }).fill('2020-01-01');
    await page.getByText('Nothing was due on this day').waitFor();
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });
});
