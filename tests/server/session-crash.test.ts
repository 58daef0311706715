import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ServerProcess, Unanswered } from './server-process.js';

const SESSIONS = 1_000;
const KILLS = 5;
const CLIENTS = 16;
const AGENTS = 100;
/** How long sessions may take, beyond the kills, on a machine that is busy with other tests. */
const PATIENCE_MS = 400_000;

const MODULES = `xmlns:session="www.genesyslab.com/modules/session" xmlns:queue="www.genesyslab.com/modules/queue"
  xmlns:ixn="www.genesyslab.com/modules/interaction"`;

/**
 * One session does one of five things between two rounds of timers. It notes every event that it hears; what is missing,
 * comes twice or out of order ends it in `wrong`. An interrupted POST may end in its error event.
 */
const FLOW = `<scxml xmlns="http://www.w3.org/2005/07/scxml" ${MODULES} version="1.0" initial="work">
  <datamodel>
    <data id="kind" expr="''"/><data id="number" expr="''"/><data id="url" expr="''"/>
    <data id="heard" expr="''"/><data id="expected" expr="''"/>
  </datamodel>
  <state id="work" initial="first">
    <state id="first">
      <onentry>
        <send event="'a1'" delay="'1s'"/><send event="'a2'" delay="'2s'"/><send event="'a3'" delay="'3s'"/>
        <send event="'never'" id="never" delay="'3600s'"/>
      </onentry>
      <transition event="a3" target="act"><script>_data.heard += 'a3 ';</script><cancel sendid="'never'"/></transition>
    </state>
    <state id="act">
      <transition cond="_data.kind == 'get'" target="getting"/>
      <transition cond="_data.kind == 'post'" target="posting"/>
      <transition cond="_data.kind == 'queue'" target="queueing"/>
      <transition cond="_data.kind == 'call'" target="calling"/>
      <transition target="last"/>
    </state>
    <state id="getting">
      <onentry><session:fetch srcexpr="_data.url + '/get'" method="'get'"><param name="q" expr="_data.number"/></session:fetch></onentry>
      <transition event="session.fetch.done" target="last">
        <script>_data.heard += (JSON.parse(_event.data.content).q == _data.number ? 'get ' : 'other ');</script>
      </transition>
    </state>
    <state id="posting">
      <onentry><session:fetch srcexpr="_data.url + '/post'" method="'post'"><param name="q" expr="_data.number"/></session:fetch></onentry>
      <transition event="session.fetch.done" target="last"><script>_data.heard += 'post ';</script></transition>
      <transition event="error.session.fetch" target="last"><script>_data.heard += 'interrupted ';</script></transition>
    </state>
    <state id="queueing">
      <onentry><queue:submit route="false" timeout="300" hints="{reservation: 0.2}"><queue:targets>
        <queue:targetid expr="'Support@.GA'"/></queue:targets></queue:submit></onentry>
      <transition event="queue.submit.done" target="last"><script>_data.heard += 'queue ';</script></transition>
    </state>
    <state id="calling">
      <onentry><ixn:createcall from="'7000'" to="_data.number"/></onentry>
      <transition event="voice.createcall.done"><script>_data.heard += 'answered ';</script></transition>
      <transition event="interaction.deleted" target="last"><script>_data.heard += 'gone ';</script></transition>
    </state>
    <state id="last">
      <onentry><send event="'z1'" delay="'500ms'"/><send event="'z2'" delay="'1500ms'"/></onentry>
      <transition event="z2" target="judged"><script>_data.heard += 'z2';</script></transition>
    </state>
    <transition event="a1 a2 a3 z1 z2 never session.fetch error.session.fetch queue.submit.done error.queue voice error.voice
      interaction.deleted error.interaction"><script>_data.heard += _event.name + ' ';</script></transition>
  </state>
  <state id="judged">
    <transition cond="_data.heard == _data.expected" target="right"/>
    <transition cond="_data.kind == 'post' &amp;&amp; _data.heard == _data.expected.replace('post', 'interrupted')" target="interrupted"/>
    <transition target="wrong"/>
  </state>
  <final id="right"/><final id="interrupted"/><final id="wrong"/>
</scxml>`;

const KINDS = ['timers', 'get', 'post', 'queue', 'call'] as const;
const DONE = { timers: '', get: 'get ', post: 'post ', queue: 'queue ', call: 'answered gone ' };

