import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parseConfiguration } from '../../config/index.js';

/** `check FILE...`: checks configuration files without a server. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check configuration files; exit status 1 if one is wrong')
    .argument('<file...>', 'YAML or JSON')
    .action(async (files: string[]) => {
      for (const file of files) {
        parseConfiguration(await readFile(file, 'utf8'), file);
        process.stdout.write(`${file}: no error\n`);
      }
    });
}
