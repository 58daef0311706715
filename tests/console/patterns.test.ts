import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();

const read = async (path: string) => (await bed.server.get(`/api/v1/${path}`)).json;

describe('patterns', { timeout: 240_000 }, () => {
  it('are grouped, tried, added, changed and deleted; a group goes with its last one', async () => {
    const page = await bed.visit('/patterns');
    await page.getByRole('cell', { name: 'exception1', exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Try it' }).fill('+19005551234');
    await page.getByText('1 match: exception1').waitFor();
    expect(await obstacles(page)).toEqual([]);
    await bed.picture(page, 'console-patterns');

    await page.getByRole('button', { name: 'Add group' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Group name').fill('not allowed!');
    await dialog.getByText('must not include any illegal characters').waitFor();
    await dialog.getByLabel('Group name').fill('Callback_exceptions');
    await dialog.getByText('Pattern group name must be unique').waitFor();
    await dialog.getByLabel('Group name').fill('blocked');
    await dialog.getByLabel('Name of the first pattern').fill('a name with / and "quotes"');
    await dialog.getByLabel('Its expression').fill('\\d{3}\\\\x');
    await dialog.getByRole('button', { name: 'Add group' }).click();
    await page.getByText('Created pattern group').waitFor();
    await expect.poll(() => read('patterns/blocked')).toEqual({ 'a name with / and "quotes"': '\\d{3}\\\\x' });

    await page.getByLabel('Name', { exact: true }).fill('a name with / and "quotes"');
    await page.getByText('This key already exists').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('test');
    await page.getByLabel('Expression', { exact: true }).fill('(');
    await page.getByText('This is no regular expression.').waitFor();
    await page.getByLabel('Expression', { exact: true }).fill('555.*');
    await page.getByRole('button', { name: 'Add New' }).click();
    await expect.poll(() => read('patterns/blocked')).toMatchObject({ test: '555.*' });
    await page.getByRole('button', { name: 'Edit test' }).click();
    await page.getByLabel('Expression: test').fill('556.*');
    await page.keyboard.press('Enter');
    await expect.poll(() => read('patterns/blocked')).toMatchObject({ test: '556.*' });

    for (const name of ['test', 'a name with / and "quotes"']) {
      await page.getByRole('button', { name: `Delete ${name}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await expect.poll(async () => (await bed.server.get('/api/v1/patterns/blocked')).status).toBe(404);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Refreshed').waitFor();
    await page.close();
  });
});

describe('resources', { timeout: 240_000 }, () => {
  it('are groups of numbers with a strategy', async () => {
    const page = await bed.visit('/resources');
    await page.getByRole('row', { name: 'DNIS' }).getByText('2 members').waitFor();
    expect(await obstacles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add group' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Group name').fill('Gold');
    await dialog.getByLabel('Allocation strategy').selectOption('CLUSTER');
    await dialog.getByLabel('Members').fill('8005550001\n8005550001');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('8005550001 stands here twice.').waitFor();
    await dialog.getByLabel('Members').fill('8005550001\n 8005550002\n');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Group Gold is saved.').waitFor();
    await bed.picture(page, 'console-resources');
    expect(await read('resources/Gold')).toEqual({ strategy: 'CLUSTER', members: ['8005550001', '8005550002'] });
    await page.getByRole('button', { name: 'Delete Gold' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Group Gold is deleted.').waitFor();
    expect((await bed.server.get('/api/v1/resources/Gold')).status).toBe(404);
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });
});
