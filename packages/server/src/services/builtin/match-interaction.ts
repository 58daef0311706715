import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Database } from '../../store/index.js';
import type { AccessDesk } from '../access/access-desk.js';
import type { MatchedService } from '../access/access-numbers.js';
import { effectiveParameters, isYes, textOf } from '../parameter-rules.js';
import type { Storage } from '../storage.js';
import type { BuiltinService } from './builtin-service.js';

/** `match-interaction`: which service a call that has arrived belongs to (gms-services.md 3.3). */
export function matchInteraction(parts: {
  database: Database;
  desk: AccessDesk;
  storage: Storage;
  /** Ends a service and deletes what is stored of it. */
  remove: (id: string) => Promise<boolean>;
  /** Address at which a stored file can be fetched. */
  fileUrl: (service: string, key: string) => string;
}): BuiltinService {
  const { database, desk, storage, remove, fileUrl } = parts;

  async function described(match: MatchedService, withData: boolean): Promise<JsonObject> {
    const data = withData ? await storage.list(database, match.storage) : undefined;
    const members = [...(data ?? [])].map(([key, text]) => [key, text ?? fileUrl(match.service, key)] as const);
    return { _id: match.service, _data_id: match.storage, ...Object.fromEntries(members) };
  }

  return {
    method: 'create',
    run: async ({ options, request }) => {
      const parameters = effectiveParameters(options, request.parameters);
      const number = textOf(parameters._access_number);
      if (number === undefined) {
        throw new RingbackError('missing-parameter', 'Missing mandatory parameter _access_number');
      }
      const code = textOf(parameters._access_code);
      const phone = textOf(parameters._phone_number);
      const several = isYes(parameters._return_multiple_matches);
      const withData = isYes(parameters._return_data) || isYes(parameters._return_user_data);
      const call = { number, ...(code !== undefined && { code }), ...(phone !== undefined && { phone }) };
      const found = await desk.match(database, call, several);
      if (found.length === 0) throw new RingbackError('no-match', 'No matching service found');
      const bodies = await Promise.all(found.map((match) => described(match, withData)));
      if (isYes(parameters._delete_service)) for (const { service } of found) await remove(service);
      return { status: 200, body: several ? { matches: bodies } : (bodies[0] ?? {}) };
    },
  };
}
