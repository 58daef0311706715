import { describe, expect, it } from 'vitest';
import { obstacles } from './accessibility.js';
import { consoleBed } from './bed.js';

const bed = consoleBed();

describe('the frame of the console', { timeout: 240_000 }, () => {
  it('speaks French and Japanese, and remembers which', async () => {
    const page = await bed.visit('/callbacks');
    await page.getByRole('heading', { level: 1, name: 'Callbacks' }).waitFor();
    await page.getByLabel('Language').selectOption('Français');
    await page.getByRole('link', { name: 'Services configurés' }).waitFor();
    await page.getByText('Aucun rappel trouvé.').first().waitFor();
    const ranges = await page.getByLabel('Période').getByRole('option').allInnerTexts();
    expect(ranges).toEqual([
      ...['24 dernières heures', '7 derniers jours', '30 derniers jours', "Aujourd'hui"],
      ...['24 prochaines heures', '7 prochains jours', '30 prochains jours', 'Plage de dates personnalisée'],
    ]);
    await page.getByLabel('Langue').selectOption('日本語');
    await page.getByRole('link', { name: '構成されたサービス' }).waitFor();
    await page.getByText('コールバックが見つかりません。').first().waitFor();
    await page.reload();
    await page.getByRole('link', { name: '構成されたサービス' }).click();
    await page.getByRole('table', { name: '営業時間' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('ja');
    await bed.picture(page, 'console-japanese');
    await page.getByLabel('言語').selectOption('English');
    await page.getByRole('table', { name: 'Office Hours' }).waitFor();
    await page.close();
  });

  it('lets the keyboard skip the pages, and leads to each of them', async () => {
    const page = await bed.visit('/services');
    await page.getByRole('link', { name: 'BasicCallback' }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    await expect.poll(() => page.locator(':focus').textContent()).toBe('Skip to the content');
    await skip.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('content');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('Search items');
    const pages = page.getByRole('navigation', { name: 'Pages' });
    const titles = ['Callbacks', 'Day', 'Configured Services', 'Office Hours', 'Capacity', 'Resources', 'Patterns'];
    for (const title of titles) {
      await pages.getByRole('link', { name: title, exact: true }).press('Enter');
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      await expect.poll(() => pages.locator('[aria-current="page"]').textContent()).toBe(title);
    }
    await page.close();
  });

  it('can be read in dark colours, and fits a phone', async () => {
    const page = await bed.visit('/hours/office_hours');
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
    for (const path of [
      'services',
      'services/BasicCallback',
      'hours',
      'capacity',
      'callbacks',
      'patterns',
      'resources',
    ]) {
      await page.goto(`${bed.server.url}/console/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await obstacles(page), path).toEqual([]);
    }
    await bed.picture(page, 'console-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['services', 'callbacks', 'day', 'patterns']) {
      await page.goto(`${bed.server.url}/console/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(390);
    }
    await page.getByRole('button', { name: 'Show or hide the pages' }).click();
    await page.getByRole('link', { name: 'Capacity' }).click();
    await page.getByRole('heading', { level: 1, name: 'Capacity' }).waitFor();
    await page.close();
    expect(bed.browser.complaints).toEqual([]);
  });
});
