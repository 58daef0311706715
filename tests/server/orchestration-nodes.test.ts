import { afterAll, expect, test, vi } from 'vitest';
import { testDatabase } from '../../packages/server/src/store/testing.js';
import { ServerProcess } from './server-process.js';

/** Two servers start, and one dies. */
const LIMIT_MS = 400_000;

const { connectionString } = await testDatabase();
const servers: ServerProcess[] = [];
afterAll(async () => {
  for (const server of servers) await server.dispose();
});

const FLOW = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" initial="s"
    xmlns:ws="http://www.genesyslab.com/modules/ws"><datamodel><data id="n" expr="0"/></datamodel>
  <state id="s"><transition event="count"><script>_data.n = _data.n + Number(_event.data.by);</script>
    <ws:response requestid="_event.sendid"><param name="n" expr="_data.n"/></ws:response></transition></state></scxml>`;

async function node(): Promise<ServerProcess> {
  const server = await ServerProcess.create({ config: 'services: {}', env: { DATABASE_URL: connectionString } });
  servers.push(server);
  return server.start();
}

/** The answer without following; the polling ends when `wanted` accepts it. */
async function until(url: string, wanted: (status: number) => boolean): Promise<Response> {
  return vi.waitFor(
    async () => {
      const answer = await fetch(url, { redirect: 'manual' });
      expect(wanted(answer.status)).toBe(true);
      return answer;
    },
    { timeout: 100_000, interval: 100 },
  );
}

test(
  'two nodes send clients to the owner of a session, and the one that is left answers for the one that died',
  async () => {
    const first = await node();
    const second = await node();
    const headers = { 'content-type': 'application/scxml+xml' };
    expect((await fetch(`${first.url}/api/v1/flows/counter`, { method: 'PUT', headers, body: FLOW })).status).toBe(201);
    const started = await fetch(`${first.url}/scxml/session/start`, {
      method: 'POST',
      body: new URLSearchParams({ src: 'counter' }),
    });
    const id = await started.text();
    const cookie = started.headers.get('set-cookie');
    expect(cookie).toMatch(new RegExp(`^ORSSESSIONID=${id}\\.node\\d$`));

    const path = `/scxml/session/${id}/query?name=n`;
    const sent = await until(second.url + path, (status) => status === 307);
    expect(sent.headers.get('location')).toBe(first.url + path);
    const count = (server: ServerProcess, by: number) =>
      fetch(`${server.url}/scxml/session/${id}/request/count`, {
        method: 'POST',
        body: new URLSearchParams({ by: String(by) }),
      });
    expect(await (await count(second, 1)).json()).toEqual({ n: 1 });
    expect(await (await count(first, 10)).json()).toEqual({ n: 11 });

    await first.end('SIGKILL');
    await until(second.url + path, (status) => status === 200);
    expect(await (await count(second, 100)).json()).toEqual({ n: 111 });
  },
  LIMIT_MS,
);
