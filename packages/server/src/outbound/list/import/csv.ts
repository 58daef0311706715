/** A record of a file: its values, or what is wrong with it. `line` is the physical line, from 1, on which it begins. */
export type SourceRow<Values> = { line: number; values: Values } | { line: number; problem: string };

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** A record with quoted line breaks may have this many characters; a quote that closes later was never meant to open. */
const LONGEST_RECORD = 1_000_000;

/**
 * Reads comma-separated values (RFC 4180) piece by piece. The delimiter (comma, semicolon, tab or bar) is the one that the
 * first line has most of. A quote in the midst of a value is a character like any other.
 *
 * Written for lists that people send: a malformed record costs its own physical line and nothing else. A quote that is
 * opened and never closed, which to other readers is one record to the end of the file, is refused on its line, and
 * reading goes on with the next one.
 */
export class CsvReader {
  #text = '';
  #position = 0;
  /** Of the text at `#position`. */
  #line = 1;
  #delimiter: string | undefined;

  /** The records that `text` completes. */
  push(text: string): SourceRow<string[]>[] {
    this.#text = this.#text.slice(this.#position) + text;
    this.#position = 0;
    return this.#rows(false);
  }

  /** The rest. */
  end(): SourceRow<string[]>[] {
    return this.#rows(true);
  }

  #rows(atEnd: boolean): SourceRow<string[]>[] {
    const rows: SourceRow<string[]>[] = [];
    while (this.#position < this.#text.length) {
      const end = this.#endOfLine(this.#position);
      if (end === undefined && !atEnd) break;
      const row = this.#row(end ?? this.#text.length, atEnd);
      if (row === 'incomplete') break;
      if (row) rows.push(row);
    }
    return rows;
  }

  /** Position of the line feed that ends the physical line. */
  #endOfLine(from: number): number | undefined {
    const end = this.#text.indexOf('\n', from);
    return end < 0 ? undefined : end;
  }

  #row(end: number, atEnd: boolean): SourceRow<string[]> | 'incomplete' | undefined {
    const line = this.#line;
    const content = withoutReturn(this.#text.slice(this.#position, end));
    this.#delimiter ??= delimiterOf(content);
    if (!content.includes('"')) {
      this.#goOn(end + 1, 1);
      return content.trim() === '' ? undefined : { line, values: content.split(this.#delimiter) };
    }
    const quoted = readQuoted(this.#text, this.#position, this.#delimiter, atEnd);
    if (quoted.kind === 'complete') {
      this.#goOn(quoted.next, quoted.lines);
      return { line, values: quoted.values };
    }
    const mayClose = quoted.kind === 'open' && !atEnd && this.#text.length - this.#position < LONGEST_RECORD;
    if (mayClose) return 'incomplete';
    this.#goOn(end + 1, 1);
    const problem =
      quoted.kind === 'open' ? 'a quote is opened and never closed' : 'something follows the closing quote of a value';
    return { line, problem };
  }

  #goOn(position: number, lines: number): void {
    this.#position = position;
    this.#line += lines;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** The delimiter that occurs most often outside of quotes. */
function delimiterOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

type QuotedRecord =
  | { kind: 'complete'; values: string[]; next: number; lines: number }
  /** The text ends within quotes. */
  | { kind: 'open' }
  | { kind: 'malformed' };

/**
 * Reads a record with quoted values, which may have line breaks, from `start` on.
 * @param atEnd whether the text ends here; else what is at its end may go on
 */
function readQuoted(text: string, start: number, delimiter: string, atEnd: boolean): QuotedRecord {
  const values: string[] = [];
  let lines = 1;
  for (let position = start; ; ) {
    if (text[position] !== '"') {
      const { value, end } = bareValue(text, position, delimiter);
      values.push(value);
      if (end >= text.length && !atEnd) return { kind: 'open' };
      if (text[end] !== delimiter) return { kind: 'complete', values, next: end + 1, lines };
      position = end + 1;
      continue;
    }
    const close = closingQuote(text, position + 1);
    if (close === undefined) return { kind: 'open' };
    const value = text.slice(position + 1, close);
    lines += value.split('\n').length - 1;
    values.push(value.replaceAll('""', '"'));
    const after = text[close + 1] === '\r' ? close + 2 : close + 1;
    if (after >= text.length && !atEnd) return { kind: 'open' };
    if (text[after] === '\n' || after >= text.length) return { kind: 'complete', values, next: after + 1, lines };
    if (text[close + 1] !== delimiter) return { kind: 'malformed' };
    position = close + 2;
  }
}

/** A value without quotes, up to the delimiter or the end of its line. */
function bareValue(text: string, start: number, delimiter: string): { value: string; end: number } {
  const feed = text.indexOf('\n', start);
  const lineEnd = feed < 0 ? text.length : feed;
  const next = text.indexOf(delimiter, start);
  if (next >= 0 && next < lineEnd) return { value: text.slice(start, next), end: next };
  return { value: withoutReturn(text.slice(start, lineEnd)), end: lineEnd };
}

/** Position of the quote that closes a value; two in a row stand for one. */
function closingQuote(text: string, from: number): number | undefined {
  for (let position = text.indexOf('"', from); position >= 0; position = text.indexOf('"', position + 2)) {
    if (text[position + 1] !== '"') return position;
  }
  return undefined;
}
