import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Database } from '../../store/index.js';
import type { AccessDesk, LiveService } from '../access/access-desk.js';
import { effectiveParameters, textOf } from '../parameter-rules.js';
import type { BuiltinService } from './builtin-service.js';

/** `request-access`: access information for a service that is running, builtin or not (gms-services.md 3.2). */
export function requestAccess(parts: {
  database: Database;
  desk: AccessDesk;
  /** The running service of an id; undefined when there is none. */
  liveService: (id: string) => Promise<LiveService | undefined>;
}): BuiltinService {
  const { database, desk, liveService } = parts;
  return {
    method: 'create',
    run: async ({ options, request }) => {
      const id = textOf(request.parameters._id);
      if (id === undefined) throw new RingbackError('missing-parameter', 'Missing mandatory parameter _id');
      const timeout = usableSeconds(request.parameters._booking_expiration_timeout);
      const parameters: JsonObject = {
        ...effectiveParameters(withoutPlaceholders(options), request.parameters),
        // For this one parameter the request comes first, against the rule.
        ...(timeout !== undefined && { _booking_expiration_timeout: timeout }),
      };
      const service = await liveService(id);
      if (!service) throw new RingbackError('unknown-service-id', `No service with id ${id}`);
      return { status: 200, body: await database.transaction((tx) => desk.give(tx, service, parameters)) };
    },
  };
}

/** The original's template writes the word `undefined` where no number is meant. */
function withoutPlaceholders(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (options._phone_number !== 'undefined') return options;
  const { _phone_number, ...others } = options;
  return others;
}

/** What is no number is ignored, so that the option counts. */
function usableSeconds(value: JsonObject[string] | undefined): string | undefined {
  const text = textOf(value);
  return text !== undefined && Number.isFinite(Number(text)) ? text : undefined;
}
