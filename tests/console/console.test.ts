import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../server/server-process.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();

describe('the console', { timeout: 240_000 }, () => {
  it('follows a callback that is booked for now until it is completed, and tells how it went', async () => {
    // Who waits for an agent waits so long, too, also on a busy machine.
    const patient = { outcome: 'answer', ringSeconds: 1, talkSeconds: 15 };
    expect((await bed.server.put('/api/v1/simulator', { numbers: { '5551001': patient } })).status).toBe(200);
    const live = await bed.visit('/');
    await live.getByRole('status').getByText('Live').waitFor();

    const book = await bed.visit('/book');
    await fillIn(book, 'BasicCallback', '5551001');
    await book.getByLabel('Name').fill('Mary Ward');
    await book.getByLabel('Reason').fill('Invoice');
    await book.keyboard.press('Enter');
    await book.getByText('Booked').waitFor();
    await bed.picture(book, 'booked');

    // The other tab has not been touched: the live feed alone brings the callback there and on to its end.
    const row = live.getByRole('row', { name: '5551001' });
    await row.getByText('COMPLETED').waitFor();
    await bed.picture(live, 'console-live');

    await row.getByRole('link').click();
    await live.getByRole('heading', { name: 'Call legs' }).waitFor();
    await live.getByText('Mary Ward').waitFor();
    const steps = await stepTypes(live);
    expect(steps[0]).toBe('callback.accepted');
    expect(steps).toEqual(
      expect.arrayContaining(['session.started', 'route.decision', 'call.dialing', 'call.answered', 'call.joined']),
    );
    expect(steps).toEqual(expect.arrayContaining(['call.ended', 'callback.completed']));
    await live.getByText('Why this agent').waitFor();
    await live.getByText('Why not the others').waitFor();
    const lanes = await live.getByRole('region', { name: 'Call legs' }).getByRole('img').all();
    const words = await Promise.all(lanes.map((lane) => lane.getAttribute('aria-label')));
    expect(words.some((lane) => lane?.startsWith('Customer'))).toBe(true);
    expect(words.some((lane) => lane?.startsWith('Agent'))).toBe(true);
    await bed.picture(live, 'console-callback');
    await live.close();
    await book.close();
  });

  it('books a free time, moves it to another one and cancels it', async () => {
    const page = await bed.visit('/book');
    await fillIn(page, 'BasicCallback', '5551002');
    await chooseTomorrow(page, () => page.getByText('At a free time').click());
    await freeTimes(page).nth(2).press('Space');
    await bed.picture(page, 'console-book');
    await page.getByRole('button', { name: 'Book this time' }).click();
    await page.getByRole('link', { name: 'Follow this callback' }).click();
    await page.getByText('SCHEDULED').first().waitFor();
    const booked = await desiredTime(page);

    await page.getByRole('button', { name: 'Reschedule' }).click();
    await freeTimes(page).nth(4).press('Space');
    await bed.picture(page, 'console-reschedule');
    await page.getByRole('button', { name: 'Move it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(() => desiredTime(page), { timeout: 60_000 }).not.toBe(booked);

    await page.getByRole('button', { name: 'Cancel callback' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel callback' }).click();
    await page.getByText('COMPLETED').first().waitFor();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    await bed.picture(page, 'cancelled');
    await page.close();
  });

  it('shows why a booking is refused and books the time that is proposed instead', async () => {
    const page = await bed.visit('/book');
    await fillIn(page, 'BasicCallback', '5551003');
    await chooseTomorrow(page, () => page.getByText('At a free time').click());
    await freeTimes(page).nth(30).press('Space');

    // Others take every place of the slot while the form is open.
    const time = await slotTime(page, 30);
    for (let other = 0; other < 5; other += 1) {
      const body = { _customer_number: `555200${other}`, _desired_time: time };
      expect((await bed.server.post('/genesys/1/service/callback/BasicCallback', body)).status).toBe(200);
    }

    await page.getByRole('button', { name: 'Book this time' }).click();
    const refused = page.getByRole('alert').filter({ hasText: 'The callback was not booked' });
    await refused.getByText('Too many requests at desired time').waitFor();
    await bed.picture(page, 'console-refused');
    await refused.getByRole('button').first().click();
    await page.getByText('Booked').waitFor();
    await page.close();
  });

  it('makes an agent not ready and ready again', async () => {
    const page = await bed.visit('/');
    const agent = page.getByRole('listitem').filter({ hasText: 'a100' });
    await agent.getByRole('button', { name: 'Not ready' }).click();
    await agent.getByText('Not ready', { exact: false }).first().waitFor();
    await agent.getByRole('button', { name: /^Ready/ }).click();
    await agent.getByRole('button', { name: 'Not ready' }).waitFor();
    await page.close();
  });

  it('shows how the simulated network answers', async () => {
    const page = await bed.visit('/simulator');
    await page.getByRole('heading', { name: 'Simulator', level: 1 }).waitFor();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await bed.picture(page, 'console-simulator');
    await page.close();
  });

  it('fits a phone without scrolling sideways, in dark colours too', async () => {
    const page = await bed.visit('/');
    await page.getByRole('heading', { name: 'Callbacks' }).waitFor();
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
    await bed.picture(page, 'live-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/console/', '/console/book', '/console/simulator']) {
      await page.goto(`${bed.server.url}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(390);
      await bed.picture(page, `phone${path.replaceAll('/', '-')}`);
    }
    await page.close();
  });

  it('tells that the connection is lost, and is live again when the server is back', async () => {
    const page = await bed.visit('/');
    await page.getByRole('status').getByText('Live').waitFor();
    const port = new URL(bed.server.url).port;
    await bed.server.end('SIGTERM');
    await page.getByRole('status').getByText('Reconnecting').waitFor();
    const successor = await ServerProcess.create({ data: bed.server.data, args: ['--port', port] });
    await successor.start();
    try {
      await page.getByRole('status').getByText('Live').waitFor();
      await page.getByText('5551001').first().waitFor();
    } finally {
      await page.close();
      await successor.end('SIGTERM');
    }
  });

  it('asked nobody else for anything, and no script failed', () => {
    expect(bed.browser.complaints).toEqual([]);
  });
});

/** Chooses the service and types the customer's number. */
async function fillIn(page: Page, service: string, number: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Service' }).click();
  await page.getByRole('option', { name: service, exact: true }).click();
  await page.getByLabel("Customer's number").fill(number);
}

/** Opens the choice of a time and goes to the next day, all of which is still to come. */
async function chooseTomorrow(page: Page, open: () => Promise<void>): Promise<void> {
  await open();
  await page.getByRole('button', { name: 'Day' }).click();
  // The day of the browser, which is not everywhere that of this process.
  const today = String(await page.evaluate("new Date().toLocaleDateString('sv')"));
  const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000);
  if (tomorrow.getUTCDate() === 1) await page.locator('button[data-direction="next"]').click();
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(tomorrow);
  await page.getByRole('button', { name: date, exact: true }).click();
  await freeTimes(page).first().waitFor({ state: 'attached' });
}

function freeTimes(page: Page): Locator {
  return page.getByRole('group', { name: 'Free times' }).getByRole('radio');
}

/** The instant of the n-th free time, ISO 8601, as its hover text tells it. */
async function slotTime(page: Page, index: number): Promise<string> {
  const hover = await page.locator('fieldset label').nth(index).getAttribute('title');
  return (hover ?? '').replace(' UTC', 'Z').replace(' ', 'T');
}

async function desiredTime(page: Page): Promise<string | null> {
  return page.getByRole('region', { name: 'Record' }).locator('time').first().getAttribute('datetime');
}

/** The types of the history's steps, in order. */
async function stepTypes(page: Page): Promise<(string | null)[]> {
  const steps = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  await steps.filter({ hasText: 'callback.completed' }).waitFor();
  return Promise.all((await steps.all()).map((step) => step.getAttribute('data-type')));
}
