import { RingbackError } from '../kernel/index.js';
import { type Capacity, readCapacity } from './capacity.js';
import type { OfficeHours } from './office-hours.js';
import { type OptionMap, readOfficeHours, type ServiceLookup } from './office-hours-options.js';

interface Known<T> {
  value: T;
  /** The option objects that were read for it: as long as all are still in place, the value is current. */
  from: readonly [name: string, options: OptionMap | undefined][];
}

/**
 * The office-hours and capacity services of the configuration, read once per version of their options. A configured
 * object is replaced as a whole when it changes, so that its identity tells whether what was read is current.
 */
export class Calendar {
  readonly #hours = new Map<string, Known<OfficeHours>>();
  readonly #capacities = new Map<string, Known<Capacity>>();

  constructor(private readonly lookup: ServiceLookup) {}

  /** @throws RingbackError `unknown-office-hours`, `invalid-office-hours`, `unknown-time-zone` */
  officeHours(name: string): OfficeHours {
    return this.#current(this.#hours, name, (lookup) => readOfficeHours(name, lookup));
  }

  /** @throws RingbackError `unknown-capacity`, `invalid-capacity`, `capacity-exceeds-maximum`, `unknown-time-zone` */
  capacity(name: string): Capacity {
    return this.#current(this.#capacities, name, (lookup) => {
      const options = lookup(name);
      if (!options) throw new RingbackError('unknown-capacity', `The capacity service [${name}] is not configured.`);
      return readCapacity(name, options);
    });
  }

  #current<T>(cache: Map<string, Known<T>>, name: string, read: (lookup: ServiceLookup) => T): T {
    const known = cache.get(name);
    if (known?.from.every(([service, options]) => this.lookup(service) === options)) return known.value;
    const from: [string, OptionMap | undefined][] = [];
    const value = read((service) => {
      const options = this.lookup(service);
      from.push([service, options]);
      return options;
    });
    cache.set(name, { value, from });
    return value;
  }
}
