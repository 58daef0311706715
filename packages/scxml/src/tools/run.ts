import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventInput } from '../api/event.js';
import type { MicrostepTrace, StepResult } from '../api/step.js';
import { formatDiagnostic } from '../diagnostics.js';
import { SimulatedHost, type SimulatedSession } from '../host/simulated-host.js';
import { delayOf } from '../interpreter/send.js';
import { parseJson } from '../json.js';
import { SessionPool } from '../pool/session-pool.js';
import type { LanguageExtension } from './check.js';
import { applicationFromFile, readFileUrl } from './files.js';

export interface InteractiveOptions {
  readonly file: string;
  /** Lines of commands, such as those of standard input. */
  readonly lines: AsyncIterable<string>;
  write(line: string): void;
  readonly extension?: LanguageExtension;
  /** Also writes the microsteps. */
  readonly trace?: boolean;
}

const usage = 'Lines: NAME [JSON] sends an event, +TIME (such as +2s) moves the clock, ? shows the data.';

/**
 * Runs a chart with events from lines of text and writes configurations, log lines and effects. The clock is virtual:
 * it stands still until a line moves it. Returns the exit code: 1 if the chart has errors or the session failed.
 */
export async function runInteractive(options: InteractiveOptions): Promise<number> {
  const { file, lines, write, extension = {}, trace = false } = options;
  const definition = await applicationFromFile(file);
  const pool = new SessionPool({ workers: 0 });
  const host = new SimulatedHost({
    pool,
    fetch: readFileUrl,
    application: extension,
    trace: true,
    onStep: (session, result) => report(session, result, write, trace),
  });
  try {
    const url = pathToFileURL(resolve(file)).href;
    const { diagnostics } = await host.define(url, definition.documents[url]);
    for (const diagnostic of diagnostics) write(formatDiagnostic(diagnostic));
    write(usage);
    const session = await host.start(url);
    if (session === undefined) return 1;
    await host.settle();
    for await (const line of lines) {
      if (session.status !== 'running') break;
      await obey(line.trim(), host, session, write);
    }
    return session.status === 'failed' ? 1 : 0;
  } finally {
    await pool.close();
  }
}

async function obey(
  line: string,
  host: SimulatedHost,
  session: SimulatedSession,
  write: (line: string) => void,
): Promise<void> {
  if (line === '' || line.startsWith('#')) return;
  if (line === '?') {
    write(`  data ${JSON.stringify(session.result?.data ?? null)}`);
    return;
  }
  if (line.startsWith('+')) {
    const delay = delayOf(line.slice(1), true);
    if (delay === undefined) write(`  ${line.slice(1)} is no time. ${usage}`);
    else await host.advance(host.now + delay);
    return;
  }
  const event = readEvent(line);
  if (event === undefined) {
    write(`  The data is no JSON. ${usage}`);
    return;
  }
  host.send(session.id, event);
  await host.settle();
}

function readEvent(line: string): EventInput | undefined {
  const [, name = '', json = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  if (json === '') return { name };
  const data = parseJson(json);
  return data === undefined ? undefined : { name, data };
}

function report(session: SimulatedSession, result: StepResult, write: (line: string) => void, trace: boolean): void {
  if (trace) for (const microstep of result.microsteps ?? []) write(describe(microstep));
  for (const effect of result.effects) {
    if (effect.kind === 'log') write(`  log ${effect.label === undefined ? '' : `${effect.label}: `}${effect.text}`);
    else if (effect.kind === 'send')
      write(`  send ${effect.event.name} to ${effect.target ?? 'itself'} in ${effect.delayMs} ms`);
    else write(`  ${effect.kind} ${JSON.stringify(effect)}`);
  }
  const end =
    result.status === 'running'
      ? ''
      : result.status === 'done'
        ? ` done ${result.finalState ?? ''}`
        : ` failed ${result.failure?.reason}: ${result.failure?.message}`;
  write(`${session.id} [${result.configuration.join(' ')}]${end}`);
}

function describe({ event, transitions, exited, entered }: MicrostepTrace): string {
  const taken = transitions.map(
    ({ source, targets, line }) => `${source} -> ${targets.join(' ') || '(no target)'} (line ${line})`,
  );
  return `  ${event ?? '(eventless)'}: ${taken.join(', ') || 'nothing'}; left ${exited.join(' ') || '-'}; entered ${entered.join(' ') || '-'}`;
}
