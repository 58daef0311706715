import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: unknown; html: string }[];
}

/**
 * What a person with a screen reader or without a mouse would stumble over on a page, as axe-core sees it (WCAG 2.2, A
 * and AA): one line per rule and element, none when all is well.
 */
export async function obstacles(page: Page): Promise<string[]> {
  await page.evaluate(await source);
  // The script runs in the page, which has axe from the line above.
  const found = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => r.violations)",
  )) as Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
