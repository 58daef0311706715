import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { JsonObject, JsonValue } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { queryText } from './paging.js';

/** What the export reads. */
export interface ReportSource {
  columns: readonly string[];
  records(range: { from?: number; to?: number; service?: string; finalOnly?: boolean }): AsyncIterable<JsonObject>;
}

const CSV = 'text/csv; charset=utf-8';
const NDJSON = 'application/x-ndjson; charset=utf-8';
/** Cells that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const PHONE = /^\+\d+$/;

/** `GET /callbacks/report`: the records of Callback reporting (`_CB_*`) as NDJSON, or as CSV. */
export function registerCallbackReport(app: FastifyInstance, source: ReportSource): void {
  app.get(
    '/callbacks/report',
    {
      config: { deed: 'watch' },
      schema: {
        tags: ['callbacks'],
        summary: 'Export the reporting records of callbacks, oldest first: NDJSON, or CSV by `format` or Accept',
        querystring: Type.Object({
          from: Type.Optional(Type.String({ description: 'ISO 8601; default: the beginning' })),
          to: Type.Optional(Type.String({ description: 'ISO 8601, not included; default: no end' })),
          service: Type.Optional(Type.String()),
          final: Type.Optional(Type.String({ description: '`true`: only what became of callbacks' })),
          format: Type.Optional(Type.String({ description: 'ndjson or csv' })),
        }),
        response: { 400: { ...problemSchema, description: 'A parameter is wrong' } },
      },
    },
    async (request, reply) => {
      const from = timeOf(request, 'from');
      const to = timeOf(request, 'to');
      const service = queryText(request, 'service');
      const records = source.records({
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(service !== undefined && { service }),
        finalOnly: queryText(request, 'final')?.toLowerCase() === 'true',
      });
      const isCsv = formatOf(request) === 'csv';
      reply.type(isCsv ? CSV : NDJSON);
      if (isCsv) reply.header('content-disposition', 'attachment; filename="callbacks.csv"');
      return reply.send(Readable.from(isCsv ? csv(source.columns, records) : ndjson(records)));
    },
  );
}

function formatOf(request: FastifyRequest): 'csv' | 'ndjson' {
  const format = queryText(request, 'format');
  if (format === undefined) return request.headers.accept?.includes('text/csv') ? 'csv' : 'ndjson';
  if (format === 'csv' || format === 'ndjson') return format;
  throw new RequestError(400, 'invalid-parameter', `format is ${format}; right is ndjson or csv.`);
}

function timeOf(request: FastifyRequest, name: string): number | undefined {
  const text = queryText(request, name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new RequestError(400, 'invalid-parameter', `${name} is ${text}; right is a time of ISO 8601.`);
  return at;
}

async function* ndjson(records: AsyncIterable<JsonObject>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

async function* csv(columns: readonly string[], records: AsyncIterable<JsonObject>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const record of records) yield `${columns.map((name) => cell(record[name])).join(',')}\r\n`;
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && FORMULA.test(text) && !PHONE.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || PHONE.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
