import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { ImportLine } from '../../context/index.js';
import type { JsonValue } from '../../kernel/index.js';

const LONGEST_LINE = 1_048_576;

/** Reads one JSON text per line; empty lines are skipped, wrong ones named. Memory does not grow with the stream. */
export async function* readLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<ImportLine> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 0;
  let tooLong = false;
  for await (const chunk of stream) {
    const parts = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      line += 1;
      const read = tooLong ? { line, reason: TOO_LONG } : parseLine(line, part);
      tooLong = false;
      if (read) yield read;
    }
    if (rest.length > LONGEST_LINE) {
      tooLong = true;
      rest = '';
    }
  }
  rest += decoder.end();
  const last = tooLong ? { line: line + 1, reason: TOO_LONG } : parseLine(line + 1, rest);
  if (last) yield last;
}

/** The elements of an array as if each had been a line. */
export async function* linesOf(values: readonly JsonValue[]): AsyncGenerator<ImportLine> {
  for (const [index, value] of values.entries()) yield { line: index + 1, value };
}

/** Writes values as one JSON array, or as one JSON text per line. */
export function writeValues(values: AsyncIterable<JsonValue>, asArray: boolean): Readable {
  return Readable.from(asArray ? arrayText(values) : lineText(values), { objectMode: false });
}

const TOO_LONG = `The line is longer than ${LONGEST_LINE} characters.`;

function parseLine(line: number, text: string): ImportLine | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > LONGEST_LINE) return { line, reason: TOO_LONG };
  try {
    // JSON.parse gives any; what it gives is a JSON value.
    return { line, value: JSON.parse(text) as JsonValue };
  } catch (error) {
    if (error instanceof SyntaxError) return { line, reason: `No JSON: ${error.message}` };
    throw error;
  }
}

async function* lineText(values: AsyncIterable<JsonValue>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

async function* arrayText(values: AsyncIterable<JsonValue>): AsyncGenerator<string> {
  let opening = '[';
  for await (const value of values) {
    yield `${opening}${JSON.stringify(value)}`;
    opening = ',';
  }
  yield opening === '[' ? '[]' : ']';
}
