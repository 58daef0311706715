import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, ServerProcess } from './server-process.js';

/**
 * The sample of the integration guide against the Context Services of a whole server, over real HTTP: the server fetches
 * from itself, which the configuration has to allow.
 */
const CONFIG = `
options:
  ors: { fetch-allow: "127.0.0.1, localhost" }
dns:
  - { number: "8999", type: RoutePoint, options: { application: identify-by-phone-number } }
switch: { driver: simulator }
`;

const PATIENCE_MS = 100_000;

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test' } });
  await server.start();
  for (const [name, phone] of [
    ['Ada', '5115'],
    ['Bob', '5116'],
    ['Eve', '5116'],
  ]) {
    const created = await server.post('/genesys/1/cs/profiles', { FirstName: name, PhoneNumber: phone });
    expect(created.status, created.text).toBe(201);
  }
});
afterAll(() => server?.dispose());

interface SessionView {
  state: string;
  final?: string;
  data?: { _data: Found };
  history?: { event: string | null }[];
}

/** The application's own data at its end. */
interface Found {
  interactionid?: string;
  CustomerCount: number;
  CustomerData: { customer_id: string }[];
  problem: string;
}

/** Runs the application and answers how it ended. */
async function identify(parameters: Record<string, string>): Promise<SessionView> {
  const body = new URLSearchParams({ src: 'identify-by-phone-number', ...parameters });
  const started = await fetch(`${server.url}/scxml/session/start`, { method: 'POST', body });
  const id = await started.text();
  expect(started.status, id).toBe(200);
  return eventually(
    // The shape is that of interface.md; the assertions are about its content.
    async () => (await server.get(`/api/v1/sessions/${id}`)).json as SessionView,
    ({ state }) => state !== 'running',
    PATIENCE_MS,
  );
}

const services = () => `${server.url}/genesys/1/cs`;

describe('IdentifyByPhoneNumber', () => {
  it('finds the customer that has the number', async () => {
    const { final, data } = await identify({ ANI: '5115', context_management_services_url: services() });
    expect(final).toBe('Exit_final');
    expect(data?._data).toMatchObject({
      CustomerCount: 1,
      CustomerData: [{ customer_id: expect.stringMatching(/\w/) }],
    });
    const profile = await server.get(`/genesys/1/cs/profiles/${data?._data.CustomerData[0]?.customer_id}`);
    expect(profile.json).toMatchObject({ FirstName: 'Ada' });
  });

  it('finds all of several, and nobody', async () => {
    const several = await identify({ ANI: '5116', context_management_services_url: services() });
    expect(several.data?._data.CustomerCount).toBe(2);
    expect(several.data?._data.CustomerData).toHaveLength(2);
    const nobody = await identify({ ANI: '5999', context_management_services_url: services() });
    expect(nobody).toMatchObject({ final: 'Exit_final', data: { _data: { CustomerCount: 0, CustomerData: [] } } });
  });

  it('says what is wrong with the services', async () => {
    const elsewhere = await identify({ ANI: '5115', context_management_services_url: `${server.url}/nowhere` });
    expect(elsewhere.final).toBe('Exit_Error');
    expect(elsewhere.data?._data.problem).toMatch(/^Error 404:/);
    const refused = await identify({ ANI: '5115', context_management_services_url: 'http://10.0.0.1/cs' });
    expect(refused.data?._data.problem).toMatch(/^Error 0:.*fetch-allow/);
  });

  it('asks this server where no other is named', async () => {
    const { data } = await identify({ ANI: '5115' });
    expect(data?._data.CustomerCount).toBe(1);
  });

  it('attaches the customer to the call that asks', async () => {
    const placed = await server.post('/api/v1/simulator/calls', { from: '5115', to: '8999' });
    expect(placed.status, placed.text).toBeLessThan(300);
    const view = await eventually(sessionOfCall, (found) => found?.state === 'done', PATIENCE_MS);
    expect(view?.data?._data).toMatchObject({ CustomerCount: 1, ANI: '5115' });
    expect(view?.history?.map(({ event }) => event)).toContain('interaction.udata.changed');
  });
});

/** The session that has an interaction. */
async function sessionOfCall(): Promise<SessionView | undefined> {
  // The shapes are those of interface.md; the assertions are about their content.
  const list = (await server.get('/api/v1/sessions?limit=50')).json as { id: string }[];
  for (const { id } of list) {
    const view = (await server.get(`/api/v1/sessions/${id}`)).json as SessionView;
    if (view.data?._data.interactionid) return view;
  }
  return undefined;
}
