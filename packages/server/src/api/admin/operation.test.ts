import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { RingbackError } from '../../kernel/index.js';
import type { AdminOptions, AgentPosition, StoredFlow } from './index.js';
import { adminServer, type TestServer } from './testing.js';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const { app } of servers.splice(0)) await app.close();
});

async function serve(more: Partial<AdminOptions> = {}): Promise<TestServer> {
  const server = await adminServer(more);
  servers.push(server);
  return server;
}

describe('agents', () => {
  const states = new Map<string, AgentPosition>();
  const move = async (id: string, state: string, reason?: string): Promise<AgentPosition> => {
    if (id === 'nobody') throw new RingbackError('unknown-agent', 'There is no agent "nobody".');
    if (id === 'busy') throw new RingbackError('invalid-state', 'Agent "busy" is busy; login needs logged-out.');
    const position = { id, state, since: Date.UTC(2026, 0, 1), ...(reason !== undefined && { reason }) };
    states.set(id, position);
    return position;
  };
  const agents: AdminOptions['agents'] = {
    login: (id) => move(id, 'not-ready'),
    logout: (id, more) => move(id, 'logged-out', more?.reason),
    ready: (id) => move(id, 'ready'),
    notReady: (id, more) => move(id, 'not-ready', more?.reason),
    state: (id) => states.get(id),
    states: async () => [...states.values(), { id: 'a0', state: 'logged-out', since: 0 }],
  };

  test('act, and tell their state', async () => {
    const { send } = await serve({ agents });
    const since = '2026-01-01T00:00:00.000Z';
    expect(await send('POST', '/agents/a1/login')).toMatchObject({
      status: 200,
      body: { id: 'a1', state: 'not-ready', since },
    });
    expect((await send('POST', '/agents/a1/ready', {})).body).toEqual({ id: 'a1', state: 'ready', since });
    const lunch = { id: 'a1', state: 'not-ready', since, reason: 'lunch' };
    expect((await send('POST', '/agents/a1/not-ready', { reason: 'lunch' })).body).toEqual(lunch);
    expect((await send('GET', '/agents/a1/state')).body).toEqual(lunch);
    expect((await send('GET', '/agent-states')).body).toEqual([{ id: 'a0', state: 'logged-out' }, lunch]);
    expect((await send('GET', '/agents/a9/state')).status).toBe(404);
    expect(await send('POST', '/agents/nobody/login')).toMatchObject({
      status: 404,
      body: { detail: 'There is no agent "nobody".' },
    });
    expect((await send('POST', '/agents/busy/login')).status).toBe(409);
    expect((await send('POST', '/agents/a1/logout', { reasn: 'x' })).status).toBe(422);
  });
});

describe('callbacks', () => {
  test('are listed in pages, by state and service', async () => {
    const asked: object[] = [];
    const { send } = await serve({
      callbacks: {
        list: async (filter) => {
          asked.push(filter);
          return { callbacks: [{ _id: 'c1' }], next: 'after c1' };
        },
        get: async (id) => (id === 'c1' ? { _id: 'c1' } : undefined),
      },
    });
    const page = await send('GET', '/callbacks?state=QUEUED&service=B&limit=1');
    expect(page.body).toEqual([{ _id: 'c1' }]);
    const next = /<\/api\/v1([^>]+)>/.exec(String(page.headers.link))?.[1] ?? '';
    await send('GET', next);
    expect(asked).toEqual([
      { state: 'QUEUED', service: 'B', limit: 1 },
      { state: 'QUEUED', service: 'B', limit: 1, cursor: 'after c1' },
    ]);
    expect((await send('GET', '/callbacks/c1')).body).toEqual({ _id: 'c1' });
    expect((await send('GET', '/callbacks/c2')).status).toBe(404);
  });

  test('have a history with what their sessions and calls did', async () => {
    const { send, journal } = await serve();
    const at = (second: number) => `2026-01-05T09:00:0${second}.000Z`;
    journal.record({ id: '1-1', at: at(0), type: 'callback.accepted', callback: 'c1' });
    journal.record({ id: '1-2', at: at(1), type: 'session.started', callback: 'c1', session: 's1' });
    journal.record({ id: '1-3', at: at(3), type: 'callback.completed', callback: 'c1' });
    journal.record({ id: '1-4', at: at(2), type: 'route.decision', session: 's1', call: 'k1' });
    journal.record({ id: '1-5', at: at(2), type: 'call.dialing', call: 'k1' });
    journal.record({ id: '1-6', at: at(2), type: 'call.dialing', call: 'k2', callback: 'c2' });
    const history = await send('GET', '/callbacks/c1/history');
    // The events above have ids.
    expect((history.body as { id: string }[]).map(({ id }) => id)).toEqual(['1-1', '1-2', '1-4', '1-5', '1-3']);
    expect((await send('GET', '/callbacks/c3/history')).status).toBe(404);
  });
});

