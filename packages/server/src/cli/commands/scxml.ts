import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  applicationFromFile,
  checkFiles,
  describeChart,
  drawSvg,
  formatDiagnostic,
  type LanguageExtension,
  runInteractive,
} from '@ringback/scxml';
import { Command } from 'commander';
import { callbackModule, deliveryModule } from '../../callback/index.js';
import { RingbackError } from '../../kernel/index.js';
import { languageExtension } from '../../orchestration/index.js';

/** `scxml check|run|draw`: tools for authors of call-flow applications, without a server. */
export function scxmlCommand(): Command {
  return new Command('scxml')
    .description('check, run and draw SCXML documents')
    .addCommand(checkDocuments())
    .addCommand(runDocument())
    .addCommand(drawDocument());
}

/** The documents may use the executable content that the server knows. */
function extension(): LanguageExtension {
  const noDesk = () => {
    throw new Error('Documents that are only checked or run alone have no callback.');
  };
  const noLine = { standingOf: noDesk, yieldingTo: noDesk, nextForHeld: noDesk, release: noDesk, post: noDesk };
  return languageExtension([callbackModule(noDesk), deliveryModule(noLine)]);
}

function checkDocuments(): Command {
  return new Command('check')
    .description('print every error and warning with its place; exit status 1 if there is an error')
    .argument('<file...>', 'SCXML documents')
    .action(async (files: string[]) => {
      process.exitCode = await checkFiles(files, write, extension());
    });
}

function runDocument(): Command {
  return new Command('run')
    .description('run a document with events from standard input, on a clock that stands still until it is moved')
    .argument('<file>', 'SCXML document')
    .option('--trace', 'print every microstep', false)
    .action(async (file: string, { trace }: { trace: boolean }) => {
      // The iterator is taken at once: lines that arrive before it exists would be lost.
      const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
      process.exitCode = await runInteractive({ file, lines, write, trace, extension: extension() });
    });
}

function drawDocument(): Command {
  return new Command('draw')
    .description('draw the chart as SVG')
    .argument('<file>', 'SCXML document')
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .action(async (file: string, { output }: { output?: string }) => {
      const { chart, diagnostics } = describeChart({ ...(await applicationFromFile(file)), ...extension() });
      if (!chart) throw new RingbackError('invalid-flow', diagnostics.map(formatDiagnostic).join('\n'));
      if (output === undefined) write(drawSvg(chart));
      else await writeFile(output, drawSvg(chart));
    });
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
