import { type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import { RingbackError } from '../kernel/index.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Logs to standard error: JSON lines, or readable text when it is a terminal.
 * @param level of pino; default `info`
 * @throws RingbackError `unknown-log-level`
 */
export function createLog(level: string | undefined): PinoLogger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' })
    : pino.destination({ dest: 2, sync: true });
  const wanted = level || 'info';
  if (!LEVELS.includes(wanted)) {
    throw new RingbackError(
      'unknown-log-level',
      `RINGBACK_LOG_LEVEL is "${level}", must be one of ${LEVELS.join(', ')}.`,
    );
  }
  return pino({ level: wanted, serializers: { err: stdSerializers.err } }, stream);
}