describe('sessions', () => {
  test('are listed in pages, and read one by one', async () => {
    const all = ['s5', 's4', 's3', 's2', 's1'].map((id, index) => ({
      id,
      startedAt: `2026-01-05T09:00:0${9 - index}.000Z`,
    }));
    const { send } = await serve({
      sessions: {
        list: async ({ limit, before }) => {
          const start = before ? all.findIndex(({ id }) => id === before.id) + 1 : 0;
          return all.slice(start, start + limit);
        },
        get: async (id) => all.find((session) => session.id === id),
        chart: async (id) => (id === 's3' ? { states: [] } : undefined),
        step: async (id, step) => {
          if (id === 's2') throw new RingbackError('history-incomplete', 'Its history is gone.');
          return id === 's3' && step === 2 ? { step, configuration: ['a'] } : undefined;
        },
      },
    });
    const ids: string[] = [];
    for (let path: string | undefined = '/sessions?limit=2&state=running'; path !== undefined; ) {
      const page = await send('GET', path);
      // The list above is of sessions.
      ids.push(...(page.body as { id: string }[]).map(({ id }) => id));
      path = /<\/api\/v1([^>]+)>/.exec(String(page.headers.link ?? ''))?.[1];
    }
    expect(ids).toEqual(['s5', 's4', 's3', 's2', 's1']);
    expect((await send('GET', '/sessions/s3')).body).toMatchObject({ id: 's3' });
    expect((await send('GET', '/sessions/x')).status).toBe(404);
    expect((await send('GET', '/sessions?cursor=eA')).status).toBe(400);
    expect((await send('GET', '/sessions/s3/chart')).body).toEqual({ states: [] });
    expect((await send('GET', '/sessions/x/chart')).status).toBe(404);
    expect((await send('GET', '/sessions/s3/steps/2')).body).toMatchObject({ step: 2 });
    expect((await send('GET', '/sessions/s2/steps/1')).status).toBe(409);
    for (const step of ['9', '0', '-1', 'x', '2.5']) {
      expect((await send('GET', `/sessions/s3/steps/${step}`)).status, step).toBe(404);
    }
  });

  test.each([
    ['/sessions?state=sleeping', '/state'],
    ['/sessions?minAge=-1', '/minAge'],
    ['/sessions?maxAge=soon', '/maxAge'],
    ['/sessions?maxAge=99999999999', '/maxAge'],
  ])('are not listed by what makes no sense: %s', async (path, pointer) => {
    const { send } = await serve({});
    expect(await send('GET', path)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});

describe('the simulated world', () => {
  test('is changed, gets calls and lists them', async () => {
    const calls: object[] = [];
    const { send } = await serve({
      simulator: {
        settings: () => ({ seed: 1 }),
        changeSettings: async (change) => {
          if (JSON.stringify(change).includes('outcme')) {
            throw new RingbackError('invalid-simulator-settings', 'wrong', [
              { pointer: '/default/outcme', detail: 'is not one of' },
            ]);
          }
          return { seed: 2 };
        },
        placeInbound: async (request) => `call ${calls.push(request)}`,
        calls: ({ number }) => [{ id: 'k', number: number ?? 'any' }],
      },
    });
    expect((await send('GET', '/simulator')).body).toEqual({ seed: 1 });
    expect(await send('PUT', '/simulator', { seed: 2 })).toMatchObject({ status: 200, body: { seed: 2 } });
    expect(await send('PUT', '/simulator', { default: { outcme: 'x' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/default/outcme' }] },
    });
    const placed = await send('POST', '/simulator/calls', { from: '1', to: '8999', udata: { a: 'b' } });
    expect([placed.status, placed.body]).toEqual([201, { id: 'call 1' }]);
    expect(calls).toEqual([{ from: '1', to: '8999', userData: { a: 'b' } }]);
    expect((await send('POST', '/simulator/calls', { from: '1' })).status).toBe(422);
    expect((await send('GET', '/simulator/calls?number=5115')).body).toEqual([{ id: 'k', number: '5115' }]);
  });

  test('is not there when the switch or the clock is a real one', async () => {
    const { send } = await serve();
    expect(await send('PUT', '/simulator', {})).toMatchObject({
      status: 409,
      body: { type: 'urn:ringback:problem:not-simulated' },
    });
    expect((await send('GET', '/simulator/calls')).status).toBe(409);
    expect((await send('POST', '/simulator/clock', { advanceSeconds: 1 })).status).toBe(409);
    expect((await send('GET', '/simulator/clock')).body).toEqual({ now: '2026-01-05T09:00:00.000Z', test: false });
  });

  test('has a clock that moves on request', async () => {
    let advance: (milliseconds: number) => Promise<void> = async () => undefined;
    const server = await serve({ testClock: { advance: (milliseconds) => advance(milliseconds) } });
    advance = (milliseconds) => server.clock.advance(milliseconds);
    const happened: string[] = [];
    server.clock.at(server.clock.now() + 1500, () => happened.push('due'));
    const moved = await server.send('POST', '/simulator/clock', { advanceSeconds: 1.5 });
    expect(moved).toMatchObject({ status: 200, body: { now: '2026-01-05T09:00:01.500Z', test: true } });
    expect(happened).toEqual(['due']);
    for (const advanceSeconds of [-1, 'x', undefined]) {
      expect((await server.send('POST', '/simulator/clock', { advanceSeconds })).status).toBe(422);
    }
  });
});

describe('flows', () => {
  const part = (disposition: string, text: string) =>
    `--x\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
  const stored = new Map<string, StoredFlow>();
  const flows: AdminOptions['flows'] = {
    put: async (flow, main, documents) => {
      if (documents[main]?.includes('wrong')) {
        const found = {
          severity: 'error',
          code: 'unknown-element',
          message: 'x is no element.',
          url: main,
          line: 3,
          column: 7,
        } as const;
        return { diagnostics: [found, { ...found, line: 4 }] };
      }
      const version = (stored.get(flow)?.version ?? 0) + 1;
      stored.set(flow, { flow, version, main, documents, origin: 'uploaded', createdAt: 0 });
      return { version, created: version === 1, diagnostics: [] };
    },
    latest: async (flow) => stored.get(flow),
    list: async () => [...stored.values()],
    remove: async (flow) => stored.delete(flow),
  };

  test('are stored in versions, read and deleted', async () => {
    const { send } = await serve({ flows });
    const xml = { 'content-type': 'application/scxml+xml; charset=utf-8' };
    expect(await send('PUT', '/flows/mine', '<scxml/>', xml)).toMatchObject({
      status: 201,
      body: { name: 'mine', version: 1 },
    });
    expect(await send('PUT', '/flows/mine', '<scxml>ü</scxml>', { 'content-type': 'text/xml' })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect((await send('GET', '/flows')).body).toEqual([
      { name: 'mine', version: 2, origin: 'uploaded', createdAt: '1970-01-01T00:00:00.000Z' },
    ]);
    const main = 'ringback:/flows/mine/mine.scxml';
    expect((await send('GET', '/flows/mine')).body).toMatchObject({
      version: 2,
      main,
      documents: { [main]: '<scxml>ü</scxml>' },
    });
    expect((await send('GET', '/flows/mine', undefined, { accept: 'application/scxml+xml' })).body).toBe(
      '<scxml>ü</scxml>',
    );
    expect((await send('DELETE', '/flows/mine')).status).toBe(204);
    expect((await send('DELETE', '/flows/mine')).status).toBe(404);
    expect((await send('GET', '/flows/mine')).status).toBe(404);
  });

  test('may have several documents', async () => {
    const { send } = await serve({ flows });
    const body = [
      part('name="main"; filename="any.scxml"', '<scxml/>'),
      part('name="lib/tools.js"; filename="tools.js"', 'var a'),
      part('name="file"; filename="sub.scxml"', '<scxml>sub</scxml>'),
    ];
    expect((await send('PUT', '/flows/several', `${body.join('')}--x--\r\n`, multipart)).status).toBe(201);
    expect(stored.get('several')?.documents).toEqual({
      'ringback:/flows/several/several.scxml': '<scxml/>',
      'ringback:/flows/several/lib/tools.js': 'var a',
      'ringback:/flows/several/sub.scxml': '<scxml>sub</scxml>',
    });
    const noMain = await send('PUT', '/flows/other', `${body[1]}--x--\r\n`, multipart);
    expect(noMain).toMatchObject({ status: 422, body: { type: 'urn:ringback:problem:missing-main' } });
  });

  test('may be large, have many documents, and name them by the folders of their files', async () => {
    const { send } = await serve({ flows });
    const parts = [
      part('name="files"; filename="large.scxml"', `<scxml><!-- ${'x'.repeat(1_500_000)} --></scxml>`),
      ...Array.from({ length: 60 }, (_, each) =>
        part(`name="files"; filename="src-gen/block${each}.js"`, `var b${each}`),
      ),
    ];
    expect((await send('PUT', '/flows/large', `${parts.join('')}--x--\r\n`, multipart)).status).toBe(201);
    expect(Object.keys(stored.get('large')?.documents ?? {})).toHaveLength(61);
    expect(stored.get('large')?.documents['ringback:/flows/large/src-gen/block59.js']).toBe('var b59');
    const alone = await send('PUT', '/flows/long', `<scxml>${'x'.repeat(3_000_000)}</scxml>`, {
      'content-type': 'application/scxml+xml',
    });
    expect(alone.status).toBe(201);
    const tooLong = await send('PUT', '/flows/long', 'x'.repeat(5_000_000), { 'content-type': 'text/xml' });
    expect(tooLong.status).toBe(413);
  });

  test('with errors are refused with the place of each', async () => {
    const { send } = await serve({ flows });
    const answer = await send('PUT', '/flows/mine', '<wrong/>', { 'content-type': 'application/xml' });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        detail: 'The flow is not stored: line 3, column 7: x is no element (and 1 more).',
        errors: [
          { line: 3, column: 7, message: 'x is no element.', document: 'mine.scxml' },
          { line: 4, column: 7 },
        ],
      },
    });
    expect((await send('PUT', '/flows/mine', { a: 1 })).status).toBe(415);
    expect((await send('PUT', '/flows/a%2Fb', '<scxml/>', { 'content-type': 'text/xml' })).status).toBe(422);
  });
});

describe('live events', () => {
  async function listen(server: TestServer, query: string, headers: Record<string, string> = {}) {
    if (!server.app.server.listening) await server.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo; // a TCP server that listens
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: `/api/v1/events${query}`, headers }, resolve).on('error', reject);
    });
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    const until = async (part: string) => {
      while (!text.includes(part)) await once(response, 'data');
      return text;
    };
    return { response, until };
  }

  test('are sent as they happen, with their type and id', async () => {
    const server = await serve();
    const { response, until } = await listen(server, '?types=callback.*,agent.state');
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    await until(': live');
    server.journal.record({ id: '1-1', at: '2026-01-05T09:00:00.000Z', type: 'callback.state', state: 'QUEUED' });
    expect(await until('QUEUED')).toContain(
      'id: 1-1\nevent: callback.state\ndata: {"id":"1-1","at":"2026-01-05T09:00:00.000Z","type":"callback.state","state":"QUEUED"}\n\n',
    );
    await server.clock.advance(15_000);
    await until(': alive');
    response.destroy();
  });

  test('resume after the last event that was received', async () => {
    const server = await serve();
    for (const id of ['1-1', '1-2', '1-3']) server.journal.record({ id, at: '', type: 'agent.state' });
    const { response, until } = await listen(server, '', { 'last-event-id': '1-1' });
    const text = await until('id: 1-3');
    expect(text).toContain('id: 1-2');
    expect(text).not.toContain('id: 1-1');
    response.destroy();
  });

  test('end when the client goes, and when the server closes', async () => {
    const server = await serve();
    const first = await listen(server, '');
    const second = await listen(server, '');
    await Promise.all([first.until(': live'), second.until(': live')]);
    expect(server.journal.subscribers).toBe(2);
    const ended = once(second.response, 'end');
    await server.app.close();
    await ended;
    expect(server.journal.subscribers).toBe(0);
  });
});
