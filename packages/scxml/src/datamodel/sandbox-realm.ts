import type { GuestProgram } from '../guest/guest-program.js';
import type { Limits } from '../limits.js';
import { type EvaluationContext, MacrostepTimeout, SandboxLost } from './data-model.js';
import {
  GuestError,
  type GuestRealm,
  type GuestResult,
  type RealmSettings,
  traitBits,
  withoutMalformed,
} from './guest-realm.js';
import { answerGuest } from './host-operations.js';
import { preparedInstance } from './prepared-instance.js';
import { GuestThrow, type QuickJsInstance, type Value } from './quickjs-instance.js';

/** Told before guest code runs and after it has returned, so that another thread can see how long it takes. */
export interface Watch {
  /** `patience`: how many times the usual limit this may take. */
  enter(patience: number): void;
  leave(): void;
}

const noWatch: Watch = { enter() {}, leave() {} };

/** Storing and restoring a session runs the realm's own code over as much data as a session may have. */
const storePatience = 8;
/** Opening a realm happens once. */
const setupPatience = 20;

/** Ticks that opening a realm, storing a session and describing an error may take. */
const setupTicks = 20_000;
const storeTicks = 5_000;
const descriptionTicks = 50;

/** Not an address. */
const none = 0 as Value;

interface RealmFunctions {
  readonly open: Value;
  readonly compile: Value;
  readonly setXmlEvent: Value;
  readonly closeLoops: Value;
  readonly describe: Value;
  readonly save: Value;
  readonly restore: Value;
  readonly view: Value;
}

/**
 * Runs guest code in a QuickJS instance of its own: one per application and thread, with one scope object per session.
 *
 * Budgets: an evaluation that over-runs its ticks ends with a `GuestError` of kind timeout; when the macrostep's ticks
 * are spent, `MacrostepTimeout` is thrown. When memory runs out the evaluation fails and the realm counts as exhausted;
 * when the instance itself is damaged, `SandboxLost` is thrown, now and by every later call.
 */
export class SandboxRealm implements GuestRealm<Value> {
  context: EvaluationContext | undefined;
  readonly #functions: Value[] = [];
  #functionTexts: readonly string[] = [];
  #ticks = 0;
  #budget = setupTicks;
  #macrostepTicks = 0;
  #isExhausted = false;
  readonly preludeNames: ReadonlySet<string>;
  readonly #realm: RealmFunctions;

  private constructor(
    private readonly instance: QuickJsInstance,
    realm: readonly Value[],
    { prelude, traits }: RealmSettings,
    private readonly limits: Limits,
    private readonly watch: Watch,
    hooks: Hooks,
  ) {
    hooks.tick = () => this.#tick();
    hooks.answer = (op, text) => answerGuest(op, text, this.context, this.#functionTexts);
    const [open = none, compile = none, setXmlEvent = none, closeLoops = none, ...others] = realm;
    const [describe = none, save = none, restore = none, view = none] = others;
    this.#realm = { open, compile, setXmlEvent, closeLoops, describe, save, restore, view };
    const opening = JSON.stringify([prelude, traits.extensions]);
    const names = this.#guarded(setupTicks, () => instance.call(this.#realm.open, 0, opening, traitBits(traits)));
    // The realm answers with the JSON text of an array of names.
    this.preludeNames = new Set(JSON.parse(String(names)) as string[]);
  }

  static async create(settings: RealmSettings, limits: Limits, watch: Watch = noWatch): Promise<SandboxRealm> {
    const hooks: Hooks = { tick: () => false, answer: () => undefined };
    const { instance, values } = await preparedInstance(settings.dialect, {
      megabytes: limits.instanceMegabytes,
      stackBytes: limits.stackBytes,
      shouldInterrupt: () => hooks.tick(),
      answer: (op, text) => hooks.answer(op, text),
    });
    return new SandboxRealm(instance, values, settings, limits, watch, hooks);
  }

  #tick(): boolean {
    this.#ticks += 1;
    return this.#ticks > this.#budget;
  }

  get isExhausted(): boolean {
    return this.#isExhausted || this.instance.lost !== undefined;
  }

  /** Bytes of the instance's memory. */
  get memoryBytes(): number {
    return this.instance.memoryBytes;
  }

  newScope(): Value {
    return this.instance.newObject();
  }

  freeScope(scope: Value): void {
    this.instance.release(scope);
  }

