import { createServer } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { checkApplication, SessionPool } from '../../src/index.js';
import { type HostSettings, runToFinal, suiteHost } from './run-suite.js';
import { fetchFile, w3cTests } from './w3c-suite.js';

const tests = new Map((await w3cTests()).map((test) => [test.id, test.url]));
const pool = new SessionPool({ workers: 0 });
afterAll(() => pool.close());

const patienceMs = 60_000;
let runs = 0;

/** Runs a test to its end and returns the host, with every session's log. */
async function run(id: string, settings: HostSettings = {}): Promise<ReturnType<typeof suiteHost>> {
  runs += 1;
  const host = suiteHost(pool, { ...settings, sessionPrefix: `manual${runs}-` });
  await host.start(tests.get(id) ?? '');
  await host.advance(patienceMs);
  return host;
}

describe('the manual tests of the W3C suite', () => {
  it('178: both values of a parameter that occurs twice arrive', async () => {
    const events: unknown[] = [];
    const host = suiteHost(
      {
        define: (definition) => pool.define(definition),
        start: (request) => pool.start(request),
        deliver: (request) => {
          events.push(request.event?.data);
          return pool.deliver(request);
        },
        forget: (session) => pool.forget(session),
      },
      { sessionPrefix: 'manual178-' },
    );
    const session = await host.start(tests.get('178') ?? '');
    await host.advance(patienceMs);
    expect(session?.finalState).toBe('final');
    expect(events).toEqual([{ Var1: [2, 3] }]);
  });

  it('230: an event that is forwarded to an invocation has the same fields in parent and child', async () => {
    const host = await run('230');
    const [parent, child] = host.sessions();
    const fields = (lines: typeof parent): string[] =>
      (lines?.log ?? []).filter(({ label }) => label?.endsWith('is ')).map(({ label, text }) => `${label}${text}`);
    expect(fields(parent)).toHaveLength(7);
    expect(fields(child)).toEqual(fields(parent));
    expect(parent?.finalState).toBe('final');
  });

  it('250: a cancelled invocation runs its onexit handlers, inner before outer, and ends', async () => {
    const host = await run('250');
    const [parent, child] = host.sessions();
    expect(child?.log.map(({ text }) => text)).toEqual(['Exiting sub01', 'Exiting sub0']);
    expect(child?.finalState).toBeUndefined();
    expect(child?.status).toBe('done');
    expect(parent?.finalState).toBe('final');
  });

  it('301: a document whose script cannot be loaded is rejected', async () => {
    const url = tests.get('301') ?? '';
    const text = (await fetchFile(url)) ?? '';
    const found = checkApplication({ id: '301', main: url, documents: { [url]: text } });
    expect(found.map(({ code, severity }) => [code, severity])).toContainEqual(['script-source', 'error']);
    expect(await runToFinal(pool, url, { sessionPrefix: 'manual301-' })).toBe('rejected');
  });

  it('307: an unbound variable with late binding reads like a missing member', async () => {
    const host = await run('307');
    const [session] = host.sessions();
    const [unbound, first, missing, second] = session?.log ?? [];
    expect(unbound?.text).toBe(missing?.text);
    expect([first?.label, second?.label]).toEqual(['no error in s0', 'No error in s1']);
    expect(session?.finalState).toBe('final');
  });

  it.each(['313', '314'])('%s: an illegal expression is an error when it is evaluated, not before', async (id) => {
    expect(await runToFinal(pool, tests.get(id) ?? '', { sessionPrefix: `manual${id}-` })).toBe('pass');
  });

  it('415: nothing is processed after the top-level final state is entered', async () => {
    const trace: (string | undefined)[] = [];
    const host = suiteHost(pool, { sessionPrefix: 'manual415-', trace: true });
    const session = await host.start(tests.get('415') ?? '');
    trace.push(...(session?.result?.microsteps ?? []).map(({ event }) => event));
    expect(session?.finalState).toBe('final');
    expect(trace).not.toContain('event1');
  });

  it('513: a POST to the location of a session is answered with 200', async () => {
    const host = suiteHost(pool, { sessionPrefix: 'manual513-' });
    const session = await host.start(tests.get('510') ?? '');
    const server = createServer((request, response) => {
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => {
        const headers = { 'content-type': request.headers['content-type'] ?? '' };
        const found = host.receive({
          method: request.method ?? '',
          url: request.url ?? '',
          headers,
          body: Buffer.concat(body).toString('utf8'),
        });
        response.writeHead(found ? 200 : 404).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const post = (path: string): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
      expect((await post(`/manual513-/${session?.id}`)).status).toBe(200);
      expect((await post('/manual513-/nobody')).status).toBe(404);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
