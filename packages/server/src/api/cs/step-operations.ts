import { missing, parseNumber, type StepKind, type StepQuery, stepNotFound } from '../../context/index.js';
import { type Call, type Operation, serviceOperation } from './operation.js';
import { readReading, recordOperations } from './service-operations.js';

const TASKS: Readonly<Record<StepKind, string>> = { state: 'State', task: 'Task' };

/** States and tasks (CS API, "Start State" to "Query Tasks"). */
export const stepOperations: readonly Operation[] = [
  ...operationsOf('state'),
  ...operationsOf('task'),
  serviceOperation(
    'POST /services/:service/states/transition',
    'State.performStateTransition',
    'work',
    async (call) => {
      const id = await call.context.steps.transition(call.tenant, call.part('service'), call.object());
      return { status: 200, body: { state_id: id } };
    },
  ),
];

function operationsOf(kind: StepKind): Operation[] {
  const resource = TASKS[kind];
  const path = `/services/:service/${kind}s`;
  const list = (completion: StepQuery['completion']) => async (call: Call) => ({
    status: 200,
    body: await call.context.steps.list(call.tenant, call.part('service'), kind, {
      ...readReading(call.query),
      completion,
      types: call.query.list(`${kind}_types`),
      state: kind === 'task' ? call.query.integer('state_id') : undefined,
    }),
  });
  return [
    serviceOperation(`POST ${path}/start`, `${resource}.start${resource}`, 'work', async (call) => {
      const id = await call.context.steps.start(call.tenant, call.part('service'), kind, call.object());
      return { status: 201, body: { [`${kind}_id`]: id } };
    }),
    serviceOperation(`POST ${path}/:step/end`, `${resource}.complete${resource}`, 'work', async (call) => {
      await call.context.steps.complete(call.tenant, call.part('service'), kind, number(call, kind), call.object());
      return { status: 204 };
    }),
    serviceOperation(
      `PUT ${path}/:step/extensions/:extension`,
      `${resource}.update${resource}Extension`,
      'work',
      async (call) => {
        const { body, context, tenant } = call;
        if (body === undefined) throw missing('body', "the extension's value is mandatory");
        const name = call.part('extension');
        await context.steps.putExtension(tenant, call.part('service'), kind, number(call, kind), name, body);
        return { status: 200 };
      },
    ),
    ...recordOperations(`${path}/:step`, `${resource}.update${resource}Extension`, (call) => ({
      service: call.part('service'),
      step: { kind, number: number(call, kind) },
    })),
    serviceOperation(`GET ${path}/:step`, `${resource}.query${resource}s`, 'read', async (call) => ({
      status: 200,
      body: await call.context.steps.get(
        call.tenant,
        call.part('service'),
        kind,
        number(call, kind),
        readReading(call.query),
      ),
    })),
    serviceOperation(`GET ${path}`, `${resource}.query${resource}s`, 'read', list('all')),
    serviceOperation(`GET ${path}/active`, `${resource}.query${resource}s`, 'read', list('active')),
    serviceOperation(`GET ${path}/completed`, `${resource}.query${resource}s`, 'read', list('completed')),
  ];
}

function number(call: Call, kind: StepKind): number {
  const part = call.part('step');
  const id = parseNumber(part);
  if (id === undefined) throw stepNotFound(kind, part);
  return id;
}
