import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServerBed } from '../../packages/server/tests/callback/server-bed.js';
import { ensureChromium } from '../../scripts/chromium.mjs';
import { Browser, Screenshots } from '../console/browser.js';

let missing: string | undefined;
let server: ServerBed;
/** The pages of a customer, on a host of their own. */
let site: Server;
let browser: Browser;
let screenshots: Screenshots;
/** What the page embeds. */
let tag = '';

beforeAll(async () => {
  const chromium = await ensureChromium();
  if ('missing' in chromium) {
    missing = chromium.missing;
    return;
  }
  server = await ServerBed.create();
  await server.must('PUT', '/api/v1/options/server', { cors_allowed_origins: '*' });
  await server.must('PUT', '/api/v1/services/Shop', {
    ...{ _type: 'ors', _service: 'callback', _call_direction: 'USERTERMINATED', _target: 'Nobody@GA' },
    ...{ _urs_virtual_queue: 'ShopVQ', _request_time_bucket: '60', _max_request_by_time_bucket: '2' },
  });
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><main>${tag}</main>`,
    );
  });
  site.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  // The server listens on TCP.
  const { port } = site.address() as AddressInfo;
  browser = await Browser.open(chromium.path, `http://127.0.0.1:${port}`);
  screenshots = await Screenshots.open();
}, 300_000);

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => (site ? site.close(resolve) : resolve(undefined)));
  await screenshots?.close();
});

/** The script tag that a page has, with more attributes. */
function embedded(more = ''): string {
  return `<script type="module" src="${server.url}/widget.js" data-service="Shop" ${more}></script>`;
}

describe('the callback widget on a page of another host', { timeout: 240_000 }, () => {
  it('books a callback at a free time by keyboard, and cancels it', async () => {
    tag = embedded('data-queue="ShopVQ" data-phone="+442079460018"');
    const page = await browser.visit('/');
    const number = page.getByLabel('Your telephone number');
    await number.waitFor();
    await page.getByRole('button', { name: 'Call me back' }).click();
    await page.getByRole('alert').getByText('Please give your telephone number.').waitFor();
    expect(await number.getAttribute('aria-invalid')).toBe('true');

    await number.fill('+442079460018');
    await page.getByText('At present nobody can say').waitFor();
    await page.locator('#later:enabled').waitFor();
    await page.getByLabel('As soon as it is my turn').focus();
    await page.keyboard.press('ArrowDown');
    const time = page.getByLabel('Time', { exact: true });
    await time.waitFor();
    expect(await time.locator('option').count()).toBeGreaterThan(5);
    const chosen = (await time.locator('option').nth(3).getAttribute('value')) ?? '';
    await time.selectOption(chosen);
    await screenshots.take(page, 'widget');
    await page.getByRole('button', { name: 'Call me back' }).press('Enter');

    await page.getByRole('status').getByText('We will call +442079460018 at').waitFor();
    const [booked] = await server.must('GET', '/genesys/1/service/callback/Shop?_customer_number=%2B442079460018');
    expect(booked).toMatchObject({ _callback_state: 'SCHEDULED', _desired_time: chosen });
    await page.getByRole('button', { name: 'Cancel this callback' }).click();
    await page.getByText('The callback is cancelled.').waitFor();
    const [cancelled] = await server.must('GET', `/genesys/1/service/callback?_id=${booked._id}`);
    expect(cancelled).toMatchObject({ _callback_state: 'COMPLETED', _callback_reason: 'CANCELLED' });
    await page.getByRole('button', { name: 'Start again' }).click();
    await number.waitFor();
    expect(browser.complaints.filter((complaint) => !complaint.includes(server.url))).toEqual([]);
    await page.close();
  });

  it.each([
    ['fr', 'Votre numéro de téléphone', 'Dès que c’est mon tour', 'Rappelez-moi', 'Nous appellerons le'],
    ['ja', 'お電話番号', '順番が来たらすぐに', '折り返しを依頼する', '順番が来ましたら'],
  ])('speaks %s, and books for now', async (language, label, now, submit, told) => {
    tag = embedded(`data-lang="${language}"`);
    const page = await browser.visit('/');
    await page.getByLabel(label).fill(language === 'fr' ? '+33123456789' : '+81312345678');
    await page.getByLabel(now).check();
    await page.getByRole('button', { name: submit }).click();
    await page.getByRole('status').getByText(told).waitFor();
    await page.close();
  });

  it('gives the number of those who would rather wait, and says what went wrong', async () => {
    tag = embedded('data-phone="+442079460018"').replace('"Shop"', '"NoSuchService"');
    const page = await browser.visit('/');
    await page.getByLabel('I call and wait on the line').check();
    await page.getByRole('button', { name: 'Call me back' }).click();
    expect(await page.getByRole('link', { name: '+442079460018' }).getAttribute('href')).toBe('tel:+442079460018');
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByLabel('Your telephone number').fill('5115');
    await page.getByRole('button', { name: 'Call me back' }).click();
    await page.getByRole('alert').getByText('That did not work').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Call me back' }).isEnabled()).toBe(true);
    await page.close();
  });

  it('takes its looks from variables of the page', async () => {
    tag = `<style>ringback-callback { --ringback-accent: rgb(1, 2, 3) }</style>${embedded()}`;
    const page = await browser.visit('/');
    await page.getByRole('button', { name: 'Call me back' }).waitFor();
    const root = "document.querySelector('ringback-callback').shadowRoot";
    expect(await page.evaluate(`getComputedStyle(${root}.querySelector('button')).backgroundColor`)).toBe(
      'rgb(1, 2, 3)',
    );
    await page.close();
  });
});
