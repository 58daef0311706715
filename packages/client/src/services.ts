import type { Connection } from './connection.js';
import { isRecord } from './failure.js';

export interface ServiceAnswer {
  id: string;
  /** Every member of the answer. */
  facts: Readonly<Record<string, unknown>>;
}

/** Configured services of the Service API: created, asked, and deleted. */
export class Services {
  constructor(private readonly connection: Connection) {}

  /** Creates a service by its configured name. Parameters begin with `_`; the rest is stored as user data. */
  async create(service: string, parameters: Readonly<Record<string, string>> = {}): Promise<ServiceAnswer> {
    return this.#post(`/genesys/1/service/${encodeURIComponent(service)}`, parameters);
  }

  /** Sends a request to a service that was created: its application answers. */
  async request(
    id: string,
    request: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<ServiceAnswer> {
    return this.#post(`/genesys/1/service/${encodeURIComponent(id)}/${encodeURIComponent(request)}`, parameters);
  }

  /** Reads a service that needs no creation, such as office hours. */
  async read(service: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.connection.call(`/genesys/1/service/${encodeURIComponent(service)}`, { query });
  }

  async delete(id: string): Promise<void> {
    await this.connection.call(`/genesys/1/service/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  async #post(path: string, json: object): Promise<ServiceAnswer> {
    const answer = await this.connection.call(path, { method: 'POST', json });
    const facts = isRecord(answer) ? answer : {};
    return { id: typeof facts._id === 'string' ? facts._id : '', facts };
  }
}
