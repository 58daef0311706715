import type { RunAs } from './run-as.js';

/**
 * What PostgreSQL's programs see of the environment: messages in English, which are read here, and none of the PG*
 * variables of whoever started Ringback.
 */
export const POSTGRES_ENVIRONMENT: NodeJS.ProcessEnv = { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' };

/**
 * How a data directory is named to PostgreSQL, which is always started inside it. The user that it runs as when we are
 * root may be unable to walk there (a directory below /root), but has it as its current directory all the same.
 */
export function dataDirectoryArgument(directory: string, runAs: RunAs | undefined): string {
  return runAs && process.platform === 'linux' ? '/proc/self/cwd' : directory;
}
