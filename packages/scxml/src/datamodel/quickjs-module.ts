import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type {
  EmscriptenModuleLoader,
  EmscriptenModuleLoaderOptions,
  QuickJSEmscriptenModule,
  QuickJSFFI,
  QuickJSSyncVariant,
} from '@jitl/quickjs-ffi-types';

let compiled: Promise<WebAssembly.Module> | undefined;

/** QuickJS as a WebAssembly module, compiled once per process: a worker thread gets the one of the main thread. */
export function quickJsModule(given?: WebAssembly.Module): Promise<WebAssembly.Module> {
  compiled ??= given === undefined ? compileModule() : Promise.resolve(given);
  return compiled;
}

async function compileModule(): Promise<WebAssembly.Module> {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  return WebAssembly.compile(await readFile(path));
}

/** An instance of the module with its functions, on a memory of its own. It prints nothing. */
export interface BareInstance {
  readonly module: QuickJSEmscriptenModule;
  readonly ffi: QuickJSFFI;
}

export async function instantiateQuickJs(memory: WebAssembly.Memory): Promise<BareInstance> {
  const [code, variant] = await Promise.all([quickJsModule(), quickJsVariant()]);
  const load = await moduleLoader(variant);
  const Ffi = await variant.importFFI();
  const options: EmscriptenModuleLoaderOptions & { print(): void; printErr(): void } = {
    wasmMemory: memory,
    print: () => {},
    printErr: () => {},
    instantiateWasm: (imports, onSuccess) => {
      const instance = new WebAssembly.Instance(code, imports);
      onSuccess(instance);
      return instance.exports;
    },
  };
  const module = await load(options);
  return { module, ffi: new Ffi(module) };
}

/** The package is typed as a module of the other module system, whose default export lies one level deeper. */
async function quickJsVariant(): Promise<QuickJSSyncVariant> {
  const found: { default: unknown } = await import('@jitl/quickjs-wasmfile-release-sync');
  // Either form holds exactly this interface.
  return ('importFFI' in Object(found.default) ? found.default : Object(found.default).default) as QuickJSSyncVariant;
}

/** The loader, however the module system of the build has wrapped it. */
async function moduleLoader(variant: QuickJSSyncVariant): Promise<EmscriptenModuleLoader<QuickJSEmscriptenModule>> {
  let found = await variant.importModuleLoader();
  while (typeof found !== 'function') found = found.default;
  return found;
}
