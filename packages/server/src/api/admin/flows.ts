import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { instant } from '../../kernel/index.js';
import { attempt, bytesOf } from '../http/body-parsers.js';
import { charsetOf, decode } from '../http/text.js';
import { RequestError, sendFailure } from '../http.js';
import { asProblem, problemSchema } from '../problem.js';
import { pageOf, pagingParameters, readPage, sendPage } from './paging.js';

/** A finding about a document. */
export interface FlowDiagnostic {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  url: string;
  line: number;
  column: number;
  remedy?: string;
}

export interface StoredFlow {
  flow: string;
  version: number;
  /** Address of the main document, a key of `documents`. */
  main: string;
  documents: Readonly<Record<string, string>>;
  origin: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** The call-flow applications; the orchestration's flow library is this. */
export interface FlowShelf {
  put(
    flow: string,
    main: string,
    documents: Record<string, string>,
  ): Promise<{ version?: number; created?: boolean; diagnostics: FlowDiagnostic[] }>;
  latest(flow: string): Promise<StoredFlow | undefined>;
  list(): Promise<StoredFlow[]>;
  remove(flow: string): Promise<boolean>;
}

interface Named {
  Params: { name: string };
}

const XML_TYPES = ['application/scxml+xml', 'text/xml', 'application/xml'];
const SCXML = 'application/scxml+xml';
/** Bytes of one document; the engine reads as many characters. */
const LARGEST_DOCUMENT = 4 * 1024 * 1024;
/** Applications made by tools have dozens of sub-documents and libraries, in folders. */
const UPLOAD = {
  ...{ fields: 500, files: 500, fieldBytes: LARGEST_DOCUMENT, fileBytes: LARGEST_DOCUMENT },
  keepPaths: true,
};
const tags = ['flows'];
const params = Type.Object({ name: Type.String() });
const FLOW_NAME = /^[\w.-]{1,100}$/;
const absent = { 404: { ...problemSchema, description: 'There is no such flow' } };
const summary = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  origin: Type.String({ description: 'shipped, uploaded, or fetched from the address that is its name' }),
  createdAt: Type.String(),
});

/** `/flows`: SCXML applications as immutable versions (interface.md, section 4). */
export function registerFlows(app: FastifyInstance, shelf: FlowShelf): void {
  app.addContentTypeParser(XML_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => decode(bytesOf(body), charsetOf(request.headers['content-type'])));
  });

  app.get(
    '/flows',
    {
      config: { deed: 'read configuration' },
      schema: {
        tags,
        summary: 'List call-flow applications',
        querystring: Type.Object(pagingParameters),
        response: { 200: Type.Array(summary) },
      },
    },
    async (request, reply) => {
      const flows = (await shelf.list()).map((flow) => [flow.flow, flow] as const);
      const sorted = flows.sort(([left], [right]) => (left < right ? -1 : 1));
      const { items, next } = pageOf(sorted, readPage(request));
      return sendPage(
        request,
        reply,
        items.map(([, flow]) => shownFlow(flow)),
        next,
      );
    },
  );

  app.get<Named>(
    '/flows/:name',
    {
      config: { deed: 'read configuration' },
      schema: {
        tags,
        summary: 'Read the latest version of a flow',
        params,
        response: { 200: Type.Unknown(), ...absent },
      },
    },
    async (request, reply) => {
      const flow = await shelf.latest(request.params.name);
      if (!flow) return reply.callNotFound();
      if (request.headers.accept?.includes('xml')) return reply.type(SCXML).send(flow.documents[flow.main] ?? '');
      return { ...shownFlow(flow), main: flow.main, documents: flow.documents };
    },
  );

  app.put<Named>(
    '/flows/:name',
    {
      config: { deed: 'change services', multipart: UPLOAD },
      bodyLimit: LARGEST_DOCUMENT,
      schema: {
        tags,
        summary: 'Store a new version of a flow',
        description:
          'The document as application/scxml+xml, or multipart/form-data with sub-documents and scripts: the part `main`, or the file `<name>.scxml`, is the main document; other parts are named by the path under which it refers to them.',
        consumes: [SCXML, 'application/xml', 'text/xml', 'multipart/form-data'],
        params,
        body: Type.String(),
        response: {
          200: summary,
          201: summary,
          422: { ...problemSchema, description: 'Every error with line and column' },
        },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const { main, documents } = documentsOf(request, name);
      const { version, created, diagnostics } = await shelf.put(name, main, documents);
      if (version === undefined) return refuse(request, reply, diagnostics);
      if (created) reply.code(201).header('location', request.url);
      return { name, version, warnings: diagnostics.map(shownDiagnostic) };
    },
  );

  app.delete<Named>(
    '/flows/:name',
    {
      config: { deed: 'change services' },
      schema: { tags, summary: 'Delete a flow; running sessions keep their version', params, response: absent },
    },
    async (request, reply) =>
      (await shelf.remove(request.params.name)) ? reply.code(204).send() : reply.callNotFound(),
  );
}

