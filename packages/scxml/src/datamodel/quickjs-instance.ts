import type {
  JSContextPointer,
  JSValueConstPointer,
  JSValueConstPointerPointer,
  JSValuePointer,
  QuickJSEmscriptenModule,
  QuickJSFFI,
} from '@jitl/quickjs-ffi-types';
import { SandboxLost } from './data-model.js';
import { captureMemory, type MemoryImage, restoreMemory } from './memory-image.js';
import { instantiateQuickJs } from './quickjs-module.js';

/** A value inside the instance: the address of a JSValue. */
export type Value = JSValuePointer;

const pageBytes = 65_536;
/** Memory grows in steps; closer to the maximum than this it cannot grow any more. */
const growthBytes = 1024 * 1024;
/** The prebuilt module needs 256 pages to start. */
const initialPages = 256;
/** Objects, Date, eval, normalisation of strings, RegExp with compiler, JSON, Map and Set, BigInt. Not: Proxy, typed arrays, Promise. */
const intrinsics = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x800;

/** High words of QuickJS's NaN-boxed values; the low word holds integers and booleans. */
const tags = { integer: 0, boolean: 1, null: 2, undefined: 3, exception: 6, string: -7, rope: -6 } as const;

export interface InstanceOptions {
  readonly megabytes: number;
  readonly stackBytes: number;
  /** Called about every 0.1 to 0.45 ms of guest work; true ends the evaluation. */
  shouldInterrupt(): boolean;
  /** Answers the guest's one host function. Must not throw. */
  answer(op: string, text: string): string | number | undefined;
}

/** Thrown when guest code throws; `value` must be released by the receiver. */
export class GuestThrow extends Error {
  constructor(readonly value: Value) {
    super('The guest threw a value.');
  }
}

/** A prepared instance at rest: its memory, and where in it things are. */
export interface InstanceImage {
  readonly memory: MemoryImage;
  readonly context: JSContextPointer;
  readonly arguments: JSValueConstPointerPointer;
  /** Values that the preparation has made. */
  readonly values: readonly Value[];
}

/**
 * One QuickJS runtime with one context in a WebAssembly instance of its own with a fixed maximum of memory. The memory
 * is thrown away with the object; nothing inside is ever disposed of as a whole.
 *
 * It uses the module's low-level functions: reading results straight from memory makes a call three to six times
 * cheaper than handles do. The version of the module is pinned for that reason, and `create` checks the layout.
 */
export class QuickJsInstance {
  #lost: SandboxLost | undefined;
  readonly #context: JSContextPointer;
  readonly #undefined: JSValueConstPointer;
  /** Room for the arguments of a call. */
  readonly #arguments: JSValueConstPointerPointer;
  #words: Int32Array;
  #bytes: Uint8Array;
  readonly #encoder = new TextEncoder();

