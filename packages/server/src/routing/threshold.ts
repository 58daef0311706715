import { RingbackError } from '../kernel/index.js';
import { type Expression, formatExpression, holds, namesIn, parseExpression } from './skill-expression.js';
import { STATISTIC_NAMES, type Statistic, statisticNamed, type TargetFigure } from './statistic.js';

/** The figures of a target as they are now (statistic.ts); `notReady` follows from the others. */
export type TargetFigures = Readonly<Record<Exclude<TargetFigure, 'notReady'>, number>>;

/** A statistic that a threshold names: of its own target, or of the one that `sdata(object, statistic)` names. */
export interface NamedStatistic {
  readonly statistic: Statistic;
  /** In the notation of a target. */
  readonly object?: string;
}

/** A condition under which a target may be chosen: `{StatCallsInQueue<10}`. */
export interface Threshold {
  readonly condition: Expression;
  /** In canonical form, without the braces. */
  readonly text: string;
  /** What the names in the condition mean. */
  readonly statistics: ReadonlyMap<string, NamedStatistic>;
}

/** `sdata(object, statistic)`; in canonical form it stands in quotes, as a name with other characters than letters does. */
const SDATA = /"?\bsdata\(\s*((?:[^()",]|\([^()"]*\))+?)\s*,\s*(\w+)\s*\)"?/gi;
const ONE_SDATA = /^sdata\((.*),(\w+)\)$/s;

/**
 * @param checkObject refuses what the object of an `sdata` cannot be
 * @throws RingbackError `invalid-expression` for a malformed condition or a statistic that does not exist
 */
export function parseThreshold(text: string, checkObject: (text: string) => void): Threshold {
  const source = text.replace(SDATA, (_, object: string, statistic: string) => `"sdata(${object},${statistic})"`);
  const condition = parseExpression(source);
  const statistics = new Map<string, NamedStatistic>();
  for (const name of namesIn(condition)) {
    const other = ONE_SDATA.exec(name);
    const statistic = statisticNamed(other?.[2] ?? name);
    if (!statistic) {
      throw new RingbackError(
        'invalid-expression',
        `The threshold {${text}} names the statistic ${other?.[2] ?? name}; known are ${STATISTIC_NAMES.join(', ')}.`,
      );
    }
    const object = other?.[1];
    if (object !== undefined) checkObject(object);
    statistics.set(name, { statistic, ...(object === undefined ? {} : { object }) });
  }
  return { condition, text: formatExpression(condition), statistics };
}

/**
 * True while the target may be chosen.
 * @param other gives what is not one of the target's own figures; rounded down, as conditions know integers only
 */
export function isOpen(
  threshold: Threshold,
  figures: TargetFigures,
  other: (named: NamedStatistic) => number = () => 0,
): boolean {
  return holds(threshold.condition, (name) => {
    const named = threshold.statistics.get(name);
    if (!named) return 0;
    const { statistic, object } = named;
    return statistic.of === 'target' && object === undefined
      ? figureOf(figures, statistic.figure)
      : Math.floor(other(named));
  });
}

export function figureOf(figures: TargetFigures, figure: TargetFigure): number {
  return figure === 'notReady' ? figures.loggedIn - figures.ready - figures.occupied : figures[figure];
}
