import type { LanguageExtension } from '@ringback/scxml';
import type { ActionModule } from './action-module.js';
import { ModuleRegistry } from './module-registry.js';
import { type ModuleParts, ownModules } from './modules/index.js';
import { PRELUDE } from './prelude.js';

/** What the server adds to the language, for tools that check and draw documents without a server. */
export function languageExtension(modules: readonly ActionModule[] = []): LanguageExtension {
  const registry = new ModuleRegistry();
  // Only what the modules say of their elements is read; nothing is carried out, so nothing is there to do it with.
  const nothing = {} as ModuleParts;
  for (const module of [...ownModules(nothing), ...modules]) registry.add(module);
  return { actions: registry.descriptors(), prelude: PRELUDE };
}
