import { Command } from 'commander';
import { createLog } from '../log.js';
import { startOptions } from '../settings.js';

/** `migrate`: brings the database to the program's version without starting the server. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('apply the database migrations and end')
    .addOption(startOptions.data())
    .addOption(startOptions.database())
    .action(async ({ data, database }: { data: string; database?: string }) => {
      const log = createLog(process.env.RINGBACK_LOG_LEVEL ?? 'warn');
      const { migrateOnly } = await import('../../main.js');
      await migrateOnly({ data, ...(database && { databaseUrl: database }) }, log);
      process.stdout.write('the database is up to date\n');
    });
}
