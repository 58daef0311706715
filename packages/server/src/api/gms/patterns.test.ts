import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/index.js';
import { PatternMatcher } from '../../services/index.js';
import { createHttp } from '../http.js';
import { gmsPatternsApi } from './patterns.js';

const groups = new Map<string, Record<string, string>>([
  ['grp', { email: String.raw`[^@\s]+@[^@\s]+\.[A-Za-z]{2,}`, 911: '911', tri: String.raw`\d{3}-x` }],
  [
    'observed',
    {
      'three !@#$%': String.raw`\d{3}`,
      mail: String.raw`^[\w.]+@int\.((net)||(com))$`,
      time: String.raw`(1[012]|[0-9]):[0-5][0-9]\s[aApP][mM]`,
      date: String.raw`(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[012])/((19|20)\d\d)`,
      ip: String.raw`(([01]?\d\d?|2[0-4]\d|25[0-5])\.){3}([01]?\d\d?|2[0-4]\d|25[0-5])`,
      broken: '(900',
      slow: '(a+)+b',
    },
  ],
]);
let app: FastifyInstance;
let server: Record<string, string> = {};

beforeAll(async () => {
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(gmsPatternsApi, {
    prefix: '/genesys',
    patterns: new PatternMatcher(() => groups, silentLogger),
    credentials: { service: () => undefined, section: () => server },
    log: silentLogger,
  });
});

afterAll(() => app.close());

const EXAMPLE = 'param1=1234562&param2=john.doe@gmail.com&param3=911';

async function post(path: string, payload: string | Buffer, type = 'application/x-www-form-urlencoded') {
  const url = `/genesys/1/patterns${path}`;
  const response = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });
  return { status: response.statusCode, body: response.json() };
}

describe('the Pattern Matcher API', () => {
  it.each([
    ['PT1', '/group/grp', EXAMPLE, { param2: 'email', param3: '911' }],
    ['PT2', '/group/grp', 'param1=zzz', {}],
    ['PT3', '/group/grp', 'param1=555-xy', {}],
    ['PT3', '/group/grp', 'param1=555-x', { param1: 'tri' }],
    ['PT4', '', EXAMPLE, { param2: 'email', param3: '911' }],
    ['', '/group/grp', '', {}],
    ['', '/group/observed', 'p=555', { p: 'three !@#$%' }],
    ['', '/group/observed', 'p=a@int.com&q=a.b@int.net&r=a@.com', { p: 'mail', q: 'mail' }],
    ['', '/group/observed', 'p=10:59+am&q=0:01+pM&r=13:11+Am', { p: 'time', q: 'time' }],
    ['', '/group/observed', 'p=01/01/2000&q=1/1/1995&r=01/13/1999', { p: 'date', q: 'date' }],
    ['', '/group/observed', 'p=10.0.0.255&q=1.0.0.1&r=10.0.0.256', { p: 'ip', q: 'ip' }],
    ['', '/group/observed', `p=${'a'.repeat(50_000)}`, {}],
  ])('%s matches %s with %s', async (_row, path, payload, expected) => {
    expect(await post(path, payload)).toEqual({ status: 200, body: expected });
  });

  it('PT5 takes multipart', async () => {
    const parts = EXAMPLE.split('&').map((pair) => {
      const [name, value] = pair.split('=');
      return `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    });
    const answer = await post('/group/grp', `${parts.join('')}--b--\r\n`, 'multipart/form-data; boundary=b');
    expect(answer).toEqual({ status: 200, body: { param2: 'email', param3: '911' } });
  });

  it('takes JSON', async () => {
    const answer = await post('/group/grp', JSON.stringify({ a: 911, b: 'x' }), 'application/json');
    expect(answer.body).toEqual({ a: '911' });
  });

  it('answers an unknown group with 404 and another method with 405', async () => {
    const { status, body } = await post('/group/nope', 'a=1');
    expect([status, body.message]).toEqual([404, 'Pattern group nope is not configured']);
    expect((await app.inject('/genesys/1/patterns/group/grp')).statusCode).toBe(405);
  });

  it('asks for the credentials of section server', async () => {
    server = { username: 'U', password: 'P' };
    expect((await post('/group/grp', EXAMPLE)).status).toBe(401);
    server = {};
  });
});
