import { type JsonObject, newId } from '../../kernel/index.js';
import type { Database } from '../../store/index.js';
import type { AccessDesk } from '../access/access-desk.js';
import { effectiveParameters, isYes } from '../parameter-rules.js';
import { requireTemplate, type ServiceConfiguration } from '../service-configuration.js';
import { type ServiceRecords, secondsToLive } from '../service-records.js';
import type { Storage } from '../storage.js';
import type { BuiltinService } from './builtin-service.js';

const USUAL_TTL_S = 30;

/**
 * `request-interaction`, also called `app-to-connect-basic`: keeps what a customer's app says and hands out the number
 * to call, for a while (gms-services.md 3.1). It needs configured request-access and match-interaction services.
 */
export function requestInteraction(parts: {
  database: Database;
  configuration: ServiceConfiguration;
  records: ServiceRecords;
  storage: Storage;
  desk: AccessDesk;
}): BuiltinService {
  const { database, configuration, records, storage, desk } = parts;
  return {
    method: 'create',
    run: async ({ name, options, request }) => {
      requireTemplate(configuration, 'request-access');
      requireTemplate(configuration, 'match-interaction');
      const codeLength = desk.configuredCodeLength();
      const parameters: JsonObject = {
        ...(codeLength !== undefined && { _access_code_length: codeLength }),
        ...effectiveParameters(options, request.parameters),
      };
      const id = newId();
      const ttl = secondsToLive(options, USUAL_TTL_S);
      const body = await database.transaction(async (tx) => {
        const data = await storage.create(tx, request.userData, ttl);
        const record = { id, name, storage: data, template: 'request-interaction' };
        const ends = await records.create(tx, record, ttl);
        const answer = await desk.give(tx, { id, storage: data, ends }, parameters);
        const health = isYes(parameters._return_pool_health) && (await desk.health(tx, parameters));
        return { _id: id, ...answer, ...(health && { _pool_health: health }) };
      });
      return { status: 200, body };
    },
  };
}
