import { open } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { RingbackError } from '../../kernel/index.js';
import { adminRequest, serverOption } from '../admin-client.js';

interface ImportOptions {
  server: string;
  format?: 'csv' | 'ndjson';
  charset?: string;
  afterLine?: number;
}

const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' };

/** `import LIST FILE`: gives records to a calling list of the running server, as they are read. */
export function importCommand(): Command {
  return new Command('import')
    .description('import records into a calling list of the running server')
    .argument('<list>', 'name of the calling list')
    .argument('<file>', 'CSV with a header line, or JSON lines; - reads standard input')
    .addOption(
      new Option('--format <format>', 'what the file is; default: by its name, else csv').choices(['csv', 'ndjson']),
    )
    .option('--charset <name>', 'encoding of the file', 'utf-8')
    .option('--after-line <number>', 'go on behind this line of the file', lineNumber)
    .addOption(serverOption())
    .action(async (list: string, file: string, options: ImportOptions) => {
      const { server, charset = 'utf-8', afterLine } = options;
      const format = options.format ?? (/\.(?:nd)?jsonl?$|\.ndjson$/i.test(file) ? 'ndjson' : 'csv');
      const query = afterLine === undefined ? '' : `?after_line=${afterLine}`;
      const path = `/api/v1/calling-lists/${encodeURIComponent(list)}/records${query}`;
      const content = await contentOf(file);
      const report = await adminRequest(server, 'POST', path, content, `${TYPES[format]}; charset=${charset}`);
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    });
}

async function contentOf(file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return process.stdin;
  try {
    return (await open(file)).createReadStream();
  } catch (error) {
    throw new RingbackError('unreadable-file', `${file} cannot be read`, [], { cause: error });
  }
}

function lineNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a number of a line.');
  return Number(text);
}
