import { type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Logs to standard error: JSON lines, or readable text when it is a terminal. */
export function createLog(level: string | undefined): PinoLogger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' })
    : pino.destination({ dest: 2, sync: true });
  const known = level !== undefined && LEVELS.includes(level);
  return pino({ level: known ? level : 'info', serializers: { err: stdSerializers.err } }, stream);
}
