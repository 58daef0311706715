import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed({ env: { RINGBACK_ADMIN_PASSWORD: 's3cret' } });

async function logIn(name: string, password: string, next = '/console/'): Promise<Page> {
  const page = await bed.browser.visit(`/login?language=en&next=${encodeURIComponent(next)}`);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log In' }).click();
  return page;
}

const LONG = { timeout: 240_000 };

it('lets nobody in without the right password', LONG, async () => {
  const page = await logIn('admin', 'wrong');
  await page.getByRole('alert').getByText('Incorrect username and/or password.').waitFor();
  expect(await obstacles(page)).toEqual([]);
  await page.goto(`${bed.server.url}/login?language=en`);
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await bed.picture(page, 'console-login', page.getByRole('navigation'));
});

it('adds a person, who may then see what the roles allow', LONG, async () => {
  const page = await logIn('admin', 's3cret', '/console/people');
  await page.getByText('Nobody yet').waitFor();
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('grace');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('hopper');
  await dialog.getByLabel('Supervisor').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row', { name: /grace/ });
  await row.getByText('Supervisor').waitFor();
  await bed.picture(page, 'console-people');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();

  const hers = await logIn('grace', 'hopper');
  await hers.getByRole('link', { name: 'Callbacks' }).waitFor();
  await hers.getByText('grace', { exact: true }).waitFor();
  expect(await hers.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
});

it('shows who changed what', LONG, async () => {
  const page = await logIn('admin', 's3cret', '/console/audit');
  const table = page.getByRole('table', { name: 'Audit log' });
  await table
    .getByRole('row', { name: /admin .*Created grace/ })
    .first()
    .waitFor();
  await page.getByLabel('Name').fill('nothing of that name');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('No changes found').waitFor();
  await page.getByLabel('Name').fill('');
  await page.getByLabel('Who').fill('admin');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await table.waitFor();
  await bed.picture(page, 'console-audit');
  expect(await obstacles(page)).toEqual([]);
});

it('complains of nothing', () => {
  expect(bed.browser.complaints).toEqual([]);
});
