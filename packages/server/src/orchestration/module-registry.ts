import type { ActionDescriptor } from '@ringback/scxml';
import { RingbackError } from '../kernel/index.js';
import type { ActionDefinition, ActionModule, SessionFunction, SessionLookup } from './action-module.js';

export interface FoundAction {
  module: ActionModule;
  definition: ActionDefinition;
  /** What the action's events are named after. */
  event: string;
}

/** The modules that applications may use, and what the engine has to know of them. */
export class ModuleRegistry {
  readonly #modules: ActionModule[] = [];

  add(module: ActionModule): this {
    this.#modules.push(module);
    return this;
  }

  /** The executable content of all modules, for the engine. */
  descriptors(): ActionDescriptor[] {
    const named = this.#modules.filter(({ isInternal }) => !isInternal);
    return named.flatMap((module) =>
      Object.entries(module.actions).map(([name, { attributes, children }]) => ({
        namespaces: [...module.namespaces],
        name,
        attributes: { ...attributes },
        ...(children && { children: [...children] }),
      })),
    );
  }

  action(namespace: string, name: string): FoundAction {
    const module = this.#modules.find(({ namespaces }) => namespaces.includes(namespace));
    const definition = module?.actions[name];
    if (!module || !definition)
      throw new RingbackError('unknown-action', `There is no action ${name} in ${namespace}.`);
    return { module, definition, event: definition.event ?? `${module.prefix}.${name}` };
  }

  /** A function of `_genesys`, and what its error event is named after: `interaction.setudata` for `ixn.setuData`. */
  function(operation: string): { name: string; run: SessionFunction } {
    for (const module of this.#modules) {
      const run = module.functions?.[operation];
      if (run) return { name: `${module.prefix}.${operation.replace(/^.*\./, '').toLowerCase()}`, run };
    }
    throw new RingbackError('unknown-function', `There is no function ${operation}.`);
  }

  /** A function of `_genesys` that answers something. */
  lookup(operation: string): SessionLookup | undefined {
    for (const { lookups } of this.#modules) if (lookups?.[operation]) return lookups[operation];
    return undefined;
  }
}
