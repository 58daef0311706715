import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, Option } from 'commander';
import { RingbackError } from '../kernel/index.js';
import type { ServerSettings } from '../main.js';
import { version } from './version.js';

/** The packaged demonstration, in effect when there is no configuration file. */
export const DEMO_CONFIGURATION = fileURLToPath(new URL('../../demo/ringback.yaml', import.meta.url));
export const CONFIGURATION_HERE = 'ringback.yaml';

export interface StartFlags {
  host: string;
  port: number;
  data: string;
  config?: string;
  database?: string;
}

/** The options of `start`; each has an environment variable of the same meaning (interface.md 1). */
export const startOptions = {
  host: () => new Option('--host <address>', 'bind address').env('RINGBACK_HOST').default('127.0.0.1'),
  port: () =>
    new Option('--port <number>', 'HTTP and WebSocket port; 0 picks a free one')
      .env('RINGBACK_PORT')
      .default(8080)
      .argParser(portNumber),
  data: () =>
    new Option('--data <folder>', 'data directory of the embedded database').env('RINGBACK_DATA').default('./data'),
  config: () =>
    new Option('--config <file>', 'configuration applied at start (default: ./ringback.yaml, else the demo)').env(
      'RINGBACK_CONFIG',
    ),
  database: () =>
    new Option('--database <url>', 'PostgreSQL connection string (default: the embedded database)').env('DATABASE_URL'),
};

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/**
 * Flags and environment together.
 * @throws RingbackError `unknown-clock`, `unusable-node-name`
 */
export function settingsOf(flags: StartFlags, environment: NodeJS.ProcessEnv): ServerSettings {
  const { host, port, data, database } = flags;
  const config = flags.config ?? (existsSync(CONFIGURATION_HERE) ? CONFIGURATION_HERE : DEMO_CONFIGURATION);
  const password = environment.RINGBACK_ADMIN_PASSWORD;
  return {
    host,
    port,
    data,
    configurationFile: config,
    onlyMissing: config === DEMO_CONFIGURATION,
    version: version(),
    ...(database && { databaseUrl: database }),
    ...(password && { adminPassword: password }),
    ...(environment.RINGBACK_NODE && { node: nodeName(environment.RINGBACK_NODE) }),
    testClock: isTestClock(environment.RINGBACK_CLOCK),
  };
}

function nodeName(name: string): string {
  if (/^[A-Za-z0-9-]{1,32}$/.test(name)) return name;
  throw new RingbackError('unusable-node-name', `RINGBACK_NODE is "${name}", must be 1 to 32 letters, digits and -.`);
}

function isTestClock(clock: string | undefined): boolean {
  if (clock && clock !== 'test') {
    throw new RingbackError('unknown-clock', `RINGBACK_CLOCK is "${clock}", must be test or absent.`);
  }
  return clock === 'test';
}
