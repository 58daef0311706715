import {
  ContextError,
  importServices,
  invalid,
  missing,
  purgeServices,
  readPurge,
  type ServiceSelection,
  writeServiceFiles,
} from '../../context/index.js';
import type { JsonObject } from '../../kernel/index.js';
import { linesOf, readLines } from './lines.js';
import { type Call, type Operation, serviceOperation, ucsOperation } from './operation.js';
import { reportView } from './profile-operations.js';

/** Purges, exports, imports, and one person's data on request. */
export const maintenanceOperations: readonly Operation[] = [
  serviceOperation('POST /maintenance/purge', 'Service.purgeServices', 'write', async (call) => {
    const purge = readPurge(call.object());
    const removed = await purgeServices(call.context.database, call.tenant, purge);
    call.context.log.info({ ...purge, removed, actor: call.actor }, 'Services were purged');
    return { status: 200 };
  }),
  serviceOperation('GET /maintenance/services/stream', 'Service.exportServices', 'write', async (call) => {
    const { context, tenant, query } = call;
    const selection = readSelection(call);
    const now = context.clock.now();
    const lines = query.flag('export_content')
      ? context.serviceExport.services(tenant, selection, now)
      : context.serviceExport.ids(tenant, { ...selection, state: 'any' }, now);
    return { status: 200, body: { lines, asArray: !call.wantsLines } };
  }),
  serviceOperation('POST /maintenance/services/files', 'Service.exportServices', 'write', async (call) => {
    const { exportDirectory, clock, serviceExport } = call.context;
    if (exportDirectory === undefined) {
      throw new ContextError('no-export-directory', 'The server has no directory for exported files.');
    }
    const created = await writeServiceFiles(serviceExport, call.tenant, readSelection(call), {
      directory: exportDirectory,
      format: call.query.choice('format', ['csv', 'json'], 'csv'),
      now: clock.now(),
    });
    return { status: 200, body: { created } };
  }),
  serviceOperation('POST /maintenance/services/import', 'Service.importServices', 'write', async (call) => {
    if (!call.stream && !Array.isArray(call.body))
      throw invalid('body', 'an array, or application/x-ndjson, is expected');
    const lines = call.stream ? readLines(call.stream) : linesOf(Array.isArray(call.body) ? call.body : []);
    return { status: 200, body: reportView(await importServices(call.context, call.tenant, lines)) };
  }),
  ucsOperation('POST /maintenance/forget', 'Customer.forgetCustomer', 'write', async (call) => {
    const { customer, reason } = readDemand(call.object());
    const { personalData } = call.context;
    const erased = await personalData.erase(call.tenant, customer, { actor: call.actor, reason });
    return { status: 200, body: { customer_id: customer, ...erased } };
  }),
  ucsOperation('POST /maintenance/export', 'Customer.exportCustomer', 'write', async (call) => {
    const { customer, reason } = readDemand(call.object());
    const { personalData } = call.context;
    return { status: 200, body: await personalData.export(call.tenant, customer, { actor: call.actor, reason }) };
  }),
  ucsOperation('GET /maintenance/audit', 'Customer.queryAudit', 'write', async (call) => ({
    status: 200,
    body: await call.context.personalData.audit(call.tenant, call.query.text('customer_id')),
  })),
];

function readSelection({ context, query }: Call): ServiceSelection {
  const from = query.time('time_from');
  if (from === undefined) throw missing('time_from');
  return {
    from,
    to: query.time('time_to') ?? context.clock.now() + 1,
    events: query.choice('filter_events', ['any', 'started', 'completed'], 'any'),
    state: query.choice('filter_state', ['any', 'active', 'inactive'], 'any'),
  };
}

function readDemand(body: JsonObject): { customer: string; reason: string | undefined } {
  const { customer_id: customer, reason } = body;
  if (customer === undefined || customer === null || customer === '') throw missing('customer_id');
  if (typeof customer !== 'string') throw invalid('customer_id', 'a string is expected');
  if (reason !== undefined && typeof reason !== 'string') throw invalid('reason', 'a string is expected');
  return { customer, reason };
}