/** Uploaded documents have addresses of their own, so that they refer to each other by relative paths. */
function addressOf(flow: string, path: string): string {
  return new URL(path, `ringback:/flows/${flow}/`).href;
}

function documentsOf(request: FastifyRequest, flow: string): { main: string; documents: Record<string, string> } {
  if (!FLOW_NAME.test(flow)) {
    throw new RequestError(
      422,
      'invalid-name',
      `"${flow}" is no name for a flow: use letters, digits, ".", "-" and "_".`,
    );
  }
  const mainPath = `${flow}.scxml`;
  const main = addressOf(flow, mainPath);
  if (typeof request.body === 'string') return { main, documents: { [main]: request.body } };
  if (!request.isMultipart()) {
    throw new RequestError(415, 'unsupported-media-type', `Send the document as ${SCXML}, or as multipart/form-data.`);
  }
  const parts = new Map<string, string>();
  for (const [field, values] of Object.entries(request.formValues ?? {})) parts.set(field, values.at(-1) ?? '');
  for (const { field, filename, content } of request.uploads) {
    parts.set(field.includes('.') || field === 'main' ? field : filename, decode(content, 'utf-8'));
  }
  const mainPart = mainPartOf([...parts.keys()], mainPath);
  if (mainPart === undefined) {
    throw new RequestError(422, 'missing-main', `No part is the main document: name it "main" or "${mainPath}".`);
  }
  const documents: Record<string, string> = {};
  for (const [path, text] of parts) documents[path === mainPart ? main : addressOf(flow, path)] = text;
  return { main, documents };
}

function mainPartOf(paths: readonly string[], expected: string): string | undefined {
  const charts = paths.filter((path) => path.endsWith('.scxml'));
  return paths.find((path) => path === 'main' || path === expected) ?? (charts.length === 1 ? charts[0] : undefined);
}

function refuse(request: FastifyRequest, reply: FastifyReply, diagnostics: readonly FlowDiagnostic[]): FastifyReply {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(shownDiagnostic);
  const [first] = errors;
  const message = first?.message.replace(/\.$/, '');
  const where = first ? `line ${first.line}, column ${first.column}: ${message}` : 'it has errors';
  const detail = `The flow is not stored: ${where}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}.`;
  return sendFailure(reply, request, { status: 422, code: 'invalid-flow', detail, errors }, asProblem);
}

function shownDiagnostic({ severity, code, message, url, line, column, remedy }: FlowDiagnostic) {
  const name = url.split('/').at(-1) ?? url;
  const advice = remedy === undefined ? {} : { remedy };
  return { pointer: '', detail: message, message, severity, code, document: name, line, column, ...advice };
}

function shownFlow({ flow, version, origin, createdAt }: StoredFlow) {
  return { name: flow, version, origin, createdAt: instant(createdAt) };
}
