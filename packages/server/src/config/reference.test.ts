import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { optionReference } from './index.js';

const PAGE = new URL('../../../../docs/options.md', import.meta.url);

/** `UPDATE_DOCS=1 npx vitest run packages/server/src/config/reference.test.ts` writes the page anew. */
test('docs/options.md is what the catalogue prints', async () => {
  if (process.env.UPDATE_DOCS) await writeFile(PAGE, optionReference());
  expect(await readFile(PAGE, 'utf8')).toBe(optionReference());
});