  private constructor(
    private readonly module: QuickJSEmscriptenModule,
    private readonly ffi: QuickJSFFI,
    private readonly memory: WebAssembly.Memory,
    private readonly options: InstanceOptions,
    image: InstanceImage | undefined,
  ) {
    module.callbacks = {
      freeHostRef: () => {},
      loadModuleSource: () => 0 as never,
      normalizeModule: () => 0 as never,
      shouldInterrupt: () => (options.shouldInterrupt() ? 1 : 0),
      callFunction: (_asyncify, _context, _self, count, values) => this.#answer(count, values),
    };
    if (image === undefined) {
      const runtime = ffi.QTS_NewRuntime();
      ffi.QTS_RuntimeSetMaxStackSize(runtime, options.stackBytes);
      this.#context = ffi.QTS_NewContext(runtime, intrinsics as never);
      ffi.QTS_RuntimeEnableInterruptHandler(runtime);
      this.#arguments = module._malloc(16) as JSValueConstPointerPointer;
    } else {
      restoreMemory(image.memory, memory.buffer);
      this.#context = image.context;
      this.#arguments = image.arguments;
    }
    this.#undefined = ffi.QTS_GetUndefined();
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** A new instance; with an image, one that is already prepared. */
  static async create(options: InstanceOptions, image?: InstanceImage): Promise<QuickJsInstance> {
    const initial = Math.max(initialPages, (image?.memory.bytes ?? 0) / pageBytes);
    const maximum = Math.max(initial, Math.floor((options.megabytes * 1024 * 1024) / pageBytes));
    const memory = new WebAssembly.Memory({ initial, maximum });
    const { module, ffi } = await instantiateQuickJs(memory);
    const instance = new QuickJsInstance(module, ffi, memory, options, image);
    if (image === undefined) instance.#checkLayout();
    return instance;
  }

  /** The instance as it is now, to begin others with. `values` keep their addresses. */
  capture(values: readonly Value[]): InstanceImage {
    const memory = captureMemory(this.memory.buffer);
    return { memory, context: this.#context, arguments: this.#arguments, values };
  }

  /** The addresses of results are read directly; refuse to run if they do not look as expected. */
  #checkLayout(): void {
    const sample = this.evaluate(`[
      function () { return true; }, function () { return -7; }, function () { return 0.5; }, function () { return 'a'; },
      function () { return 'x'.repeat(10000) + 'y'.repeat(10000); }, function () { return null; },
    ]`);
    const expected = [true, -7, 0.5, 'a', 'x'.repeat(10_000) + 'y'.repeat(10_000), undefined];
    const functions = expected.map((_value, at) => this.element(sample, at));
    for (const [at, compiled] of functions.entries()) {
      if (this.call(compiled, 0, undefined, undefined) === expected[at]) continue;
      throw new SandboxLost('trap', 'This build of QuickJS lays out its values in an unknown way.');
    }
    for (const value of [sample, ...functions]) this.release(value);
  }

  get lost(): SandboxLost | undefined {
    return this.#lost;
  }

  /** Bytes of the instance's memory. */
  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** The memory has grown to its maximum. */
  get isFull(): boolean {
    return this.memoryBytes >= this.options.megabytes * 1024 * 1024 - growthBytes;
  }

  /** Views of the memory; they change when it grows. */
  #refresh(): void {
    if (this.#words.length === 0) {
      this.#words = new Int32Array(this.memory.buffer);
      this.#bytes = new Uint8Array(this.memory.buffer);
    }
  }

