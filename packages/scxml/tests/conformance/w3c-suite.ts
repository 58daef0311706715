import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** One test of the W3C's Implementation Report Plan, converted to the ECMAScript data model. */
export interface W3cTest {
  readonly id: string;
  /** Section of the Recommendation. */
  readonly section: string;
  readonly conformance: 'mandatory' | 'optional';
  readonly isManual: boolean;
  readonly url: string;
}

const require = createRequire(import.meta.url);
/** The package has no entry for its folder, but its package.json is always there. */
const framework = dirname(require.resolve('@scion-scxml/test-framework/package.json'));
const folder = join(framework, 'test', 'w3c-ecma');

/** Every test that the manifest names; 403 has three files, and 513 is an instruction without document. */
export async function w3cTests(): Promise<W3cTest[]> {
  const manifest = await readFile(join(folder, 'manifest.xml'), 'utf8');
  const files = await readdir(folder);
  const tests: W3cTest[] = [];
  for (const assertion of manifest.matchAll(/<assert\b[^>]*?specnum="([^"]+)"[\s\S]*?<\/assert>/g)) {
    const section = assertion[1] ?? '';
    for (const test of (assertion[0] ?? '').matchAll(/<test\b([^>]*)>([\s\S]*?)<\/test>/g)) {
      const attributes = test[1] ?? '';
      const conformance = /conformance="optional"/.test(attributes) ? 'optional' : 'mandatory';
      const isManual = /manual="true"/.test(attributes);
      for (const start of (test[2] ?? '').matchAll(/<start uri="[^"]*?test([^"/]+?)\.(?:txml|txt)"/g)) {
        const id = start[1] ?? '';
        // Two files have been renamed in the package to keep its own runner away from them.
        const file = files.find((name) => name === `test${id}.txml.scxml` || name === `test${id}.txml.scxml_`);
        const url = file === undefined ? '' : pathToFileURL(join(folder, file)).href;
        tests.push({ id, section, conformance, isManual, url });
      }
    }
  }
  return tests;
}

/** Reads a document of a suite from disk. */
export async function fetchFile(url: string): Promise<string | undefined> {
  if (!url.startsWith('file:')) return undefined;
  try {
    return await readFile(fileURLToPath(url), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export const frameworkTests = join(framework, 'test');
