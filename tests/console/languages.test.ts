import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleBed } from './bed.js';

const SOURCES = resolve(import.meta.dirname, '../../packages/console/src');

const bed = consoleBed({ prepare });

/** Pages that show something of their own, by the path behind `/console/`. */
const paths = [
  ...['', 'callbacks', 'callbacks?view=calendar', 'day', 'book', 'agent', 'customers', 'services'],
  ...['services/BasicCallback', 'hours/office_hours', 'capacity/office_capacity', 'resources', 'patterns'],
  ...['campaigns', 'lists', 'lists/automne', 'lists/automne/records/1', 'lists?search=4711', 'do-not-call'],
  ...['sessions', 'simulator', 'people', 'audit', 'nowhere'],
];

async function prepare(): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await bed.server.put(`/api/v1${path}`, body);
    expect([200, 201], answer.text).toContain(answer.status);
  };
  const post = async (path: string, body: unknown) => {
    const answer = await bed.server.post(path, body);
    expect([200, 201], answer.text).toContain(answer.status);
    return answer.json as { _id?: string; customer_id?: string };
  };
  await put('/agent-groups/Sortants', { name: 'Sortants', dbid: 902 });
  await put('/agents/sortant1', { id: 'sortant1', dbid: 951, dn: '2910', groups: ['Sortants'] });
  await put('/calling-lists/automne', { name: 'automne', dbid: 910 });
  await put('/campaigns/Automne', { name: 'Automne', dbid: 911, callingLists: [{ name: 'automne', share: 10 }] });
  const group = { campaign: 'Automne', group: 'Sortants', dbid: 912, dialMode: 'Progressive' };
  await put('/campaign-groups/Automne@Sortants', { ...group, optimizeBy: 'BusyFactor', optimizeGoal: 80 });
  await put('/campaign-sequences/Sortants', {
    description: 'Soir',
    items: [{ campaign: 'Automne', stopAtDials: 500 }],
  });
  await put('/users/ada', { name: 'ada', password: 'Byron1815', roles: ['agent'] });
  const record = { contact_info: '5557001', daily_from: 0, daily_till: 86_400, tz_name: 'UTC' };
  await post('/api/v1/calling-lists/automne/records', record);
  await post('/api/v1/dnc', { phone: '5557002' });
  const known = await post('/genesys/1/cs/profiles', { FirstName: 'Ada', PhoneNumber: '+442079460018' });
  const booked = await post('/genesys/1/service/callback/BasicCallback', { _customer_number: '+442079460018' });
  const { json } = await bed.server.get('/api/v1/sessions');
  const [session] = json as { id: string }[];
  paths.push(`customers/${known.customer_id}`, `callbacks/${booked._id}`, `sessions/${session?.id}`);
}

/** Every text of the console's catalogues, by language; its values stand as `{{name}}`. */
async function catalogue(): Promise<{ english: string[]; others: Set<string> }> {
  const english: string[] = [];
  const others = new Set<string>();
  for (const file of await readdir(SOURCES, { recursive: true })) {
    if (!file.endsWith('.texts.ts')) continue;
    // Texts are maps of strings: packages/console/src/i18n/texts.test.ts.
    const texts = (await import(resolve(SOURCES, file))) as Record<'en' | 'fr' | 'ja', Record<string, string>>;
    english.push(...Object.values(texts.en));
    for (const text of [...Object.values(texts.fr), ...Object.values(texts.ja)]) others.add(text);
  }
  return { english, others };
}

/** A text of the catalogue as it stands on a page, with any values but Japanese words. */
function pattern(text: string): RegExp {
  const literal = (part: string) => part.replaceAll('`', '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${text
      .split(/\{\{\w+\}\}/)
      .map(literal)
      .join('[^\u3040-\u30ff]+')}$`,
  );
}

/** Words that English cannot do without, and neither French nor Japanese has. */
const ENGLISH =
  /(?<![\w-])(?:the|of|and|with|not|is|are|was|were|be|been|has|have|it|its|this|that|from|for|to|by|what|which|when)(?![\w-])/i;

/**
 * Runs in the page: its texts and what it tells to screen readers, without code, without names and values of what is
 * configured, and without what is marked as English because the server says it.
 */
const TEXTS = `(() => {
  const found = new Set();
  const skipped = '[lang="en"], [translate="no"], code, pre, noscript, script, style, time';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (parent.closest(skipped) === null) found.add(data.trim());
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
    for (const element of document.querySelectorAll('[' + name + ']')) {
      if (element.closest(skipped) === null) found.add(element.getAttribute(name).trim());
    }
  }
  return [...found].filter((text) => text !== '');
})()`;

/** The other languages, each with a link that every page has. */
const LANGUAGES = [
  { language: 'Français', link: 'Services configurés' },
  { language: '日本語', link: '構成されたサービス' },
] as const;

/** What a page says, once everything is there. */
async function textsOf(page: Page): Promise<string[]> {
  await expect.poll(() => page.locator('main').textContent(), { timeout: 60_000 }).not.toBe('');
  await expect.poll(() => page.locator('.mantine-Skeleton-root').count(), { timeout: 60_000 }).toBe(0);
  // The page answers with an array of strings.
  return (await page.evaluate(TEXTS)) as string[];
}

describe('the languages of the console', { timeout: 480_000 }, () => {
  it('leave no English on any page, but what the server says', async () => {
    const { english, others } = await catalogue();
    // Some words are the same, and a value alone says nothing.
    const own = english.filter((text) => !others.has(text) && /[a-z]{2}/i.test(text.replace(/\{\{\w+\}\}/g, '')));
    const patterns = own.map(pattern);
    const isEnglish = (text: string) => ENGLISH.test(text) || patterns.some((one) => one.test(text));

    const page = await bed.visit('');
    for (const path of paths) {
      await page.goto(`${bed.server.url}/console/${path}`);
      for (const { language, link } of LANGUAGES) {
        await page.getByLabel(/^(Language|Langue|言語)$/).selectOption(language);
        await page.getByRole('link', { name: link, exact: true }).waitFor();
        // What is still on its way in the former language is gone at the next look.
        const left = async () => (await textsOf(page)).filter(isEnglish);
        await expect.poll(left, { message: `${language} /${path}` }).toEqual([]);
      }
    }
    await page.close();
  });
});
