import type { ApplicationDefinition } from '../api/application.js';
import { formatDiagnostic } from '../diagnostics.js';
import { checkApplication } from '../document/read-application.js';
import { applicationFromFile } from './files.js';

/** What the host adds to the language, so that its actions are known. */
export type LanguageExtension = Partial<Pick<ApplicationDefinition, 'actions' | 'prelude' | 'dialect' | 'datamodel'>>;

/**
 * Checks files and writes one line per finding, and one per file that is in order. Returns the exit code: 1 if there is
 * an error, otherwise 0.
 */
export async function checkFiles(
  paths: readonly string[],
  write: (line: string) => void,
  extension: LanguageExtension = {},
): Promise<number> {
  let exitCode = 0;
  for (const path of paths) {
    const found = checkApplication({ ...extension, ...(await applicationFromFile(path)) });
    for (const diagnostic of found) write(formatDiagnostic(diagnostic));
    const errors = found.filter(({ severity }) => severity === 'error').length;
    if (errors > 0) exitCode = 1;
    write(`${path}: ${errors} errors, ${found.length - errors} warnings`);
  }
  return exitCode;
}
