import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { ContactType, callResultNames, RecordStatus, RecordType } from '../../outbound/index.js';

const names = Type.Record(Type.String(), Type.String(), { description: 'Names by number' });

/** `GET /record-terms`: the original's words for the columns of records that are numbers. */
export function registerRecordTerms(app: FastifyInstance): void {
  const terms = {
    record_type: byNumber(RecordType),
    record_status: byNumber(RecordStatus),
    call_result: Object.fromEntries(callResultNames.entries()),
    contact_info_type: byNumber(ContactType),
  };
  app.get(
    '/record-terms',
    {
      config: { deed: 'watch' },
      schema: {
        tags: ['calling-lists'],
        summary: 'Read the names of record types, record statuses, call results and types of numbers',
        response: {
          200: Type.Object({
            record_type: names,
            record_status: names,
            call_result: names,
            contact_info_type: names,
          }),
        },
      },
    },
    async () => terms,
  );
}

function byNumber(values: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [String(value), name]));
}
