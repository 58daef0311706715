import type { Chart } from '../chart/chart.js';
import type { ExpressionPart, Unit } from '../chart/unit.js';
import type { Place } from '../diagnostics.js';
import type { RewriteContext } from './rewrite.js';
import { declarationSource, unitSource } from './unit-source.js';

/** What the host knows about the guest function of a unit. */
export interface GuestUnit {
  readonly readsEvent: boolean;
  /** Parts of the unit by position; errors report a position. */
  readonly parts: readonly ExpressionPart[];
  /** First line of the unit in the program; line 1 is the program's first. */
  readonly firstLine: number;
  readonly lines: number;
  /** Of scripts: where the text stands, so that a line in the guest is a line in a document. */
  readonly script: Pick<Place, 'url' | 'line'> | undefined;
}

/** All guest code of an application, for one realm. */
export interface GuestProgram {
  /** Texts of functions, each different; the last one declares the session's names. */
  readonly texts: readonly string[];
  /** Position in `texts` of each unit's function, and then of the declaration. */
  readonly positions: readonly number[];
  readonly units: readonly GuestUnit[];
  /** Text of each function that can be created again, by number. */
  readonly functions: readonly string[];
  /** Code exists whose names are resolved when it runs, so every name must be declared. */
  readonly isDynamic: boolean;
}

/** Generates the guest code of a chart. `preludeNames` are the names that the realm has beside the language's own. */
export function guestProgram(chart: Chart, preludeNames: ReadonlySet<string>, hasExtensions: boolean): GuestProgram {
  const functions: string[] = [];
  const closures = { count: 0 };
  const context: RewriteContext = {
    dialect: chart.dialect,
    names: chart.names,
    preludeNames,
    functions,
    closures,
    hasExtensions,
  };
  const atStart = new Set(chart.scripts.map((script) => script.unit)).add(chart.startData);
  const texts: string[] = [];
  const positions: number[] = [];
  const known = new Map<string, { position: number; firstLine: number }>();
  const units: GuestUnit[] = [];
  let line = 1;
  let isDynamic = false;
  for (const [number, unit] of chart.units.entries()) {
    const { text, readsEvent } = unitSource(unit, chart, context, atStart.has(number));
    const lines = countLines(text);
    const script = unit.kind === 'script' ? { url: unit.expression.place.url, line: unit.expression.line } : undefined;
    let found = known.get(text);
    if (found === undefined) {
      found = { position: texts.length, firstLine: line };
      known.set(text, found);
      texts.push(text);
      line += lines;
    }
    positions.push(found.position);
    units.push({ readsEvent, parts: partsOf(unit), firstLine: found.firstLine, lines, script });
    isDynamic ||= text.includes('with (__$v)');
  }
  positions.push(texts.length);
  texts.push(declarationSource(chart));
  return { texts, positions, units, functions, isDynamic };
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function partsOf(unit: Unit): ExpressionPart[] {
  switch (unit.kind) {
    case 'condition':
      return ['cond'];
    case 'values':
      return unit.expressions.map(({ expression }) => expression.part);
    case 'assign':
    case 'foreach':
      return ['value', 'location'];
    case 'store':
      return ['location', 'location'];
    case 'script':
      return ['script'];
    case 'data':
      return unit.items.map(() => 'data');
  }
}

/** The place in a document of a line in the program, if it lies in a script. */
export function documentLine(program: GuestProgram, line: number): Pick<Place, 'url' | 'line'> | undefined {
  const unit = program.units.find(({ firstLine, lines }) => line >= firstLine && line < firstLine + lines);
  if (unit?.script === undefined) return undefined;
  return { url: unit.script.url, line: unit.script.line + line - unit.firstLine };
}
