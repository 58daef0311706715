import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { referencedDocuments } from '@ringback/scxml';
import { expect, test } from 'vitest';
import { OrsBed } from './testing.js';

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('@scion-scxml/test-framework/package.json')), 'test', 'w3c-ecma');
const files = await readdir(folder);
const ors = await OrsBed.create();
const { bed } = ors;

/** Longer than any delay of a test. */
const LONGEST_S = 120;

async function documentsOf(file: string): Promise<Record<string, string>> {
  const base = 'memory:/w3c/';
  const id = /^test(\d+)/.exec(file)?.[1] ?? '';
  const documents: Record<string, string> = {};
  const waiting = [base + file, ...files.filter((name) => name.startsWith(`test${id}sub`)).map((name) => base + name)];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const name = url.slice(base.length);
    if (documents[url] !== undefined || !files.includes(name)) continue;
    const text = await readFile(join(folder, name), 'utf8');
    // The documents name each other by addresses of files.
    documents[url] = text.replaceAll(/(["'])file:/g, '$1');
    waiting.push(...referencedDocuments(documents[url] ?? '', url));
  }
  return documents;
}

/** Those that a person has to judge (scxml-engine.md 1.1); 513 is a POST, in basic-http.test.ts. */
const MANUAL = new Set(['178', '230', '250', '301', '307', '313', '314', '415', '513']);
/** What the host does: other sessions, targets, timers that are taken back, HTTP. The rest is tested with the engine. */
const OF_THE_HOST = /<invoke|BasicHTTP|basichttp|<cancel|<send[^>]*(?:target|delay)/;

const automatic: string[] = [];
for (const file of files) {
  const id = /^test(\d+[a-z]?)\.txml\.scxml_?$/.exec(file)?.[1];
  if (id === undefined || MANUAL.has(id)) continue;
  if (OF_THE_HOST.test(await readFile(join(folder, file), 'utf8'))) automatic.push(file);
}

test('the suite has documents for what a host does', () => {
  expect(automatic.length).toBeGreaterThan(90);
});

test.each(automatic)('%s reaches its final state pass', async (file) => {
  const main = `memory:/w3c/${file}`;
  const stored = await bed.current.flows.put(file, main, await documentsOf(file));
  expect(stored.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const id = await bed.start(file);
  for (let passed = 0; passed < LONGEST_S && (await bed.row(id)).state === 'running'; passed += 1) await bed.advance(1);
  const [row] = await bed.store.database.query('select state, final, reason from session where id = $1', [id]);
  expect(row).toMatchObject({ state: 'done', final: 'pass' });
});