  /** Runs code that may end the instance: exceptions of the host's own kind mean that its state is unknown. */
  #enter<T>(act: () => T): T {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      return act();
    } catch (error) {
      if (error instanceof GuestThrow) throw error;
      throw this.#lose(error);
    }
  }

  #lose(error: unknown): SandboxLost {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof RangeError ? 'stack' : /memory|grow/i.test(message) ? 'memory' : 'trap';
    this.#lost = new SandboxLost(reason, `The sandbox instance was lost: ${message}`);
    return this.#lost;
  }

  /** Evaluates an expression in the global scope. */
  evaluate(text: string): Value {
    return this.#enter(() => {
      const size = this.module.lengthBytesUTF8(text);
      const address = this.module._malloc(size + 1);
      this.module.stringToUTF8(text, address as never, size + 1);
      const result = this.ffi.QTS_Eval(this.#context, address as never, size, 'realm', 0 as never, 0 as never);
      this.module._free(address);
      return this.#checked(result);
    });
  }

  element(array: Value, position: number): Value {
    return this.#enter(() => this.#checked(this.ffi.QTS_GetPropNumber(this.#context, array, position)));
  }

  /** Calls a function with up to three values and returns a value. */
  apply(compiled: Value, values: readonly Value[]): Value {
    return this.#enter(() => {
      this.#refresh();
      const at = this.#arguments >> 2;
      values.forEach((value, i) => {
        this.#words[at + i] = value;
      });
      return this.#checked(this.ffi.QTS_Call(this.#context, compiled, this.#undefined, values.length, this.#arguments));
    });
  }

  /** An object without prototype. */
  newObject(): Value {
    return this.#enter(() => this.#checked(this.ffi.QTS_NewObjectProto(this.#context, this.ffi.QTS_GetNull())));
  }

  /** The function that leads out: `host(op, text)`. */
  newHostFunction(): Value {
    return this.#enter(() => this.ffi.QTS_NewFunction(this.#context, 'host', 2, false, 1 as never));
  }

  newString(text: string): Value {
    const capacity = text.length * 3 + 1;
    const address = this.module._malloc(capacity);
    if (address === 0) throw new SandboxLost('memory', 'No memory for a string.');
    this.#refresh();
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(address, address + capacity - 1));
    this.#bytes[address + written] = 0;
    const value = this.ffi.QTS_NewString(this.#context, address as never);
    this.module._free(address);
    return value;
  }

  newNumber(value: number): Value {
    return this.ffi.QTS_NewFloat64(this.#context, value);
  }

  release(value: Value): void {
    if (this.#lost === undefined) this.ffi.QTS_FreeValuePointer(this.#context, value);
  }

  /**
   * Calls a function with up to three arguments: a value (0 stands for undefined) and two primitives. Returns a
   * primitive; objects come back as undefined.
   */
  call(
    compiled: Value,
    first: Value | 0,
    second: string | undefined,
    third: string | number | undefined,
  ): string | number | boolean | undefined {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      const nothing = this.#undefined;
      const secondValue = second === undefined ? 0 : this.newString(second);
      const thirdValue =
        third === undefined ? 0 : typeof third === 'string' ? this.newString(third) : this.newNumber(third);
      this.#refresh();
      const at = this.#arguments >> 2;
      this.#words[at] = first === 0 ? nothing : first;
      this.#words[at + 1] = secondValue === 0 ? nothing : secondValue;
      this.#words[at + 2] = thirdValue === 0 ? nothing : thirdValue;
      const result = this.ffi.QTS_Call(this.#context, compiled, nothing, 3, this.#arguments);
      if (secondValue !== 0) this.ffi.QTS_FreeValuePointer(this.#context, secondValue);
      if (thirdValue !== 0) this.ffi.QTS_FreeValuePointer(this.#context, thirdValue);
      return this.#take(result);
    } catch (error) {
      if (error instanceof GuestThrow) throw error;
      throw error instanceof SandboxLost ? error : this.#lose(error);
    }
  }

  /** The primitive at an address, which is released. */
  #take(result: Value): string | number | boolean | undefined {
    this.#refresh();
    const at = result >> 2;
    const tag = this.#words[at + 1] ?? 0;
    let value: string | number | boolean | undefined;
    switch (tag) {
      case tags.exception:
        this.#throwPending(result);
        break;
      case tags.boolean:
        value = this.#words[at] !== 0;
        break;
      case tags.integer:
        value = this.#words[at] ?? 0;
        break;
      case tags.undefined:
      case tags.null:
        break;
      case tags.string:
      case tags.rope:
        value = this.#readString(result);
        break;
      default:
        // Other tags are small negative numbers; every other high word belongs to a double.
        if (tag < -20 || tag > 20) value = this.ffi.QTS_GetFloat64(this.#context, result);
    }
    this.ffi.QTS_FreeValuePointer(this.#context, result);
    return value;
  }

  #readString(value: JSValuePointer | JSValueConstPointer): string {
    const address = this.ffi.QTS_GetString(this.#context, value);
    if (address === 0) throw new SandboxLost('memory', 'No memory for a string.');
    const text = this.module.UTF8ToString(address);
    this.ffi.QTS_FreeCString(this.#context, address);
    return text;
  }

  /** The value, or a `GuestThrow` of what was thrown instead. */
  #checked(result: Value): Value {
    this.#refresh();
    if (this.#words[(result >> 2) + 1] === tags.exception) this.#throwPending(result);
    return result;
  }

  #throwPending(result: Value): never {
    const thrown = this.ffi.QTS_ResolveException(this.#context, result);
    this.ffi.QTS_FreeValuePointer(this.#context, result);
    throw new GuestThrow(thrown);
  }

  /** Called from inside; whatever goes wrong here is answered with undefined. */
  #answer(count: number, values: JSValueConstPointer): JSValuePointer {
    const argument = (at: number): string => {
      if (at >= count) return '';
      return this.#readString(this.ffi.QTS_ArgvGetJSValueConstPointer(values, at));
    };
    const answer = this.options.answer(argument(0), argument(1));
    if (answer === undefined) return 0 as JSValuePointer;
    return typeof answer === 'string' ? this.newString(answer) : this.newNumber(answer);
  }
}
