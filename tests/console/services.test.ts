import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();

const optionsOf = async (name: string) =>
  (await bed.server.get(`/api/v1/services/${name}`)).json as Record<string, string>;

/** Runs in the page: remembers whether it ever said that the name is taken. */
const NOTE_REFUSAL = `new MutationObserver(() => {
  if (document.body.textContent.includes('exists already')) document.body.dataset.refused = 'yes';
}).observe(document.body, { childList: true, characterData: true, subtree: true })`;

describe('configured services', { timeout: 240_000 }, () => {
  it('are listed in the three groups that people know, and found by what they say', async () => {
    const page = await bed.visit('/services');
    await page
      .getByRole('table', { name: 'Configured Services' })
      .getByRole('link', { name: 'BasicCallback' })
      .waitFor();
    await page.getByRole('table', { name: 'Office Hours' }).getByRole('link', { name: 'office_hours' }).waitFor();
    await page.getByRole('table', { name: 'Capacity' }).getByRole('link', { name: 'office_capacity' }).waitFor();
    expect(await obstacles(page)).toEqual([]);
    await bed.picture(page, 'console-services');
    await page.getByLabel('Search items').fill('BillingVQ');
    await page.getByRole('link', { name: 'BasicCallback' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'AgentFirst' }).waitFor();
    await page.getByLabel('Search items').fill('no such thing');
    await page.getByText('No services found').waitFor();
    await page.close();
  });

  it('are made from a template, changed, tried, copied and deleted', async () => {
    const page = await bed.visit('/services');
    await page.getByRole('button', { name: 'Create' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Service Name').fill('BasicCallback');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText('A service of this name exists already.').waitFor();
    await dialog.getByLabel('Service Name').fill('..');
    await dialog.getByText('A name has at most 255 characters').waitFor();
    await dialog.getByLabel('Service Template').selectOption('Office hours');
    await dialog.getByLabel('Service Name').fill('shop_hours');
    await page.evaluate(NOTE_REFUSAL);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('heading', { level: 1, name: 'shop_hours' }).waitFor();
    expect(await page.evaluate('document.body.dataset.refused'), 'the new name is not refused').toBeUndefined();
    expect(await optionsOf('shop_hours')).toMatchObject({ _type: 'builtin', _service: 'office-hours' });

    await page.getByRole('button', { name: 'Add _holiday*' }).click();
    await page.getByLabel('_holiday1', { exact: true }).fill('first of May');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('The service was not saved').waitFor();
    await page.locator('[data-option="_holiday1"]').getByText('a date such as').last().waitFor();
    await page.getByLabel('_holiday1', { exact: true }).fill('05-01');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Service shop_hours is saved.').waitFor();
    expect(await optionsOf('shop_hours')).toMatchObject({ _holiday1: '05-01' });

    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByLabel('Name of the copy').fill('shop_hours_2');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('heading', { level: 1, name: 'shop_hours_2' }).waitFor();
    expect(await optionsOf('shop_hours_2')).toEqual(await optionsOf('shop_hours'));

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await obstacles(page), colorScheme).toEqual([]);
    }
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Service shop_hours_2 is deleted.').waitFor();
    await page.getByRole('link', { name: 'shop_hours', exact: true }).waitFor();
    expect((await bed.server.get('/api/v1/services/shop_hours_2')).status).toBe(404);
    await page.close();
  });

  it('explain every option, and keep what another person changes meanwhile', async () => {
    const page = await bed.visit('/services/BasicCallback');
    const form = page.getByRole('form', { name: 'Options' });
    const dial = form.getByLabel('_max_dial_attempts', { exact: true });
    await dial.waitFor();
    await form.getByRole('switch', { name: 'Advanced parameters' }).press('Space');
    await form.getByLabel('_desired_connect_time_threshold').waitFor();
    expect(await obstacles(page)).toEqual([]);
    await bed.picture(page, 'console-service');
    await dial.fill('5');
    const others = { ...(await optionsOf('BasicCallback')), _dial_retry_timeout: '45' };
    expect((await bed.server.put('/api/v1/services/BasicCallback', others)).status).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Service BasicCallback is saved.').waitFor();
    expect(await optionsOf('BasicCallback')).toMatchObject({ _max_dial_attempts: '5', _dial_retry_timeout: '45' });
    await page.close();
  });

  it('take parameters of their own, and give them up again', async () => {
    const page = await bed.visit('/services/hello');
    await page.getByLabel('Name of the parameter').fill('not a name');
    await page.getByText('must be a valid ECMAScript variable name').waitFor();
    await page.getByLabel('Name of the parameter').fill('greeting');
    await page.keyboard.press('Enter');
    await page.getByLabel('greeting', { exact: true }).fill('bonjour');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await optionsOf('hello')).greeting).toBe('bonjour');
    await page.getByRole('button', { name: 'Remove greeting' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await optionsOf('hello')).greeting).toBeUndefined();
    await page.close();
  });

  it('are tried with a request as an app would send it', async () => {
    const page = await bed.visit('/services/request-callback');
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByLabel('Customer number').fill('5551010');
    await panel.getByLabel('Further parameters').fill('name=Ada Byron\n_desired_time=tomorrow');
    await panel.getByRole('button', { name: 'Send the request' }).click();
    await panel.getByText('The request was refused').waitFor();
    await panel.getByLabel('Further parameters').fill('name=Ada Byron');
    await panel.getByRole('button', { name: 'Send the request' }).click();
    await panel.getByText('"_id"').waitFor();
    await panel.getByRole('link', { name: 'Follow this callback' }).click();
    await page.getByText('Ada Byron').waitFor();
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });
});