  load(program: GuestProgram): void {
    this.#functionTexts = program.functions;
    let array: Value;
    try {
      array = this.#compile(program.texts.join(',\n'));
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      const texts = withoutMalformed(program.texts, (text) => this.#fault(text));
      array = this.#compile(texts.join(',\n'));
    }
    const functions = program.texts.map((_text, at) => this.instance.element(array, at));
    for (const position of program.positions) this.#functions.push(functions[position] ?? none);
    this.instance.release(array);
  }

  #compile(text: string): Value {
    return this.#guarded(setupTicks, () => {
      const source = this.instance.newString(text);
      try {
        return this.instance.apply(this.#realm.compile, [source]);
      } finally {
        this.instance.release(source);
      }
    });
  }

  #fault(text: string): string | undefined {
    try {
      this.instance.release(this.#compile(text));
      return undefined;
    } catch (error) {
      if (error instanceof GuestError) return error.message;
      throw error;
    }
  }

  call(unit: number, scope: Value, event: string | undefined, argument: string | number | undefined): GuestResult {
    const compiled = this.#functions[unit];
    if (compiled === undefined) throw new RangeError(`There is no unit ${unit}.`);
    const budget = this.limits.evaluationTicks;
    this.#ticks = 0;
    this.#budget = budget > 0 ? budget : Number.POSITIVE_INFINITY;
    this.watch.enter(1);
    try {
      return this.instance.call(compiled, scope, event, argument);
    } catch (error) {
      throw this.#describe(error);
    } finally {
      this.watch.leave();
      this.#macrostepTicks += this.#ticks;
      if (this.limits.macrostepTicks > 0 && this.#macrostepTicks > this.limits.macrostepTicks) this.#endMacrostep();
    }
  }

  #endMacrostep(): never {
    throw new MacrostepTimeout(`The macrostep took more than ${this.limits.macrostepTicks} ticks.`);
  }

  setXmlEvent(text: string): void {
    this.#guarded(storeTicks, () => this.instance.call(this.#realm.setXmlEvent, 0, text, undefined));
  }

  closeLoops(depth: number): void {
    this.#guarded(storeTicks, () => this.instance.call(this.#realm.closeLoops, 0, undefined, depth));
  }

  save(scope: Value): string {
    return this.#text(this.#realm.save, scope);
  }

  #text(compiled: Value, scope: Value): string {
    const text = this.#guarded(storeTicks, () => this.instance.call(compiled, scope, undefined, undefined));
    if (typeof text !== 'string') throw new SandboxLost('trap', 'The realm answered with something that is no text.');
    return text;
  }

  restore(scope: Value, text: string): void {
    this.#guarded(storeTicks, () => this.instance.call(this.#realm.restore, scope, text, undefined));
  }

  view(scope: Value): string {
    return this.#text(this.#realm.view, scope);
  }

  resetBudget(): void {
    this.#macrostepTicks = 0;
  }

  dispose(): void {
    // The instance's memory is collected with this object: disposing of a runtime piece by piece can abort it.
    this.#functions.length = 0;
    this.context = undefined;
  }

  #guarded<T>(ticks: number, act: () => T): T {
    this.#ticks = 0;
    this.#budget = ticks;
    this.watch.enter(ticks === storeTicks ? storePatience : setupPatience);
    try {
      return act();
    } catch (error) {
      throw this.#describe(error);
    } finally {
      this.watch.leave();
    }
  }

  /** What the guest threw, as an error of the host. Other errors pass unchanged. */
  #describe(error: unknown): unknown {
    if (!(error instanceof GuestThrow)) return error;
    const isTimeout = this.#ticks > this.#budget;
    this.#ticks = 0;
    this.#budget = descriptionTicks;
    let description: GuestResult;
    try {
      description = this.instance.call(this.#realm.describe, error.value, undefined, undefined);
    } catch (second) {
      if (!(second instanceof GuestThrow)) return second;
      this.instance.release(second.value);
    } finally {
      this.instance.release(error.value);
    }
    if (isTimeout) return new GuestError('InternalError', 'The evaluation took too long.', 0, '', 'timeout');
    if (typeof description !== 'string') {
      if (this.#ticks > this.#budget)
        return new GuestError('Error', 'The thrown value cannot be read.', 0, '', undefined);
      this.#isExhausted = true;
      return new GuestError('InternalError', 'out of memory', 0, '', 'memory');
    }
    // The realm describes anything as [name, message, position, stack].
    const [name, message, position, stack] = JSON.parse(description) as [string, string, number, string];
    // When there is no memory left even for the error, null is thrown.
    const isMemory =
      (name === 'InternalError' && message.includes('out of memory')) || (message === 'null' && this.instance.isFull);
    const isStack = message.includes('stack overflow');
    if (isMemory) this.#isExhausted = true;
    return new GuestError(name, message, position, stack, isMemory ? 'memory' : isStack ? 'stack' : undefined);
  }
}

interface Hooks {
  tick(): boolean;
  answer(op: string, text: string): string | number | undefined;
}
