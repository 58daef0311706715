import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/index.js';
import { OrchestrationBed } from '../../src/orchestration/testing.js';
import { type GeneratedApplication, generateApplication } from './application.js';

const bed = await OrchestrationBed.create();

/** Answers with what it was sent; `/missing` is not there. */
const web = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://localhost');
  if (url.pathname !== '/echo') {
    response.writeHead(404).end('not here');
    return;
  }
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(body === '' ? JSON.stringify(Object.fromEntries(url.searchParams)) : body);
  });
});
let origin = '';

beforeAll(async () => {
  // Compiling takes the process long; a kept connection that is closed meanwhile would be an error of a fetch.
  web.keepAliveTimeout = 0;
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  // It listens on a port, not on a pipe.
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  bed.fetchAllow = '127.0.0.1';
});
afterAll(() => {
  web.close();
});

/** Stores an application; it is refused if it has an error, and nothing of it is unknown to this server. */
async function stored({ main, documents }: GeneratedApplication): Promise<string> {
  const name = `generated-${newId()}`;
  const { diagnostics } = await bed.current.flows.put(name, main, documents);
  const serious = diagnostics.filter(
    ({ severity, code, message }) =>
      (severity === 'error' || /^(?:action|element|expression)-/.test(code)) && !/gd_|gdel/.test(message),
  );
  expect(serious.map(({ code, message, url, line }) => `${url}:${line} ${code} ${message}`)).toEqual([]);
  return name;
}

interface Ended {
  state: string;
  data: { visited?: string[]; failed?: boolean; error?: unknown } | null;
  configuration: string[];
}

async function outcome(session: string): Promise<Ended> {
  const [row] = await bed.store.database.query<Ended>(
    'select state, done_data as data, configuration from session where id = $1',
    [session],
  );
  if (!row) throw new Error(`There is no session ${session}.`);
  return row;
}

/** Lets time pass until the session has ended, or what it waits for has come. */
async function ended(session: string, seconds: number, isThere = (): boolean => false): Promise<Ended> {
  for (let passed = 0; passed < seconds; passed += 1) {
    const found = await outcome(session);
    if (found.state !== 'running' || isThere()) return found;
    await bed.advance(1);
  }
  return outcome(session);
}

/** The last call to the phone of the agent. */
function agentCall() {
  return bed.simulator.calls({ number: '2anna' }).at(-1);
}

describe('generated applications', () => {
  test.each([
    { seed: 1, isCall: false, blocks: 40, namespaces: 'http' },
    { seed: 2, isCall: false, blocks: 60, namespaces: 'bare' },
  ] as const)('run by themselves to their end: %o', async (request) => {
    const application = generateApplication(request);
    expect(application.characters).toBeGreaterThan(100_000);
    const session = await bed.start(await stored(application), { ServerURL: origin });
    const { state, data } = await ended(session, 300);
    expect(data?.error).toBeUndefined();
    expect(data?.visited).toEqual(application.visits);
    expect({ state, failed: data?.failed }).toEqual({ state: 'done', failed: false });
  });

  test.each([
    { seed: 11, isCall: true, blocks: 44, namespaces: 'http' },
    { seed: 12, isCall: true, blocks: 60, namespaces: 'bare', routing: 'platform' },
    { seed: 13, isCall: true, blocks: 50, namespaces: 'http', routing: 'application' },
  ] as const)('serve a call to its end: %o', async (request) => {
    const application = generateApplication(request);
    expect(application.characters).toBeGreaterThan(100_000);
    await bed.simulator.changeSettings({
      numbers: { 5551: { talkSeconds: null, digits: '12#' } },
      agents: { anna: { auto: true, answerSeconds: 2 } },
    });
    bed.configuration.groups.set('Nobody', {});
    bed.configuration.changed('agent-groups', 'Nobody');
    await bed.ready('anna');
    bed.applications.set('8000', await stored(application));
    const leg = await bed.simulator.placeInbound({ from: '5551', to: '8000', userData: { ServerURL: origin } });
    await bed.activity.idle();
    const session = await newest();
    const before = agentCall()?.id;
    const isRouted = (): boolean => agentCall()?.id !== before && agentCall()?.answeredAt !== undefined;
    await ended(session, 400, isRouted);
    if ('routing' in request) {
      // The session of a project that gives the call up itself ends before the agent answers.
      await bed.advance(5);
      expect([agentCall()?.answeredAt, agentCall()?.endedAt]).toEqual([expect.any(String), undefined]);
      await bed.simulator.hangup(leg);
      await bed.advance(1);
    }
    const { state, data } = await outcome(session);
    expect(data?.error).toBeUndefined();
    expect(data?.visited).toEqual(application.visits);
    expect({ state, failed: data?.failed }).toEqual({ state: 'done', failed: false });
    await bed.current.agents.logout('anna');
  });
});

test('a generated application goes on after each crash where it was', async () => {
  const application = generateApplication({ seed: 21, isCall: false, blocks: 40, isPersistent: true });
  const session = await bed.start(await stored(application), { ServerURL: origin });
  for (let crashes = 0; crashes < 4; crashes += 1) {
    await bed.advance(2);
    expect((await outcome(session)).state).toBe('running');
    await bed.crash(1);
  }
  const { state, data } = await ended(session, 300);
  expect(data?.visited).toEqual(application.visits);
  expect({ state, failed: data?.failed }).toEqual({ state: 'done', failed: false });
});

async function newest(): Promise<string> {
  const [row] = await bed.store.database.query<{ id: string }>(
    'select id from session order by started_at desc limit 1',
  );
  return row?.id ?? '';
}
