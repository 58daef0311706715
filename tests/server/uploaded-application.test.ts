import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateApplication } from '../../packages/server/tests/generated-applications/application.js';
import { eventually, ServerProcess } from './server-process.js';

/** A generated application of more than 100 kB, uploaded as a project and run by a whole server for a call. */
const CONFIG = `
options:
  ors: { fetch-allow: "127.0.0.1, localhost" }
dns:
  - { number: "8999", type: RoutePoint, options: { application: project } }
agents:
  - { id: anna, dn: "2001", groups: [Support] }
agentGroups: [{ name: Support }, { name: Nobody }]
switch: { driver: simulator }
`;

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG, env: { RINGBACK_CLOCK: 'test' } });
  await server.start();
});
afterAll(() => server?.dispose());

interface SessionView {
  id: string;
  state: string;
  final?: string;
  data?: { system?: { Visited: string[]; Failed: boolean; LastErrorEvent?: unknown } };
}

it('an uploaded project serves a call to its end', async () => {
  const { main, documents, visits, characters } = generateApplication({
    seed: 31,
    isCall: true,
    blocks: 40,
    isOffline: true,
  });
  expect(characters).toBeGreaterThan(100_000);
  const form = new FormData();
  const root = main.slice(0, main.lastIndexOf('/src-gen/') + 1);
  for (const [url, text] of Object.entries(documents)) {
    // Each part has its path in the project, the main document its role.
    form.append(url === main ? 'main' : url.slice(root.length), new Blob([text]), url.slice(root.length));
  }
  const stored = await fetch(`${server.url}/api/v1/flows/project`, { method: 'PUT', body: form });
  expect(stored.status, await stored.text()).toBe(201);
  const settings = { numbers: { 5115: { talkSeconds: null, digits: '12#' } } };
  expect((await server.put('/api/v1/simulator', settings)).status).toBe(200);
  expect((await server.post('/api/v1/simulator/calls', { from: '5115', to: '8999' })).status).toBeLessThan(300);
  const view = await eventually(
    async () => {
      await server.post('/api/v1/simulator/clock', { advanceSeconds: 2 });
      // The shapes are those of interface.md; the assertions are about their content.
      const [first] = (await server.get('/api/v1/sessions?limit=1')).json as { id: string }[];
      return (await server.get(`/api/v1/sessions/${first?.id}`)).json as SessionView;
    },
    ({ state }) => state !== undefined && state !== 'running',
    240_000,
  );
  expect(view.data?.system?.LastErrorEvent).toBeUndefined();
  expect(view.data?.system?.Visited).toEqual(visits);
  expect(view).toMatchObject({ state: 'done', final: '_composer_end' });
}, 300_000);
