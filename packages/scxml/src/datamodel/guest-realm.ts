import type { Dialect } from '../api/application.js';
import type { GuestProgram } from '../guest/guest-program.js';
import type { Traits } from '../guest/traits.js';
import type { EvaluationContext } from './data-model.js';

/** What a realm is opened with. */
export interface RealmSettings {
  readonly dialect: Dialect;
  /** Empty if there is none. */
  readonly prelude: string;
  readonly traits: Traits;
}

/** Traits in the form in which the realm takes them. */
export function traitBits({
  makesAccessors,
  onlyReadsEvent,
}: Pick<Traits, 'makesAccessors' | 'onlyReadsEvent'>): number {
  return (makesAccessors ? 1 : 0) | (onlyReadsEvent ? 2 : 0);
}

/** What a guest function returned. */
export type GuestResult = string | number | boolean | undefined;

/** Something was thrown inside, or a budget was over-run. */
export class GuestError extends Error {
  constructor(
    readonly errorName: string,
    message: string,
    /** Position of the part that was being evaluated. */
    readonly position: number,
    readonly stackText: string,
    readonly overrun: 'timeout' | 'memory' | 'stack' | undefined,
  ) {
    super(message);
  }
}

/**
 * A realm that runs guest code: the sandbox, or this JavaScript realm for trusted applications. `S` is how it holds the
 * scope object of a session. Every method may throw `GuestError`.
 */
export interface GuestRealm<S> {
  /** The session that is running. */
  context: EvaluationContext | undefined;
  newScope(): S;
  freeScope(scope: S): void;
  /** Compiles the functions of a program; `call` refers to them by number. */
  load(program: GuestProgram): void;
  /** Calls compiled function `unit` with `(scope, event, argument)`. */
  call(unit: number, scope: S, event: string | undefined, argument: string | number | undefined): GuestResult;
  /** Sets the current event from JSON text with XML values in it. */
  setXmlEvent(text: string): void;
  closeLoops(depth: number): void;
  save(scope: S): string;
  restore(scope: S, text: string): void;
  view(scope: S): string;
  /** A fresh budget for the macrostep. */
  resetBudget(): void;
  readonly isExhausted: boolean;
  readonly memoryBytes: number;
  dispose(): void;
}

/**
 * The texts in order, each replaced by a function that throws if `compiles` finds it malformed: the parser of the
 * documents and that of a realm may disagree about the newest syntax.
 */
export function withoutMalformed(texts: readonly string[], compiles: (text: string) => string | undefined): string[] {
  return texts.map((text) => {
    const message = compiles(text);
    if (message === undefined) return text;
    const breaks = '\n'.repeat(text.split('\n').length - 1);
    return `function () { throw new SyntaxError(${JSON.stringify(message)}); ${breaks}}`;
  });
}
