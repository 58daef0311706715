import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { instant, isObject } from '../../kernel/index.js';
import {
  type CallingLists,
  changeColumns,
  exportRecords,
  type Importer,
  type ImportProgress,
  importsOf,
  type ListRecord,
  RecordStatus,
  recordColumns,
} from '../../outbound/list/index.js';
import type { Database } from '../../store/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { jsonBody } from './body.js';
import { pagingParameters, queryText, readPage, sendPage } from './paging.js';
import { acceptFiles, fileTypes, sendFile, sentFile, wantedFormat } from './record-file.js';
import { registerRecordTerms } from './record-terms.js';

/** What the routes of records need. */
export interface CallingListDesk {
  database: Database;
  lists: CallingLists;
  importer: Importer;
  /** The handles of records that campaign groups hold, by `record_id`; the dialer gives them out. */
  handlesOf: (list: string, records: readonly ListRecord[]) => Promise<ReadonlyMap<number, number>>;
}

interface InList {
  Params: { name: string };
}

interface OfRecord {
  Params: { name: string; record: string };
}

const tags = ['calling-lists'];
const params = Type.Object({ name: Type.String() });
const recordParams = Type.Object({ name: Type.String(), record: Type.String({ description: 'record_id' }) });
const record = Type.Object(
  {
    record_id: Type.Optional(Type.Integer()),
    contact_info: Type.Optional(Type.String()),
    chain_id: Type.Optional(Type.Integer()),
    chain_n: Type.Optional(Type.Integer()),
    record_handle: Type.Optional(Type.Integer({ description: 'While a campaign group holds the record' })),
  },
  { additionalProperties: true, description: 'The mandatory columns and the custom ones, by name' },
);
const report = Type.Object({
  id: Type.String({ description: 'Of the import' }),
  inserted: Type.Integer(),
  rejected: Type.Integer(),
  errors: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() })),
});
const absent = { 404: { ...problemSchema, description: 'There is no such list or record' } };
const held = { 409: { ...problemSchema, description: 'A campaign group holds the record' } };
const refused = { 422: { ...problemSchema, description: 'The record or the file would be wrong' } };

const MOST_IMPORTS = 50;
/** What a change by hand may set `record_status` to: back to the beginning, or out of the way. */
const SETTABLE: readonly unknown[] = [RecordStatus.Ready, RecordStatus.Cancelled];

/** `/calling-lists/{name}/records` and what belongs to it (interface.md, section 4). */
export async function registerCallingLists(app: FastifyInstance, desk: CallingListDesk): Promise<void> {
  await app.register(async (scope) => {
    acceptFiles(scope);
    registerLoading(scope, desk);
  });
  registerReading(app, desk);
  registerRecordTerms(app);
  registerChanges(app, desk);
}

function registerLoading(app: FastifyInstance, { database, lists, importer }: CallingListDesk): void {
  app.post<InList>(
    '/calling-lists/:name/records',
    {
      config: { deed: 'change the floor' },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        tags,
        summary: 'Import records as a stream, or add one',
        description:
          'A file has a header line (CSV) or one object per line (JSON lines). One bad line rejects that line alone. A JSON object is one record, with the columns that a line may have.',
        consumes: [...fileTypes, 'application/json'],
        params,
        querystring: Type.Object({
          after_line: Type.Optional(
            Type.Integer({ minimum: 0, description: 'Lines up to this one are passed over: an import goes on' }),
          ),
        }),
        response: { 200: report, 201: record, ...absent, ...refused },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const file = sentFile(request);
      if (!file) {
        const attributes = jsonBody(request);
        if (!isObject(attributes)) throw new RequestError(422, 'invalid-content', 'The body must be one record.');
        const added = await database.transaction((tx) => lists.add(tx, name, attributes, { as: 'columns' }));
        return reply.code(201).send(recordColumns(added));
      }
      return importer.import({
        ...file,
        list: name,
        by: request.identity?.name,
        afterLine: wholeNumber(request, 'after_line'),
      });
    },
  );
}

