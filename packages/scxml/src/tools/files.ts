import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ApplicationDefinition } from '../api/application.js';
import { fetchAll } from '../host/simulated-host.js';

/** The text of a `file:` URL, undefined if there is no such file. Other schemes are not fetched. */
export async function readFileUrl(url: string): Promise<string | undefined> {
  if (!url.startsWith('file:')) return undefined;
  try {
    return await readFile(fileURLToPath(url), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}

/** The application whose main document is a file, with everything that it refers to. */
export async function applicationFromFile(path: string): Promise<ApplicationDefinition> {
  const main = pathToFileURL(resolve(path)).href;
  return { id: main, main, documents: await fetchAll(main, undefined, readFileUrl) };
}
