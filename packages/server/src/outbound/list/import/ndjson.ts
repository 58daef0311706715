import { isObject } from '../../../kernel/index.js';
import type { SourceRow } from './csv.js';

const LONGEST_LINE = 1_000_000;

/** Reads JSON objects, one per line, piece by piece. */
export class NdjsonReader {
  #text = '';
  #line = 1;
  /** The line is too long: it is passed over to its end. */
  #skipping = false;

  push(text: string): SourceRow<Record<string, unknown>>[] {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    const rows = lines.flatMap((line) => this.#row(line));
    if (this.#text.length > LONGEST_LINE) {
      this.#text = '';
      this.#skipping = true;
    }
    return rows;
  }

  end(): SourceRow<Record<string, unknown>>[] {
    return this.#row(this.#text);
  }

  #row(text: string): SourceRow<Record<string, unknown>>[] {
    const line = this.#line;
    this.#line += 1;
    if (this.#skipping) {
      this.#skipping = false;
      return [{ line, problem: `has more than ${LONGEST_LINE} characters` }];
    }
    if (text.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(text);
      return isObject(value) ? [{ line, values: value }] : [{ line, problem: 'is no JSON object' }];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return [{ line, problem: `is no JSON: ${error.message}` }];
    }
  }
}
