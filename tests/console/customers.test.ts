import { describe, expect, it } from 'vitest';
import { consoleBed } from './bed.js';

const bed = consoleBed();

describe("the customer's page", { timeout: 240_000 }, () => {
  it('finds a customer by number, shows the journey of a callback as it goes on, and changes the profile', async () => {
    const profile = { FirstName: 'Ada', LastName: 'Byron', PhoneNumber: '+44 20 7946 0018', EmailAddress: 'ada@b.org' };
    expect((await bed.server.post('/genesys/1/cs/profiles', profile)).status).toBe(201);
    await bed.server.post('/genesys/1/cs/profiles', { FirstName: 'Grace', PhoneNumber: '+12025550143' });
    const booked = { _customer_number: '+442079460018' };
    expect((await bed.server.post('/genesys/1/service/callback/BasicCallback', booked)).status).toBe(200);

    const page = await bed.visit('/customers');
    await page.getByRole('link', { name: 'Grace' }).waitFor();
    await page.getByLabel('Find a customer').fill('+44 (20) 7946-0018');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Grace' }).waitFor({ state: 'detached' });
    await bed.picture(page, 'console-customers');
    await page.getByRole('link', { name: 'Ada Byron' }).click();

    const journey = page.getByRole('region', { name: 'Journey' });
    await journey.getByRole('link', { name: 'Callback, BasicCallback' }).waitFor();
    await journey.getByText('COMPLETED').waitFor();
    await journey.getByText('attempt 1: ').waitFor();
    await journey.getByText('over since').first().waitFor();
    await bed.picture(page, 'console-customer');

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Company').fill('Analytical Engines');
    await page.getByLabel('EmailAddress').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    const card = page.getByRole('region', { name: 'Profile' });
    await card.getByText('Analytical Engines').waitFor();
    await card.getByText('ada@b.org').waitFor({ state: 'detached' });
    await page.emulateMedia({ colorScheme: 'dark' });
    await bed.picture(page, 'customer-dark');
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });

  it('says what the server refuses', async () => {
    const created = await bed.server.post('/genesys/1/cs/profiles', { FirstName: 'Mary' });
    const { customer_id: id } = created.json as { customer_id: string };
    const page = await bed.visit(`/customers/${id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Segment').fill('x'.repeat(300));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('The profile was not changed').waitFor();
    await page.close();
    const nobody = await bed.visit('/customers/nobody');
    await nobody.getByText('There is no such customer').waitFor();
    await nobody.close();
  });
});