interface SessionView {
  id: string;
  state: string;
  final: string | null;
  reason: string | null;
}

interface NetworkCall {
  number: string;
  outcome: string;
}

let server: ServerProcess;
let web: Server;
let url = '';

beforeAll(async () => {
  web = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://web').searchParams.get('q');
    request.resume();
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ q: query }));
    }, 150);
  });
  web.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = web.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  const agents = Array.from(
    { length: AGENTS },
    (_, index) => `  - { id: a${100 + index}, dn: "${2000 + index}", groups: [Support] }`,
  );
  server = await ServerProcess.create({
    config: `
options: { ors: { fetch-allow: "127.0.0.1:${port}" } }
agents:
${agents.join('\n')}
agentGroups: [{ name: Support }]
switch: { driver: simulator }
`,
  });
  await server.start();
  const behaviour = { auto: true, answerSeconds: 0.1, wrapSeconds: 0.1 };
  const settings = {
    default: { outcome: 'answer', ringSeconds: 0.3, talkSeconds: 3 },
    agents: Object.fromEntries(agents.map((_, index) => [`a${100 + index}`, behaviour])),
    seed: 7,
  };
  expect((await server.put('/api/v1/simulator', settings)).status).toBe(200);
  const flow = await server.request('PUT', '/api/v1/flows/crash', FLOW, { 'content-type': 'application/scxml+xml' });
  expect(flow.status, flow.text).toBeLessThan(300);
}, 120_000);

afterAll(async () => {
  await server?.dispose();
  web?.closeAllConnections();
  await new Promise((resolve) => web?.close(resolve));
});

/** Starts one session; undefined when the server died before it could answer. */
async function begin(index: number): Promise<string | undefined> {
  const kind = KINDS[index % KINDS.length] ?? 'timers';
  const body = {
    ...{ src: 'crash', kind, url, number: `+1650555${String(index).padStart(4, '0')}` },
    expected: `a1 a2 a3 ${DONE[kind]}z1 z2`,
  };
  try {
    const answer = await server.post('/scxml/session/start', body);
    expect(answer.status, answer.text).toBe(200);
    return answer.text;
  } catch (error) {
    if (error instanceof Unanswered) return undefined;
    throw error;
  }
}

async function allSessions(): Promise<SessionView[]> {
  const all: SessionView[] = [];
  for (let path: string | undefined = '/api/v1/sessions?application=crash&limit=1000'; path !== undefined; ) {
    const page = await server.get(path);
    // The list is of sessions.
    all.push(...(page.json as SessionView[]));
    path = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
  }
  return all;
}

it('ends a thousand sessions as without five kills, whatever they were doing', async () => {
  const acknowledged = new Set<string>();
  let next = 0;
  let isDown = false;
  const client = async () => {
    while (next < SESSIONS) {
      const index = next++;
      const id = await begin(index);
      if (id !== undefined) acknowledged.add(id);
      else
        await eventually(
          async () => isDown,
          (down) => !down,
          PATIENCE_MS,
        );
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 2_000));
    isDown = true;
    await server.end('SIGKILL');
    await server.start();
    isDown = false;
  }
  await clients;
  expect(acknowledged.size).toBeGreaterThanOrEqual(SESSIONS - KILLS * CLIENTS);

  const sessions = await eventually(
    allSessions,
    (all) => all.length >= acknowledged.size && all.every(({ state }) => state !== 'running'),
    PATIENCE_MS,
  );
  const ids = new Set(sessions.map(({ id }) => id));
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
  const odd = sessions.filter(({ final }) => final !== 'right' && final !== 'interrupted');
  const first = odd[0] && (await server.get(`/api/v1/sessions/${odd[0].id}`)).text.slice(0, 6_000);
  expect(odd.length, `${JSON.stringify(odd.slice(0, 3))} ${first}`).toBe(0);
  // Only what a kill met may have been interrupted.
  expect(sessions.filter(({ final }) => final === 'interrupted').length).toBeLessThan(SESSIONS / KINDS.length);

  // The network was asked for each call once. A session whose start was not acknowledged may exist or not.
  const calls = (await server.get('/api/v1/simulator/calls')).json as NetworkCall[];
  const numbers = calls.filter(({ number }) => number.startsWith('+1650555')).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
}, 1_600_000);
