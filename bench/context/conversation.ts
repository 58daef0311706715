import { customerOf, numberOf } from './generate.js';

/** Sends one request and gives its answer; fails unless the status is the expected one. */
export type Send = (
  kind: RequestKind,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
) => Promise<Record<string, unknown> & Record<string, unknown>[]>;

export const REQUEST_KINDS = {
  identify: 200,
  'read profile': 200,
  'start service': 201,
  'start state': 201,
  'state extension': 200,
  'complete state': 204,
  'start task': 201,
  'complete task': 204,
  'service extension': 200,
  'active services': 200,
  'complete service': 204,
} as const;
export type RequestKind = keyof typeof REQUEST_KINDS;

export const REQUESTS_PER_CONVERSATION = 33;

const EVENT = {
  interaction_id: '00022aJ5115',
  media_type: 1,
  resource_type: 2,
  application_type: 400,
  application_id: 40,
};

/**
 * What the original's sizing counts as one conversation, 33 requests: a customer is identified and read, a service is
 * started, five states are each started, extended twice and completed, three tasks started and completed, the service
 * extended twice, its customer's active services asked for, and the service completed.
 */
export async function converse(send: Send, customer: number): Promise<void> {
  const number = encodeURIComponent(numberOf(customer));
  const found = await send(
    'identify',
    'GET',
    `/profiles?include_profile=no&include_extensions=unique&PhoneNumber=${number}`,
  );
  const id = String(found[0]?.customer_id);
  if (found.length !== 1 || id !== customerOf(customer)) throw new Error(`${number} was taken for ${id}`);
  await send('read profile', 'GET', `/profiles/${id}?extensions=Contact,Contract`);
  const started = await send('start service', 'POST', '/services/start', {
    customer_id: id,
    service_type: 107,
    est_duration: 3600,
    ...EVENT,
  });
  const service = `/services/${String(started.service_id)}`;
  for (let index = 0; index < 5; index += 1) {
    const { state_id } = await send('start state', 'POST', `${service}/states/start`, {
      state_type: 10 + index,
      ...EVENT,
    });
    const state = `${service}/states/${Number(state_id)}`;
    await send('state extension', 'PUT', `${state}/extensions/Score`, { score: 85, agentID: 2025, notes: 'as agreed' });
    await send('state extension', 'PUT', `${state}/extensions/Offer`, [{ offer_name: 'upgrade', type: 9, rating: 3 }]);
    await send('complete state', 'POST', `${state}/end`, { ...EVENT, disposition: 10, disposition_desc: 'done' });
  }
  for (let index = 0; index < 3; index += 1) {
    const { task_id } = await send('start task', 'POST', `${service}/tasks/start`, { task_type: 20 + index, ...EVENT });
    await send('complete task', 'POST', `${service}/tasks/${Number(task_id)}/end`, { ...EVENT, disposition: 1 });
  }
  for (const name of ['Feedback', 'Summary']) {
    await send('service extension', 'PUT', `${service}/extensions/${name}`, {
      rating: 5,
      useful: 'yes',
      notes: 'none',
    });
  }
  const active = await send('active services', 'GET', `/customers/${id}/services/active`);
  if (!active.some((one) => service.endsWith(String(one.service_id)))) throw new Error('the service is not active');
  await send('complete service', 'POST', `${service}/end`, { ...EVENT, disposition: 10, disposition_desc: 'done' });
}
