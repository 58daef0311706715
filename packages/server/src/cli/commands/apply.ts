import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { parseConfiguration } from '../../config/index.js';
import { RingbackError } from '../../kernel/index.js';
import { adminRequest, serverOption } from '../admin-client.js';

/** `apply -f FILE`: gives a configuration file to the running server. */
export function applyCommand(): Command {
  return new Command('apply')
    .description('apply a configuration file to the running server')
    .requiredOption('-f, --file <file>', 'YAML or JSON')
    .addOption(serverOption())
    .addOption(new Option('--check', 'only check the file').default(false))
    .action(async ({ file, server, check }: { file: string; server: string; check: boolean }) => {
      const text = await readText(file);
      parseConfiguration(text, file);
      if (check) return void process.stdout.write(`${file}: no error\n`);
      const report = await adminRequest(server, 'POST', '/api/v1/apply', text, 'application/yaml');
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-file', `${file} cannot be read`, [], { cause: error });
  }
}
