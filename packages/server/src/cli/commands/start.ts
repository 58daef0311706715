import { Command } from 'commander';
import type { Logger } from 'pino';
import { DatabaseUnavailable } from '../../kernel/index.js';
import type { RunningServer } from '../../main.js';
import { createLog } from '../log.js';
import { type StartFlags, settingsOf, startOptions } from '../settings.js';

/** A stop that takes longer than this is ended (interface.md 1: cleanly within 10 s). */
const STOP_LIMIT_MS = 9_500;

export function startCommand(): Command {
  const command = new Command('start').description('start the server');
  for (const option of Object.values(startOptions)) command.addOption(option());
  return command.action(async (flags: StartFlags) => {
    const log = createLog(process.env.RINGBACK_LOG_LEVEL);
    // Loaded only now: other commands and `--help` answer sooner without the whole server.
    const { startServer } = await import('../../main.js');
    const { isConnectionFailure } = await import('../../store/index.js');
    const starting = startServer(settingsOf(flags, process.env), log);
    stopOnSignal(starting, log);
    surviveLostDatabase(isConnectionFailure, log);
    const server = await starting;
    process.stdout.write(`ringback ready on ${server.url}\n`);
  });
}

/** Background work that meets a database that is away is done again later; it is no reason to end. */
function surviveLostDatabase(isConnectionFailure: (error: unknown) => boolean, log: Logger): void {
  process.on('unhandledRejection', (error) => {
    if (!(error instanceof DatabaseUnavailable || isConnectionFailure(error))) throw error;
    log.warn({ err: error }, 'Background work was cut off by the loss of the database');
  });
}

/** SIGTERM and SIGINT end the server cleanly with status 0, also one that is still starting. */
function stopOnSignal(starting: Promise<RunningServer>, log: Logger): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.error('the server did not stop in time');
      process.exit(1);
    }, STOP_LIMIT_MS).unref();
    try {
      const server = await starting;
      await server.stop();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'the server did not stop cleanly');
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}
