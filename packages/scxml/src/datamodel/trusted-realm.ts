import type { Dialect } from '../api/application.js';
import type { GuestProgram } from '../guest/guest-program.js';
import { realmSource } from '../guest/realm.source.js';
import type { EvaluationContext } from './data-model.js';
import {
  GuestError,
  type GuestRealm,
  type GuestResult,
  type RealmSettings,
  traitBits,
  withoutMalformed,
} from './guest-realm.js';
import { answerGuest } from './host-operations.js';

type GuestFunction = (scope: object, event: string | undefined, argument: string | number | undefined) => GuestResult;

/** The realm object that `realmSource` makes. */
interface RealmFunctions {
  open(prelude: string, traits: number, extensions: readonly string[]): string;
  setXmlEvent(text: string): void;
  compile(text: string): GuestFunction[];
  closeLoops(depth: number): void;
  describe(error: unknown): string;
  save(scope: object): string;
  restore(scope: object, text: string): void;
  view(scope: object): string;
}

type RealmMaker = (
  host: (op: string, text?: string) => string | number | undefined,
  sandboxed: boolean,
  dialect: Dialect,
) => RealmFunctions;

/** Runs guest code in this JavaScript realm, without any protection: for applications that are part of the product. */
export class TrustedRealm implements GuestRealm<object> {
  context: EvaluationContext | undefined;
  readonly isExhausted = false;
  readonly memoryBytes = 0;
  readonly preludeNames: ReadonlySet<string>;
  readonly #realm: RealmFunctions;
  #functions: GuestFunction[] = [];

  #functionTexts: readonly string[] = [];

  constructor({ dialect, prelude, traits }: RealmSettings) {
    const make: RealmMaker = new Function(`return ${realmSource}`)();
    this.#realm = make((op, text = '') => answerGuest(op, text, this.context, this.#functionTexts), false, dialect);
    const names: string[] = JSON.parse(this.#guarded(() => this.#realm.open(prelude, traitBits(traits), [])));
    this.preludeNames = new Set(names);
  }

  newScope(): object {
    return Object.create(null);
  }

  freeScope(): void {}

  load(program: GuestProgram): void {
    this.#functionTexts = program.functions;
    const compile = (texts: readonly string[]): GuestFunction[] =>
      this.#guarded(() => this.#realm.compile(texts.join(',\n')));
    let functions: GuestFunction[];
    try {
      functions = compile(program.texts);
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      functions = compile(withoutMalformed(program.texts, (text) => this.#fault(text)));
    }
    this.#functions = program.positions.flatMap((position) => functions[position] ?? []);
  }

  #fault(text: string): string | undefined {
    try {
      this.#realm.compile(text);
      return undefined;
    } catch (error) {
      return this.#describe(error).message;
    }
  }

  call(unit: number, scope: object, event: string | undefined, argument: string | number | undefined): GuestResult {
    const compiled = this.#functions[unit];
    if (compiled === undefined) throw new RangeError(`There is no unit ${unit}.`);
    try {
      return compiled(scope, event, argument);
    } catch (error) {
      throw this.#describe(error);
    }
  }

  setXmlEvent(text: string): void {
    this.#guarded(() => this.#realm.setXmlEvent(text));
  }

  closeLoops(depth: number): void {
    this.#realm.closeLoops(depth);
  }

  save(scope: object): string {
    return this.#guarded(() => this.#realm.save(scope));
  }

  restore(scope: object, text: string): void {
    this.#guarded(() => this.#realm.restore(scope, text));
  }

  view(scope: object): string {
    return this.#guarded(() => this.#realm.view(scope));
  }

  resetBudget(): void {}

  dispose(): void {}

  #guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw this.#describe(error);
    }
  }

  #describe(error: unknown): GuestError {
    // The realm describes anything as [name, message, position, stack].
    const [name, message, position, stack] = JSON.parse(this.#realm.describe(error)) as [
      string,
      string,
      number,
      string,
    ];
    const isStack = error instanceof RangeError && /call stack/.test(message);
    return new GuestError(name, message, position, stack, isStack ? 'stack' : undefined);
  }
}