function registerReading(app: FastifyInstance, desk: CallingListDesk): void {
  const { database, lists } = desk;
  app.get<InList>(
    '/calling-lists/:name/records',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'Read records, or export the list',
        description: 'With Accept: text/csv or application/x-ndjson (or format=csv, format=ndjson) the whole list.',
        params,
        querystring: Type.Object({
          record_id: Type.Optional(Type.Integer()),
          phone: Type.Optional(Type.String({ description: 'In any notation' })),
          chain_id: Type.Optional(Type.Integer()),
          customer_id: Type.Optional(Type.String()),
          format: Type.Optional(Type.String({ description: 'json, csv or ndjson' })),
          ...pagingParameters,
        }),
        response: { 200: Type.Array(record), ...absent },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!lists.settings(name)) return reply.callNotFound();
      const format = wantedFormat(request);
      if (format) return sendFile(reply, format, name, Readable.from(exportRecords(lists, name, format)));
      const { limit, cursor } = readPage(request);
      const records = await lists.contents.page({
        ...{ list: name, limit: limit + 1, after: Number(cursor ?? 0) },
        recordId: wholeNumber(request, 'record_id'),
        chainId: wholeNumber(request, 'chain_id'),
        phone: queryText(request, 'phone'),
        customerId: queryText(request, 'customer_id'),
      });
      const page = records.slice(0, limit);
      const next = records.length > limit ? page.at(-1)?.recordId : undefined;
      return sendPage(request, reply, await shown(desk, name, page), next?.toString());
    },
  );

  app.get<OfRecord>(
    '/calling-lists/:name/records/:record',
    {
      config: { deed: 'watch' },
      schema: { tags, summary: 'Read a record', params: recordParams, response: { 200: record, ...absent } },
    },
    async (request, reply) => {
      const found = await recordOf(lists, request.params);
      return found ? (await shown(desk, found.list, [found]))[0] : reply.callNotFound();
    },
  );

  app.get<InList>(
    '/calling-lists/:name/imports',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'How imports stand, the latest first',
        params,
        response: { 200: Type.Array(Type.Object({}, { additionalProperties: true })), ...absent },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!lists.settings(name)) return reply.callNotFound();
      return (await importsOf(database, name, MOST_IMPORTS)).map(asProgress);
    },
  );

  app.get<InList>(
    '/calling-lists/:name/counts',
    {
      config: { deed: 'watch' },
      schema: {
        tags,
        summary: 'How many records have each type, status and result; reads the whole list',
        params,
        response: {
          200: Type.Array(
            Type.Object({
              record_type: Type.Integer(),
              record_status: Type.Integer(),
              call_result: Type.Integer(),
              count: Type.Integer(),
            }),
          ),
          ...absent,
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!lists.settings(name)) return reply.callNotFound();
      return (await lists.contents.counts(name)).map(({ recordType, recordStatus, callResult, count }) => ({
        record_type: recordType,
        record_status: recordStatus,
        call_result: callResult,
        count,
      }));
    },
  );
}

