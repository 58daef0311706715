import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { NodeStatus } from '../../services/index.js';
import { createHttp } from '../http.js';
import { gmsNodeApi } from './node.js';

const CREDENTIALS = { authorization: `Basic ${Buffer.from('U:P').toString('base64')}` };
const node = new NodeStatus();
let app: FastifyInstance;

beforeAll(async () => {
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(gmsNodeApi, {
    prefix: '/genesys',
    node,
    credentials: { service: () => undefined, section: () => ({ username: 'U', password: 'P' }) },
    log: silentLogger,
  });
});

afterAll(() => app.close());
beforeEach(() => node.change('ONLINE'));

function ask(method: 'GET' | 'POST', path: string, headers: Record<string, string> = CREDENTIALS) {
  return app.inject({ method, url: `/genesys/1${path}`, headers });
}

describe('the Node API', () => {
  it('N1 says that the node is online, in six bytes', async () => {
    const { statusCode, headers, body } = await ask('GET', '/admin/node/status');
    expect([statusCode, body, headers['content-length']]).toEqual([200, 'ONLINE', '6']);
    expect(headers['content-type']).toBe('text/plain;charset=ISO-8859-1');
    expect(headers['cache-control']).toBe('max-age=0');
  });

  it('N2 changes the status', async () => {
    expect((await ask('POST', '/admin/node/changestatus/OFFLINE')).statusCode).toBe(200);
    expect((await ask('GET', '/admin/node/status')).body).toBe('OFFLINE');
    expect(node.isOnline).toBe(false);
    await ask('POST', '/admin/node/changestatus/ONLINE');
    expect((await ask('GET', '/admin/node/status')).body).toBe('ONLINE');
  });

  it('refuses another status, another method and strangers', async () => {
    expect((await ask('POST', '/admin/node/changestatus/AWAY')).statusCode).toBe(400);
    expect((await ask('GET', '/admin/node/changestatus/OFFLINE')).statusCode).toBe(405);
    expect((await ask('GET', '/admin/node/status', {})).statusCode).toBe(401);
    expect((await ask('POST', '/admin/node/changestatus/OFFLINE', {})).statusCode).toBe(401);
    expect(node.state).toBe('ONLINE');
  });

  it('tells everybody that it is alive', async () => {
    const { statusCode, body } = await ask('GET', '/node', {});
    expect([statusCode, body]).toEqual([200, '']);
  });
});
