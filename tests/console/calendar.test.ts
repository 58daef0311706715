import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();

const optionsOf = async (name: string) =>
  (await bed.server.get(`/api/v1/services/${name}`)).json as Record<string, string>;

describe('office hours', { timeout: 240_000 }, () => {
  it('are painted on a week, with the mouse and with the keyboard', async () => {
    const page = await bed.visit('/hours/office_hours');
    const grid = page.getByRole('table', { name: 'Office Hours' });
    await grid.getByRole('button', { name: 'Mon 09:00, open' }).waitFor();
    await page.getByText('Times are those of Europe/Paris.').waitFor();
    expect(await obstacles(page)).toEqual([]);

    await grid.getByRole('button', { name: 'Sun 10:00, closed' }).hover();
    await page.mouse.down();
    await grid.getByRole('button', { name: 'Sun 10:30, closed' }).hover();
    await page.mouse.up();
    await grid.getByRole('button', { name: 'Sun 10:30, open' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await grid.getByRole('button', { name: 'Sun 11:00, open' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Service office_hours is saved.').waitFor();
    const { _bh_regular1, _bh_regular2, _bh_regular3 } = await optionsOf('office_hours');
    expect([_bh_regular1, _bh_regular2, _bh_regular3]).toEqual([
      'Mon-Fri 08:00-18:00',
      'Sat 09:00-13:00',
      'Sun 10:00-11:30',
    ]);
    await page.close();
  });

  it('have holidays and additional hours, which show in their week', async () => {
    const page = await bed.visit('/hours/office_hours');
    const holidays = page.getByRole('region', { name: 'Holidays' });
    const additions = page.getByRole('region', { name: 'Additional hours' });
    await holidays.getByText('12-25').waitFor();
    const today = await page.evaluate("new Date().toLocaleDateString('sv')");
    await holidays.getByRole('button', { name: 'Add' }).click();
    await holidays.getByText('Choose a date.').waitFor();
    await holidays.getByLabel('Holidays: Date').fill(String(today));
    await holidays.getByRole('button', { name: 'Add' }).click();
    await page.getByText('Holiday', { exact: true }).waitFor();
    await additions.getByLabel('Additional hours: Date').fill(String(today));
    await additions.getByLabel('Additional hours: To').fill('08:00');
    await additions.getByRole('button', { name: 'Add' }).click();
    await additions.getByText('The end must be after the start.').waitFor();
    await additions.getByLabel('Additional hours: To').fill('11:00');
    await additions.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('button', { name: '09:30, open, additional' }).waitFor();
    await bed.picture(page, 'console-office-hours');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Service office_hours is saved.').waitFor();
    expect(await optionsOf('office_hours')).toMatchObject({ _holiday3: today, _bh_add2: `${today} 09:00-11:00` });
    await holidays.getByRole('button', { name: `Remove ${today}` }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await optionsOf('office_hours'))._holiday3).toBeUndefined();
    await page.close();
  });
});

describe('capacity', { timeout: 240_000 }, () => {
  it('is a number in each hour of a week, filled one by one or many at once', async () => {
    const page = await bed.visit('/capacity/office_capacity');
    const monday = page.getByLabel('Places on Mon at 09:00');
    await expect.poll(() => monday.inputValue()).toBe('8');
    expect(await obstacles(page)).toEqual([]);
    await monday.fill('12');
    await monday.press('ArrowDown');
    const focused = () => page.locator(':focus').getAttribute('aria-label');
    await expect.poll(focused).toBe('Places on Mon at 10:00');
    const fill = page.getByRole('region', { name: 'Fill hours' });
    await fill.getByLabel('Places').fill('2000');
    await fill.getByText('A whole number from 0 to 1000.').waitFor();
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sun']) await fill.getByText(day, { exact: true }).click();
    await fill.getByLabel('Places').fill('3');
    await fill.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => page.getByLabel('Places on Sun at 16:00').inputValue()).toBe('3');
    const exceptions = page.getByRole('region', { name: 'Exceptions' });
    await exceptions.getByLabel('Date').fill('2027-12-24');
    await exceptions.getByRole('button', { name: 'Add' }).click();
    await exceptions.getByText('09:00 0, 10:00 0, 11:00 0').waitFor();
    await bed.picture(page, 'console-capacity');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Service office_capacity is saved.').waitFor();
    const saved = await optionsOf('office_capacity');
    const read = (name: string): unknown => JSON.parse(saved[name] ?? '');
    expect(read('_capacity_1')).toMatchObject({ '1': { '0900': 12, '1000': 8 } });
    expect(read('_capacity_7')).toEqual({
      '7': Object.fromEntries([9, 10, 11, 12, 13, 14, 15, 16].map((hour) => [`${String(hour).padStart(2, '0')}00`, 3])),
    });
    expect(read('_capacity_add')).toEqual({ '2027-12-24': { '0900': 0, '1000': 0, '1100': 0 } });
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });
});
