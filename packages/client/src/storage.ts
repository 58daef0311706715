import type { Connection } from './connection.js';
import { isRecord, RingbackFailure } from './failure.js';

/** What is stored: texts, and files. */
export type StoredValues = Readonly<Record<string, string | Blob>>;

/** Data kept on the server for some time, under an id that it gives. */
export class Storage {
  constructor(private readonly connection: Connection) {}

  /** @param seconds how long it is kept. @returns its id */
  async create(values: StoredValues, seconds: number): Promise<string> {
    const answer = await this.connection.call(`/genesys/1/storage/${seconds}`, {
      method: 'POST',
      body: formOf(values),
    });
    if (isRecord(answer) && typeof answer.id === 'string') return answer.id;
    throw new RingbackFailure({ status: 200, message: 'The server gave no id for what is stored.', body: answer });
  }

  /** Adds to what is stored, or replaces it key by key; it is kept for so long from now. */
  async update(id: string, values: StoredValues, seconds: number): Promise<void> {
    const path = `/genesys/1/storage/${encodeURIComponent(id)}/${seconds}`;
    await this.connection.call(path, { method: 'POST', body: formOf(values) });
  }

  /** All of it: files as their addresses. */
  async read(id: string): Promise<Record<string, string>> {
    const answer = await this.connection.call(`/genesys/1/storage/${encodeURIComponent(id)}`);
    const values = isRecord(answer) ? Object.entries(answer) : [];
    return Object.fromEntries(values.map(([key, value]) => [key, String(value)]));
  }

  async file(id: string, key: string): Promise<Blob> {
    const path = `/genesys/1/storage/binary/${encodeURIComponent(id)}/${encodeURIComponent(key)}`;
    return (await this.connection.send(path, { headers: { accept: '*/*' } })).blob();
  }

  async delete(id: string): Promise<void> {
    await this.connection.call(`/genesys/1/storage/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }
}

function formOf(values: StoredValues): FormData | URLSearchParams {
  const entries = Object.entries(values);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (texts.length === entries.length) return new URLSearchParams(texts);
  const form = new FormData();
  for (const [key, value] of entries) form.append(key, value);
  return form;
}
