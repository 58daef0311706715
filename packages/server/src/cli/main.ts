import { Command } from 'commander';
import { ConfigurationFileError } from '../config/index.js';
import { RingbackError } from '../kernel/index.js';
import { applyCommand } from './commands/apply.js';
import { asteriskConfigCommand } from './commands/asterisk-config.js';
import { checkCommand } from './commands/check.js';
import { dialCheckCommand } from './commands/dial-check.js';
import { exportCommand } from './commands/export.js';
import { importCommand } from './commands/import.js';
import { migrateCommand } from './commands/migrate.js';
import { scxmlCommand } from './commands/scxml.js';
import { simulateCommand } from './commands/simulate.js';
import { startCommand } from './commands/start.js';
import { version } from './version.js';

/** Runs one command line, given without the program's name. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('ringback')
    .description('Contact-centre engagement server')
    .version(version())
    .addCommand(startCommand())
    .addCommand(applyCommand())
    .addCommand(importCommand())
    .addCommand(simulateCommand())
    .addCommand(exportCommand())
    .addCommand(migrateCommand())
    .addCommand(checkCommand())
    .addCommand(dialCheckCommand())
    .addCommand(asteriskConfigCommand())
    .addCommand(scxmlCommand())
    .showHelpAfterError();
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`ringback: ${messageOf(error)}\n`);
  }
}

/** What went wrong, for a person; the stack only where it is our fault. */
function messageOf(error: unknown): string {
  if (error instanceof ConfigurationFileError) return error.message;
  if (error instanceof RingbackError) {
    return [error.message, ...error.details.map(({ pointer, detail }) => `  ${pointer}: ${detail}`)].join('\n');
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
