import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import {
  type Configuration,
  ConfigurationFileError,
  kindNames,
  kinds,
  parseConfiguration,
  shown,
  warningsInFile,
} from '../../config/index.js';
import type { JsonObject, JsonValue } from '../../kernel/index.js';
import { attempt, bytesOf } from '../http/body-parsers.js';
import { charsetOf, decode } from '../http/text.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';

/** What the routes of configuration files need of the configuration. */
export type ConfigurationTarget = Pick<Configuration, 'apply' | 'storedOf'>;

const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];
const tags = ['configuration'];
const change = Type.Object({ kind: Type.String(), name: Type.String() });
const report = Type.Object({
  created: Type.Array(change),
  updated: Type.Array(change),
  unchanged: Type.Array(change),
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'Options that are set although they can have no effect here' }),
  ),
});

/** `POST /apply` takes a configuration file, `GET /export` gives one (`ringback apply`, `ringback export`). */
export async function registerConfigurationFile(
  app: FastifyInstance,
  configuration: ConfigurationTarget,
): Promise<void> {
  app.addContentTypeParser(YAML_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    attempt(done, () => decode(bytesOf(body), charsetOf(request.headers['content-type'])));
  });

  app.post(
    '/apply',
    {
      config: { deed: 'administer', audited: false },
      schema: {
        tags,
        summary: 'Apply a configuration file (YAML or JSON): all of it, or nothing',
        response: { 200: report, 422: { ...problemSchema, description: 'The file is wrong; nothing was changed' } },
      },
    },
    async (request) => {
      const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body ?? {});
      try {
        const parsed = parseConfiguration(text, 'the file');
        const applied = await configuration.apply(parsed, { by: request.identity?.name ?? 'nobody' });
        const warnings = warningsInFile(parsed);
        return { ...applied, ...(warnings.length > 0 && { warnings }) };
      } catch (error) {
        if (!(error instanceof ConfigurationFileError)) throw error;
        throw new RequestError(422, error.code, error.message, error.details);
      }
    },
  );

  app.get(
    '/export',
    {
      config: { deed: 'administer' },
      schema: {
        tags,
        summary: 'The configuration as a file; passwords are left out',
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async () => exported(configuration),
  );
}

function exported(configuration: ConfigurationTarget): JsonObject {
  const file: JsonObject = {};
  for (const kind of kindNames) {
    const { fileKey } = kinds[kind];
    const values: [string, JsonValue][] = [...configuration.storedOf(kind)].map(([name, { value }]) => [
      name,
      shown(kind, name, value, true),
    ]);
    if (kind === 'switch') {
      const [settings] = values;
      if (settings) file[fileKey] = settings[1];
    } else if (values.length > 0) {
      file[fileKey] = Object.fromEntries(values);
    }
  }
  return file;
}