function registerChanges(app: FastifyInstance, { database, lists }: CallingListDesk): void {
  app.patch<OfRecord>(
    '/calling-lists/:name/records/:record',
    {
      config: { deed: 'change the floor' },
      schema: {
        tags,
        summary: 'Change a record that no campaign group holds',
        description:
          'Columns by name. record_status 1 makes a processed record Ready again, 5 cancels it; null empties a column that may be empty.',
        params: recordParams,
        body: record,
        response: { 200: record, ...absent, ...held, ...refused },
      },
    },
    async (request, reply) => {
      const changes = jsonBody(request);
      if (!isObject(changes)) throw new RequestError(422, 'invalid-content', 'The body must be an object of columns.');
      const status = settableStatus(changes.record_status);
      const changed = await database.transaction(async (tx) => {
        const found = await recordOf(lists, request.params, tx);
        if (!found) return undefined;
        refuseHeld(found);
        const next = changeColumns(found, changes, lists.settings(found.list));
        await lists.store(tx, [{ ...next, recordStatus: status ?? next.recordStatus }], undefined, { reopen: true });
        return recordOf(lists, request.params, tx);
      });
      return changed ? recordColumns(changed) : reply.callNotFound();
    },
  );

  app.delete<InList>(
    '/calling-lists/:name/records',
    {
      config: { deed: 'change the floor' },
      schema: {
        tags,
        summary: 'Delete all records of a list',
        params,
        response: { 200: Type.Object({ deleted: Type.Integer() }), ...absent, ...held },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      // A list that was taken out of the configuration may have left records behind.
      if (!lists.settings(name) && !(await lists.contents.hasRecords(name))) return reply.callNotFound();
      return { deleted: await lists.contents.deleteRecords(name) };
    },
  );
}

/**
 * Refuses to delete a list that has records: they would be out of sight, and dialed again under the next list of that
 * name. Its records are deleted first, explicitly.
 * @throws RequestError 409
 */
export async function refuseIfInUse(lists: CallingLists, name: string): Promise<void> {
  if (!(await lists.contents.hasRecords(name))) return;
  const remedy = `DELETE /api/v1/calling-lists/${encodeURIComponent(name)}/records`;
  throw new RequestError(
    409,
    'list-has-records',
    `The calling list "${name}" has records: delete them first (${remedy}).`,
  );
}

async function shown(
  { handlesOf }: CallingListDesk,
  list: string,
  records: readonly ListRecord[],
): Promise<Record<string, string | number>[]> {
  const heldOnes = records.filter(({ recordStatus }) => recordStatus === RecordStatus.Retrieved);
  const handles = heldOnes.length > 0 ? await handlesOf(list, heldOnes) : new Map<number, number>();
  return records.map((one) => {
    const handle = handles.get(one.recordId);
    return { ...recordColumns(one), ...(handle !== undefined && { record_handle: handle }) };
  });
}

async function recordOf(
  lists: CallingLists,
  { name, record: id }: OfRecord['Params'],
  sql?: Parameters<CallingLists['find']>[1],
): Promise<ListRecord | undefined> {
  if (!/^\d{1,15}$/.test(id)) return undefined;
  return (await lists.find({ recordId: Number(id), lists: [name] }, sql))[0];
}

function refuseHeld({ recordStatus, recordId }: ListRecord): void {
  if (recordStatus !== RecordStatus.Retrieved) return;
  const detail = `A campaign group holds record ${recordId}: it is changed by its handle (/ocs/records/{record_handle}).`;
  throw new RequestError(409, 'record-held', detail);
}

function settableStatus(value: unknown): ListRecord['recordStatus'] | undefined {
  if (value === undefined) return undefined;
  const status = [RecordStatus.Ready, RecordStatus.Cancelled].find((one) => one === value || String(one) === value);
  if (status !== undefined) return status;
  const detail = `is ${JSON.stringify(value)}, must be one of ${SETTABLE.join(', ')}`;
  throw new RequestError(422, 'invalid-content', `record_status ${detail}.`, [{ pointer: '/record_status', detail }]);
}

function wholeNumber(request: FastifyRequest, name: string): number | undefined {
  const text = queryText(request, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const detail = `is "${text}", must be a whole number`;
  throw new RequestError(400, 'invalid-request', `The parameter ${name} ${detail}.`, [{ pointer: `/${name}`, detail }]);
}

function asProgress({ startedAt, changedAt, totalBytes, startedBy, ...progress }: ImportProgress) {
  return {
    ...progress,
    startedAt: instant(startedAt),
    changedAt: instant(changedAt),
    ...(totalBytes !== undefined && { totalBytes }),
    ...(startedBy !== undefined && { startedBy }),
  };
}
