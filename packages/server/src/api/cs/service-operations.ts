import {
  type ExtensionPlace,
  hasExtensions,
  missing,
  type Reading,
  type ServiceOwner,
  type ServiceQuery,
} from '../../context/index.js';
import type { JsonObject } from '../../kernel/index.js';
import { type Answer, type Call, type Operation, serviceOperation } from './operation.js';
import type { Query } from './query.js';

type Completion = ServiceQuery['completion'];

/** Services (CS API, "Start Service" to "Purge Services"). */
export const serviceOperations: readonly Operation[] = [
  serviceOperation('POST /services/start', 'Service.startService', 'work', async (call) => {
    const { context, tenant } = call;
    const body = call.object();
    // Starting with extensions needs the right to both (CS User's Guide, "Role-Based Access Control").
    if (hasExtensions(body)) call.require({ task: 'UCS.Service.createServiceExtension', need: 'work' });
    const id = await context.services.start(tenant, body);
    const location = `${call.base}/services/${encodeURIComponent(id)}`;
    return { status: 201, body: { service_id: id }, headers: { location } };
  }),
  serviceOperation('POST /services/:service/end', 'Service.completeService', 'work', async (call) => {
    await call.context.services.complete(call.tenant, call.part('service'), call.object());
    return { status: 204 };
  }),
  serviceOperation('GET /services/:service', 'Service.queryServiceById', 'read', async (call) => ({
    status: 200,
    body: await call.context.services.get(call.tenant, call.part('service'), readReading(call.query)),
  })),
  serviceOperation('PUT /services/:service', 'Service.updateExpiration', 'write', async (call) => {
    await call.context.services.expire(call.tenant, call.part('service'), call.object());
    return { status: 200 };
  }),
  serviceOperation('DELETE /services/:service', 'Service.deleteService', 'write', async (call) => {
    await call.context.services.delete(call.tenant, call.part('service'));
    return { status: 200 };
  }),
  serviceOperation(
    'PUT /services/:service/extensions/:extension',
    'Service.updateServiceExtension',
    'work',
    async (call) => {
      if (call.body === undefined) throw missing('body', "the extension's value is mandatory");
      await call.context.services.putExtension(call.tenant, call.part('service'), call.part('extension'), call.body);
      return { status: 200 };
    },
  ),
  ...recordOperations('/services/:service', 'Service.updateServiceExtension', (call) => ({
    service: call.part('service'),
  })),
  serviceOperation('GET /services/:service/interactions', 'Service.queryInteractions', 'read', noInteractions),
  serviceOperation('POST /customers/:customer/services/:service', 'Service.associateService', 'work', async (call) => {
    const { services } = call.context;
    await services.associate(call.tenant, call.part('service'), call.part('customer'), call.object());
    return { status: 200 };
  }),
  ...listOperations('/customers/:owner/services', 'Service.queryServices', (owner) => ({ customer: owner })),
  ...listOperations('/services/anonymous/:owner', 'Service.queryAnonymousServices', (owner) => ({ contact: owner })),
  serviceOperation('GET /customers/:customer/interactions', 'Customer.queryInteractions', 'read', noInteractions),
];

/** Interactions are not stored here; clients that ask for them hear that there are none. */
async function noInteractions(): Promise<Answer> {
  return { status: 200, body: [] };
}

function listOperations(path: string, task: string, ownerOf: (part: string) => ServiceOwner): Operation[] {
  const list = (completion: Completion) => async (call: Call) => ({
    status: 200,
    body: (await call.context.services.list(call.tenant, ownerOf(call.part('owner')), {
      ...readReading(call.query),
      completion,
      startedFrom: call.query.time('started_from'),
      startedTo: call.query.time('started_to'),
      completedFrom: call.query.time('completed_from'),
      completedTo: call.query.time('completed_to'),
      types: call.query.list('service_types'),
      size: call.query.integer('size'),
      index: call.query.integer('index'),
    })) satisfies JsonObject[],
  });
  return [
    serviceOperation(`GET ${path}`, task, 'read', list('all')),
    serviceOperation(`GET ${path}/active`, task, 'read', list('active')),
    serviceOperation(`GET ${path}/completed`, task, 'read', list('completed')),
  ];
}

/** Changing and removing one record of an extension (CS API 8.1, "Update Record in ... Extension"). */
export function recordOperations(path: string, task: string, placeOf: (call: Call) => ExtensionPlace): Operation[] {
  const operation = (what: string, change: 'update' | 'delete') =>
    serviceOperation(`PUT ${path}/extensions/:extension/${what}`, task, 'work', async (call) => {
      const { extensionRecords } = call.context;
      await extensionRecords[change](call.tenant, placeOf(call), call.part('extension'), call.object());
      return { status: 204 };
    });
  return [operation('by/unique', 'update'), operation('delete/by/unique', 'delete')];
}

/** Reads which states, tasks and extensions are wanted besides the record itself. */
export function readReading(query: Query): Reading {
  return {
    extensions: query.list('extensions') ?? [],
    active_states: query.flag('active_states'),
    completed_states: query.flag('completed_states'),
    active_tasks: query.flag('active_tasks'),
    completed_tasks: query.flag('completed_tasks'),
  };
}
