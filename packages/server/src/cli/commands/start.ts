import { Command } from 'commander';
import { startServer } from '../../main.js';
import { createLog } from '../log.js';
import { type StartFlags, settingsOf, startOptions } from '../settings.js';

/** A stop that takes longer than this is ended (interface.md 1: cleanly within 10 s). */
const STOP_LIMIT_MS = 9_500;

export function startCommand(): Command {
  const command = new Command('start').description('start the server');
  for (const option of Object.values(startOptions)) command.addOption(option());
  return command.action(async (flags: StartFlags) => {
    const log = createLog(process.env.RINGBACK_LOG_LEVEL);
    const server = await startServer(settingsOf(flags, process.env), log);
    process.stdout.write(`ringback ready on ${server.url}\n`);
    const stop = () => {
      setTimeout(() => {
        log.error('the server did not stop in time');
        process.exit(1);
      }, STOP_LIMIT_MS).unref();
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the server did not stop cleanly');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}
