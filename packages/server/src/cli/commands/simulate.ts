import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { RingbackError } from '../../kernel/index.js';
import { createLog } from '../log.js';
import { CONFIGURATION_HERE, DEMO_CONFIGURATION } from '../settings.js';
import { readDay } from '../simulate/day.js';
import { table } from '../simulate/table.js';
import { version } from '../version.js';

interface SimulateOptions {
  config?: string;
  json: boolean;
}

/** `simulate DAY`: lives through a day before it happens, with the configuration that would be in effect. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('live through a day on virtual time, with simulated customers and agents, and print what it was like')
    .argument('<day>', 'YAML file that says who arrives when (docs/simulation.md)')
    .addOption(
      new Option('--config <file>', 'configuration (default: ./ringback.yaml, else the demo)').env('RINGBACK_CONFIG'),
    )
    .option('--json', 'print the report as JSON', false)
    .action(async (file: string, { config, json }: SimulateOptions) => {
      const day = readDay(await textOf(file), file);
      const configurationFile = config ?? (existsSync(CONFIGURATION_HERE) ? CONFIGURATION_HERE : DEMO_CONFIGURATION);
      const { simulateDay } = await import('../simulate/simulated-day.js');
      const report = await simulateDay({
        ...{ day, configurationFile, version: version(), isDemo: configurationFile === DEMO_CONFIGURATION },
        log: createLog(process.env.RINGBACK_LOG_LEVEL || 'error'),
        onHour: (hour) => process.stderr.write(`hour ${hour + 1} of ${Math.ceil(day.hours)}\n`),
      });
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : table(report));
    });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-file', `${file} cannot be read`, [], { cause: error });
  }
}
