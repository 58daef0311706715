import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../server/server-process.js';
import { type CallbackView, SERVICE } from './callback.js';
import { Installation } from './installation.js';
import { describeWithTelephones } from './real-telephones.js';
import { PATIENCE_MS } from './waiting.js';

/** The routing point that callers reach. */
const LINE = '8999';
/** The second telephone belongs to a customer; its agent never gets ready. */
const CUSTOMER = '2002';

const SAMPLE = fileURLToPath(new URL('../../flows/inbound-routing/inbound-routing.scxml', import.meta.url));

/** The sample, with an offer soon and prompts that need no voice. */
function application(): string {
  const prompts = { greeting: 'digits:1', offer: 'tone:dial;tonezone=us', farewell: 'digits:2' };
  let text = readFileSync(SAMPLE, 'utf8').replace('expr="60"', 'expr="2"');
  for (const [name, address] of Object.entries(prompts)) {
    text = text.replace(new RegExp(`(<data id="${name}_url".*)expr="''"`), `$1expr="'${address}'"`);
  }
  return text;
}

interface SessionView {
  id: string;
  state: string;
  configuration?: string[];
  doneData?: { outcome?: string };
}

describeWithTelephones('a caller who reaches Ringback through Asterisk', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await Installation.open({
      driver: 'asterisk',
      agents: 2,
      configuration: `${SERVICE}dns: [{ number: "${LINE}", type: RoutePoint, options: { application: inbound-line } }]\n`,
    });
    const { server } = installation;
    for (const id of installation.agents) await server.post(`/api/v1/agents/${id}/not-ready`);
    const flow = await server.request('PUT', '/api/v1/flows/inbound-line', application(), {
      'content-type': 'application/scxml+xml',
    });
    expect(flow.status, flow.text).toBeLessThan(300);
    const { host } = new URL(server.url);
    const allowed = await server.put('/api/v1/options/ors', { 'fetch-allow': host });
    expect(allowed.status, allowed.text).toBeLessThan(300);
  });
  afterAll(() => installation?.close());

  it('hears music, takes the offer of a callback, and is called back', async () => {
    const { server, phones } = installation;
    const customer = phones.find(({ name }) => name === CUSTOMER);
    await customer?.dial(LINE);
    const offered = await eventually(
      async () => {
        const { json } = await server.get('/api/v1/sessions?application=inbound-line');
        const [session] = json as SessionView[]; // the shape of the sessions API
        return session && ((await server.get(`/api/v1/sessions/${session.id}`)).json as SessionView);
      },
      (session) => session?.configuration?.includes('offering') ?? false,
      PATIENCE_MS,
    );
    await customer?.press('1');
    await eventually(
      async () => (await server.get(`/api/v1/sessions/${offered?.id}`)).json as SessionView,
      ({ state, doneData }) => state === 'done' && doneData?.outcome === 'callback',
      PATIENCE_MS,
    );
    await customer?.sees('CALL_CLOSED');
    expect((await server.post('/api/v1/agents/a1/ready')).status).toBeLessThan(300);
    const [record] = await eventually(
      async () => (await server.get('/api/v1/callbacks')).json as CallbackView[],
      ([found]) => found?._callback_state === 'COMPLETED',
      PATIENCE_MS,
    );
    expect(record).toMatchObject({ _customer_number: CUSTOMER, _callback_reason: 'AGENT_CONNECTED' });
    expect(customer?.count('CALL_ESTABLISHED')).toBe(2);
  });
});
