import { expect } from 'vitest';
import type { Installation } from './installation.js';

/** The service that books callbacks; the customer is called first. */
export const SERVICE = `
services:
  Support:
    _type: ors
    _service: callback
    _call_direction: USERTERMINATED
    _target: "Support@GA"
    _urs_virtual_queue: SupportVQ
    _request_execution_time_buffer: "2"
    _max_request_by_time_bucket: "1000"
`;

/** As the Callback API shows it; the fields that the tests look at. */
export interface CallbackView {
  _id: string;
  _customer_number: string;
  _callback_state: string;
  _callback_reason?: string;
}

/** Books a callback, for now or later; answers its id. */
export async function bookCallback(
  { server }: Installation,
  number: string,
  { inSeconds }: { inSeconds?: number } = {},
): Promise<string> {
  const answer = await server.post('/genesys/1/service/callback/Support', {
    _customer_number: number,
    ...(inSeconds !== undefined && { _desired_time: new Date(Date.now() + inSeconds * 1000).toISOString() }),
  });
  expect(answer.status, answer.text).toBe(200);
  // The shape of the Callback API.
  return (answer.json as { _id: string })._id;
}

export async function callback({ server }: Installation, id: string): Promise<CallbackView> {
  const answer = await server.get(`/genesys/1/service/callback?_id=${id}`);
  const [found] = answer.json as CallbackView[]; // the shape of the Callback API
  if (found === undefined) throw new Error(`There is no callback ${id}: ${answer.text}`);
  return found;
}
