import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { families } from './index.js';

const APPLICATION = new URL('../../../../flows/callback/callback.scxml', import.meta.url);

test('the options marked as used by the callback application are those that it reads', async () => {
  const application = await readFile(APPLICATION, 'utf8');
  const read = new Set(
    application.match(/\b_data\._[a-z0-9_]+/g)?.map((reference) => reference.slice('_data.'.length)),
  );
  const options = families.find(({ id }) => id === 'callback')?.groups.flatMap((group) => group.options) ?? [];
  const marked = options.filter(({ actor }) => actor === 'application').map(({ name }) => name);
  const unmarked = options.filter(({ name, actor }) => actor === 'nobody' && read.has(name)).map(({ name }) => name);
  expect({ notRead: marked.filter((name) => !read.has(name)), unmarked }).toEqual({ notRead: [], unmarked: [] });
});
