import type { JsonObject } from '../../kernel/index.js';
import type { Sql } from '../../store/sql.js';
import type { AccessNumbers } from './access-numbers.js';
import { groupNames, type ResourceConfiguration, type ResourceGroup, resourceGroup } from './resource-groups.js';

/** The pools of access numbers as people look at them: `{name, strategy, members, total, available}`. */
export class PoolDirectory {
  constructor(private readonly parts: { database: Sql; access: AccessNumbers; configuration: ResourceConfiguration }) {}

  /** All pools by name. */
  async all(): Promise<JsonObject[]> {
    const { configuration } = this.parts;
    const groups = groupNames(configuration).map((name) => resourceGroup(configuration, name));
    return Promise.all(groups.map((group) => this.#described(group)));
  }

  /** @returns undefined when there is no pool of that name */
  async find(name: string): Promise<JsonObject | undefined> {
    const { configuration } = this.parts;
    if (!groupNames(configuration).includes(name)) return undefined;
    return this.#described(resourceGroup(configuration, name));
  }

  async #described(group: ResourceGroup): Promise<JsonObject> {
    const { name, strategy, members, bookingSeconds, backup } = group;
    const { total, available } = await this.parts.access.health(this.parts.database, group);
    return {
      ...{ name, strategy, members: [...members], total, available },
      ...(bookingSeconds !== undefined && { bookingExpirationTimeout: bookingSeconds }),
      ...(backup !== undefined && { backup }),
    };
  }
}
