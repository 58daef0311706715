import { isObject, type JsonObject, type JsonValue, RingbackError } from '../kernel/index.js';
import { parseTarget, type Target, type TargetDefaults } from './target.js';

/** More targets than this in one request are a mistake of the application (the original takes 15). */
const MOST_TARGETS = 100;

/**
 * Parses the targets of a request: one target, a comma-separated list, or the JSON array of the option `_target`
 * (gms-callback 4.12), as text (double or single quotes) or as a value.
 *
 * The targets of a list are alternatives from the start. A JSON array is worked through in steps
 * `{target, timeout, clear, stat_to_check, stat_operator, stat_value}`: `timeout` seconds after a step has begun the
 * next one begins; its targets join the earlier ones, or take their place where the step says `clear`. The last step
 * stays. `stat_to_check` makes a threshold of its target (`RStatAgentsReady > 0`).
 * @throws RingbackError `invalid-target`, `unsupported-target`
 */
export function parseTargets(value: JsonValue, defaults: TargetDefaults = {}): Target[] {
  const targets = typeof value === 'string' ? targetsFromText(value, defaults) : targetsFromSteps(value, defaults);
  if (targets.length === 0) throw new RingbackError('invalid-target', 'No target is named.');
  if (targets.length > MOST_TARGETS) {
    throw new RingbackError(
      'invalid-target',
      `${targets.length} targets are named; at most ${MOST_TARGETS} are taken.`,
    );
  }
  return targets;
}

/** The form in which targets are stored with a request. */
export function storedTargets(targets: readonly Target[]): JsonObject[] {
  return targets.map((target) => ({
    target: target.text,
    fromMs: target.fromMs,
    ...(target.untilMs === undefined ? {} : { untilMs: target.untilMs }),
    ...(target.weight === undefined ? {} : { weight: target.weight }),
    ...(target.threshold === undefined ? {} : { threshold: target.threshold.text }),
  }));
}

/** Reads what `storedTargets` wrote. */
export function restoredTargets(stored: readonly JsonObject[]): Target[] {
  return stored.map((entry) => {
    const { target, fromMs, untilMs, weight, threshold } = entry;
    return parseTarget(String(target), {
      ...(typeof fromMs === 'number' ? { fromMs } : {}),
      ...(typeof untilMs === 'number' ? { untilMs } : {}),
      ...(typeof weight === 'number' ? { weight } : {}),
      ...(typeof threshold === 'string' ? { threshold } : {}),
    });
  });
}

function targetsFromText(text: string, defaults: TargetDefaults): Target[] {
  const trimmed = text.trim();
  // `[25]name` is a weight and `{stat<1}name` a threshold: only these beginnings are JSON.
  if (/^\[\s*[{\]]/.test(trimmed)) return targetsFromSteps(parseLenientJson(trimmed), defaults);
  if (/^\{\s*["']\w+["']\s*:/.test(trimmed)) return targetsFromSteps(parseLenientJson(trimmed), defaults);
  return splitList(trimmed).map((part) => parseTarget(part, defaults));
}

function targetsFromSteps(value: JsonValue, defaults: TargetDefaults): Target[] {
  const steps = Array.isArray(value) ? value : [value];
  let elapsedMs = 0;
  return steps.flatMap((step, index) => {
    const { text, timeoutMs, clear, threshold } = readStep(step, index);
    const isLast = index === steps.length - 1;
    const fromMs = elapsedMs;
    elapsedMs += timeoutMs;
    return splitList(text).map((part) =>
      parseTarget(part, {
        ...defaults,
        fromMs,
        ...(clear && !isLast ? { untilMs: elapsedMs } : {}),
        ...(threshold === undefined ? {} : { threshold }),
      }),
    );
  });
}

function readStep(
  step: JsonValue,
  index: number,
): { text: string; timeoutMs: number; clear: boolean; threshold: string | undefined } {
  if (typeof step === 'string') return { text: step, timeoutMs: 0, clear: false, threshold: undefined };
  if (!isObject(step) || typeof step.target !== 'string' || step.target.trim() === '') {
    throw invalidStep(index, 'it is not an object with a "target"');
  }
  const timeout = Number(step.timeout ?? 0);
  if (!Number.isFinite(timeout) || timeout < 0) throw invalidStep(index, `timeout ${String(step.timeout)}: seconds`);
  return {
    text: step.target,
    timeoutMs: Math.round(timeout * 1000),
    clear: step.clear === true || String(step.clear ?? '').toLowerCase() === 'true',
    threshold: thresholdOf(step, index),
  };
}

function thresholdOf(step: Record<string, unknown>, index: number): string | undefined {
  const statistic = String(step.stat_to_check ?? '').trim();
  if (statistic === '') return undefined;
  const operator = String(step.stat_operator ?? '').trim() || '>';
  const value = String(step.stat_value ?? '').trim() || '0';
  if (!/^(?:=|==|!=|>|>=|<|<=)$/.test(operator)) {
    throw invalidStep(index, `stat_operator ${operator}: one of = == != > >= < <=`);
  }
  if (!/^-?\d+$/.test(value)) throw invalidStep(index, `stat_value ${value}: a whole number`);
  return `${statistic}${operator}${value}`;
}

/** Splits at commas outside of braces, brackets, parentheses and quotes. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === ',' && depth <= 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** JSON, or JSON whose strings stand in single quotes, as options written by hand often have it. */
function parseLenientJson(text: string): JsonValue {
  const attempts = [text, withDoubleQuotes(text)];
  let failure: unknown;
  for (const attempt of attempts) {
    try {
      // JSON.parse gives JSON values only.
      return JSON.parse(attempt) as JsonValue;
    } catch (error) {
      failure = error;
    }
  }
  const detail = failure instanceof Error ? failure.message : String(failure);
  throw new RingbackError('invalid-target', `The targets are not a valid JSON array: ${detail}.`, [], {
    cause: failure,
  });
}

function withDoubleQuotes(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g, (whole, single: string | undefined) =>
    single === undefined ? whole : `"${single.replace(/\\'/g, "'").replace(/"/g, '\\"')}"`,
  );
}

function invalidStep(index: number, reason: string): RingbackError {
  return new RingbackError('invalid-target', `Step ${index + 1} of the targets cannot be read: ${reason}.`, [
    { pointer: `/${index}`, detail: reason },
  ]);
}
