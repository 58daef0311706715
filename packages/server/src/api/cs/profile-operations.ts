import { type ImportReport, importProfiles, invalid, missing, profilePages, profileView } from '../../context/index.js';
import type { JsonObject } from '../../kernel/index.js';
import { linesOf, readLines } from './lines.js';
import { type Answer, type Call, type Operation, ucsOperation } from './operation.js';

/** Bulk imports as one JSON array may be so large; as lines there is no limit. */
const LARGEST_ARRAY = 67_108_864;

/** Profiles (UCS REST API, "createProfile" to "mergeProfiles"; CS API, "Identify Customer"). */
export const profileOperations: readonly Operation[] = [
  profileOperation('POST /profiles', 'createCustomerProfile', 'work', async (call) => {
    const id = await call.context.profiles.create(call.tenant, call.object());
    const location = `${call.base}/profiles/${encodeURIComponent(id)}`;
    return { status: 201, body: { customer_id: id }, headers: { location } };
  }),
  profileOperation('GET /profiles', 'identifyCustomer', 'read', identify),
  {
    ...profileOperation('POST /profiles/import', 'importProfiles', 'write', async (call) => {
      const lines = call.stream ? readLines(call.stream) : linesOf(arrayOf(call));
      return { status: 200, body: reportView(await importProfiles(call.context.profiles, call.tenant, lines)) };
    }),
    bodyLimit: LARGEST_ARRAY,
  },
  profileOperation('GET /profiles/export', 'exportProfiles', 'write', async (call) => ({
    status: 200,
    body: { lines: exportProfiles(call), asArray: false },
  })),
  profileOperation('GET /profiles/:customer', 'queryCustomerProfile', 'read', async (call) => {
    const customer = call.part('customer');
    // The original's documentation has an example where the attributes to look for follow the path directly.
    if (customer.includes('=')) return identify(call);
    const extensions = call.query.list('extensions') ?? [];
    return { status: 200, body: await call.context.profiles.get(call.tenant, customer, extensions) };
  }),
  profileOperation('PUT /profiles/:customer', 'updateCustomerProfile', 'work', async (call) => {
    await call.context.profiles.update(call.tenant, call.part('customer'), call.object());
    return { status: 204 };
  }),
  profileOperation('DELETE /profiles/:customer', 'deleteCustomerProfile', 'write', async (call) => {
    await call.context.profiles.delete(call.tenant, call.part('customer'));
    return { status: 200 };
  }),
  profileOperation('PUT /profiles/:customer/merge/:source', 'mergeProfiles', 'write', async (call) => {
    const { profiles } = call.context;
    await profiles.merge(call.tenant, call.part('customer'), call.part('source'), call.object());
    return { status: 204 };
  }),
  profileOperation('POST /profiles/:customer/extensions', 'insertProfileExtension', 'work', async (call) => {
    await call.context.profiles.insertRecords(call.tenant, call.part('customer'), call.object());
    return { status: 200 };
  }),
  profileOperation(
    'PUT /profiles/:customer/extensions/:extension/by/unique',
    'updateProfileExtension',
    'work',
    (call) => changeRecord(call, 'updateRecord'),
  ),
  profileOperation(
    'PUT /profiles/:customer/extensions/:extension/delete/by/unique',
    'deleteProfileExtension',
    'work',
    (call) => changeRecord(call, 'deleteRecord'),
  ),
  profileOperation(
    'DELETE /profiles/:customer/extensions/:extension',
    'deleteProfileExtension',
    'work',
    async (call) => {
      await call.context.profiles.deleteRecords(call.tenant, call.part('customer'), call.part('extension'));
      return { status: 204 };
    },
  ),
];

function profileOperation(
  request: string,
  task: string,
  need: Operation['right']['need'],
  handle: Operation['handle'],
): Operation {
  return { ...ucsOperation(request, `Customer.${task}`, need, handle), productionOnly: true };
}

async function identify(call: Call): Promise<Answer> {
  const { context, query } = call;
  const criteria = new Map(query.criteria());
  const joined = /\/profiles\/([^/?&]+)=([^?&]*)/.exec(call.url);
  if (joined) criteria.set(decodeURIComponent(joined[1] ?? ''), [decodeURIComponent(joined[2] ?? '')]);
  const found = await context.search.identify(call.tenant, {
    criteria,
    key: query.text('id_key'),
    profile: query.flag('include_profile'),
    extensions: query.list('extensions') ?? [],
    extensionsOfUnique: query.choice('include_extensions', ['always', 'unique'], 'always') === 'unique',
  });
  if (found.length === 0 && context.settings.emptyOnNoMatch) return { status: 200 };
  return { status: 200, body: found };
}

async function changeRecord(call: Call, change: 'updateRecord' | 'deleteRecord'): Promise<Answer> {
  const { profiles } = call.context;
  const extension = call.part('extension');
  const body = call.object();
  // A record by itself, or under the name of its extension as records are sent elsewhere.
  const named = body[extension];
  const record = named !== null && typeof named === 'object' && !Array.isArray(named) ? named : body;
  await profiles[change](call.tenant, call.part('customer'), extension, record);
  return { status: 204 };
}

async function* exportProfiles({ context, tenant }: Call): AsyncGenerator<JsonObject> {
  const definitions = await context.metadata.of(tenant);
  for await (const page of profilePages(context.database, tenant)) {
    for (const row of page) yield profileView(row.customer_id, row, definitions, 'all');
  }
}

function arrayOf(call: Call) {
  if (call.body === undefined) throw missing('body', 'an array, or one object per line, is mandatory');
  if (!Array.isArray(call.body)) throw invalid('body', 'an array, or application/x-ndjson, is expected');
  return call.body;
}

/** What a bulk import tells. */
export function reportView({ imported, rejected, errors }: ImportReport): JsonObject {
  return { imported, rejected, errors: errors.map(({ line, reason }) => ({ line, reason })) };
}
