import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Logger, RingbackError } from '../../kernel/index.js';
import { KEPT_SEGMENTS } from './defaults.js';
import type { LedgerEntry } from './ledger-entry.js';

const CURRENT = 'ledger.jsonl';
const NEXT = 'ledger.next.jsonl';
const NEWLINE = 10;

/**
 * The simulated network's memory: append-only files of JSON lines. What `write` has written is in the operating
 * system's hands and survives the death of the process. `ledger.jsonl` is the segment being written, `ledger.1.jsonl` the
 * one before it, and so on; a segment begins with a `head`, so that older ones can go.
 */
export class Ledger {
  #file: number;
  #lines: string[] = [];
  /** What a write that the disk refused has left to be written. */
  #rest: Buffer | undefined;

  private constructor(
    private readonly directory: string,
    file: number,
  ) {
    this.#file = file;
  }

  /**
   * Opens the ledger, or begins one, and tells all that it holds, oldest first. A last line that was being written when
   * the process died is cut off: whatever it says was never acknowledged.
   * @param tell hears every entry and the age of its segment, 0 being the current one
   * @throws RingbackError `ledger-damaged` naming the file and line
   */
  static open(directory: string, log: Logger, tell: (entry: LedgerEntry, segment: number) => void): Ledger {
    mkdirSync(directory, { recursive: true });
    const current = join(directory, CURRENT);
    const next = join(directory, NEXT);
    if (existsSync(next)) {
      // A rotation was interrupted. The new segment was complete before the old one was renamed.
      if (existsSync(current)) rmSync(next);
      else renameSync(next, current);
    }
    for (let age = closeGaps(directory); age > 0; age -= 1) {
      read(join(directory, segmentName(age)), (entry) => tell(entry, age));
    }
    const file = openSync(current, 'a+');
    const complete = read(current, (entry) => tell(entry, 0));
    if (complete.cut > 0) {
      log.warn({ file: current, bytes: complete.cut }, 'The last line of the ledger was cut off: it is incomplete');
      ftruncateSync(file, complete.bytes);
    }
    return new Ledger(directory, file);
  }

  /** Notes an entry, to be written by the next `write`. */
  append(entry: LedgerEntry): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
  }

  /**
   * Writes what was noted.
   * @throws RingbackError `switch-unavailable` when the disk refuses; what was noted stays noted
   */
  write(): void {
    if (this.#lines.length === 0 && this.#rest === undefined) return;
    const text = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    let rest = this.#rest === undefined ? text : Buffer.concat([this.#rest, text]);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#file, rest));
      this.#rest = undefined;
    } catch (error) {
      this.#rest = rest;
      throw new RingbackError(
        'switch-unavailable',
        `The simulated network cannot write its ledger in ${this.directory}: ${String(error)}`,
        [],
        { cause: error },
      );
    }
  }

  /**
   * Begins a new segment with `head`; the oldest segment goes when there are enough newer ones.
   * @returns whether one went
   */
  rotate(head: LedgerEntry): boolean {
    this.write();
    const current = join(this.directory, CURRENT);
    const next = join(this.directory, NEXT);
    const full = existsSync(join(this.directory, segmentName(KEPT_SEGMENTS)));
    writeFileSync(next, `${JSON.stringify(head)}\n`);
    for (let age = KEPT_SEGMENTS; age > 1; age -= 1) {
      const newer = join(this.directory, segmentName(age - 1));
      if (existsSync(newer)) renameSync(newer, join(this.directory, segmentName(age)));
    }
    renameSync(current, join(this.directory, segmentName(1)));
    renameSync(next, current);
    closeSync(this.#file);
    this.#file = openSync(current, 'a');
    return full;
  }

  close(): void {
    this.write();
    closeSync(this.#file);
  }
}

function segmentName(age: number): string {
  return `ledger.${age}.jsonl`;
}

/**
 * Renames the older segments, where an interrupted rotation has left a gap between them.
 * @returns how many there are
 */
function closeGaps(directory: string): number {
  let found = 0;
  for (let age = 1; age <= KEPT_SEGMENTS; age += 1) {
    const path = join(directory, segmentName(age));
    if (!existsSync(path)) continue;
    found += 1;
    if (found < age) renameSync(path, join(directory, segmentName(found)));
  }
  return found;
}

/** @returns how many bytes hold complete entries, and how many follow that do not */
function read(path: string, tell: (entry: LedgerEntry) => void): { bytes: number; cut: number } {
  const content = readFileSync(path);
  let start = 0;
  for (let line = 1; start < content.length; line += 1) {
    const end = content.indexOf(NEWLINE, start);
    if (end < 0) break;
    tell(parse(content.toString('utf8', start, end), path, line));
    start = end + 1;
  }
  return { bytes: start, cut: content.length - start };
}

function parse(text: string, path: string, line: number): LedgerEntry {
  try {
    // Only this class writes the file, entry by entry.
    return JSON.parse(text) as LedgerEntry;
  } catch (error) {
    throw new RingbackError(
      'ledger-damaged',
      `Line ${line} of the simulated network's ledger ${path} is damaged. Restore the file, or delete it to begin anew.`,
      [],
      { cause: error },
    );
  }
}
