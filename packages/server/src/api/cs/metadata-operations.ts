import {
  attributeSchemaView,
  ContextError,
  type ExtensionSubject,
  extensionNotFound,
  extensionSchemaView,
  findExtension,
  findKey,
  identificationKeyView,
} from '../../context/index.js';
import { type Operation, ucsOperation } from './operation.js';

/** What is defined: profile schema, extensions, identification keys, Business Attributes. */
export const metadataOperations: readonly Operation[] = [
  ucsOperation('GET /metadata/profiles', 'Metadata.queryProfileSchema', 'read', async ({ context, tenant }) => {
    const { profile } = await context.metadata.of(tenant);
    return { status: 200, body: { attributes: profile.map(attributeSchemaView) } };
  }),
  ucsOperation('POST /metadata/profiles', 'Metadata.updateProfileSchema', 'write', async (call) => {
    const attributes = await call.context.metadata.addProfileAttributes(call.tenant, call.object());
    return { status: 201, body: { attributes: attributes.map(attributeSchemaView) } };
  }),
  ucsOperation('POST /metadata/profiles/extensions', 'Metadata.createProfileExtensionSchema', 'write', async (call) => {
    const { name } = await call.context.metadata.createExtension(call.tenant, call.object());
    return { status: 201, headers: { location: `${call.base}/profiles/extensions/${name}` } };
  }),
  ucsOperation('GET /metadata/profiles/extensions', 'Metadata.queryProfileExtensionSchemas', 'read', async (call) => {
    const { extensions } = await call.context.metadata.of(call.tenant);
    return { status: 200, body: extensions.map(extensionSchemaView) };
  }),
  ucsOperation(
    'GET /metadata/profiles/extensions/:name',
    'Metadata.queryProfileExtensionSchema',
    'read',
    async (call) => {
      const found = findExtension(await call.context.metadata.of(call.tenant), call.part('name'));
      if (!found) throw extensionNotFound(call.part('name'));
      return { status: 200, body: extensionSchemaView(found) };
    },
  ),
  ucsOperation(
    'DELETE /metadata/profiles/extensions/:name',
    'Metadata.deleteProfileExtensionSchema',
    'write',
    async (call) => {
      await call.context.metadata.dropExtension(call.tenant, call.part('name'));
      return { status: 204 };
    },
  ),
  ucsOperation(
    'POST /metadata/identification-keys',
    'Metadata.createIdentificationKeySchema',
    'write',
    async (call) => {
      const { name } = await call.context.metadata.createKey(call.tenant, call.object());
      return { status: 201, headers: { location: `${call.base}/metadata/identification-keys/${name}` } };
    },
  ),
  ucsOperation('GET /metadata/identification-keys', 'Metadata.queryIdentificationKeysSchema', 'read', async (call) => {
    const { keys } = await call.context.metadata.of(call.tenant);
    return { status: 200, body: keys.map(identificationKeyView) };
  }),
  ucsOperation('GET /metadata/identification-keys/:name', 'Metadata.queryIdKeySchema', 'read', async (call) => {
    const name = call.part('name');
    const found = findKey(await call.context.metadata.of(call.tenant), name);
    if (!found) throw new ContextError('identification-key-not-found', `There is no key '${name}'.`, name);
    return { status: 200, body: identificationKeyView(found) };
  }),
  ucsOperation('DELETE /metadata/identification-keys/:name', 'Metadata.deleteIdKeySchema', 'write', async (call) => {
    await call.context.metadata.dropKey(call.tenant, call.part('name'));
    return { status: 204 };
  }),
  ...stepExtensionOperations('service'),
  ...stepExtensionOperations('state'),
  ...stepExtensionOperations('task'),
  ucsOperation('GET /metadata/business-attributes', 'Metadata.queryBusinessAttributes', 'read', async (call) => {
    const { attributes } = call.context;
    const field = call.query.text('cv-attribute');
    const found = field === undefined ? attributes.all(call.tenant) : attributes.ofField(call.tenant, field);
    // A view is made of JSON values alone; its interface only lacks the index signature.
    return { status: 200, body: JSON.parse(JSON.stringify(found)) };
  }),
  ucsOperation('GET /metadata/business-attributes/:name', 'Metadata.queryBusinessAttributes', 'read', async (call) => ({
    status: 200,
    body: { ...call.context.attributes.named(call.tenant, call.part('name')) },
  })),
];

/** Since 8.5 such extensions need no schema: one only tells which attributes identify a record of the extension. */
function stepExtensionOperations(subject: ExtensionSubject): Operation[] {
  const path = `/metadata/${subject}s/extensions`;
  const resource = { service: 'Service', state: 'State', task: 'Task' }[subject];
  return [
    ucsOperation(`POST ${path}`, `Metadata.create${resource}ExtensionSchema`, 'write', async (call) => {
      const name = await call.context.metadata.createStepExtension(call.tenant, subject, call.object());
      return { status: 201, headers: { location: `${call.base}${path}/${name}` } };
    }),
    ucsOperation(`GET ${path}`, `Metadata.query${resource}ExtensionSchemas`, 'read', async (call) => ({
      status: 200,
      body: (await call.context.metadata.stepExtensions(call.tenant, subject)).map(extensionSchemaView),
    })),
  ];
}
