import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parseConfiguration, warningsInFile } from '../../config/index.js';

/** `check FILE...`: checks configuration files without a server. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check configuration files; exit status 1 if one is wrong')
    .argument('[file...]', 'YAML or JSON')
    .option('-f, --file <file...>', 'the same, as `apply` has it')
    .action(async (named: string[], { file = [] }: { file?: string[] }, command: Command) => {
      const files = [...named, ...file];
      if (files.length === 0) command.error("error: missing argument 'file'");
      for (const file of files) {
        const parsed = parseConfiguration(await readFile(file, 'utf8'), file);
        for (const warning of warningsInFile(parsed)) process.stdout.write(`${file}: warning: ${warning}\n`);
        process.stdout.write(`${file}: no error\n`);
      }
    });
}
