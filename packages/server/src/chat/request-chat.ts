import { newId } from '../kernel/index.js';
import { type BuiltinService, type ServiceRecords, type Storage, secondsToLive } from '../services/index.js';
import type { Database } from '../store/index.js';

const USUAL_TTL_S = 36_000;

/** The template of services that start chats, as it stands in their records. */
export const CHAT_TEMPLATE = 'request-chat';

/** `request-chat`: keeps what the customer says, and answers where the chat is started (gms-services.md 3.8). */
export function requestChat(parts: {
  database: Database;
  records: ServiceRecords;
  storage: Storage;
  /** Path at which the chat of a service is started. */
  pathOf: (id: string) => string;
}): BuiltinService {
  const { database, records, storage, pathOf } = parts;
  return {
    method: 'create',
    run: async ({ name, options, request }) => {
      const id = newId();
      const ttl = secondsToLive(options, USUAL_TTL_S);
      await database.transaction(async (tx) => {
        const data = await storage.create(tx, request.userData, ttl);
        await records.create(tx, { id, name, storage: data, template: CHAT_TEMPLATE }, ttl);
      });
      return { status: 200, body: { '_chatIxnAPI-CREATE-URL': pathOf(id), _id: id } };
    },
  };
}
