import { afterEach, describe, expect, test } from 'vitest';
import { RingbackError } from '../../kernel/index.js';
import type { ChatDesk } from './chats.js';
import { adminServer, type TestServer } from './testing.js';

const servers: TestServer[] = [];
const done: unknown[][] = [];

afterEach(async () => {
  done.length = 0;
  for (const { app } of servers.splice(0)) await app.close();
});

const CHAT = {
  ...{ id: 'c1', service: 'request-chat', state: 'waiting', subject: 'My order', events: 1 },
  ...{ customer: { nickname: 'Grace' }, parties: [], startedAt: '2026-01-05T09:00:00.000Z' },
};
const LINE = { position: 1, at: Date.UTC(2026, 0, 5, 9), event: 'Notice.Joined', nickname: 'Grace' };
const SAID = { ...LINE, text: 'has joined the session', party: '1', partyType: 'CLIENT' };

const act =
  (what: string) =>
  async (id: string, agent: string, ...more: unknown[]) => {
    if (id === 'ended') throw new RingbackError('chat-ended', 'The chat has ended');
    if (id === 'nope') throw new RingbackError('unknown-chat', 'No chat with id nope');
    done.push([what, id, agent, ...more]);
    return CHAT;
  };
const desk: ChatDesk = {
  list: async (state) => {
    done.push(['list', state]);
    return [CHAT];
  },
  find: async (id) => (id === 'c1' ? { chat: CHAT, lines: [SAID] } : undefined),
  ...{ join: act('join'), say: act('say'), pushUrl: act('push-url'), typing: act('typing'), leave: act('leave') },
};

async function serve(): Promise<TestServer> {
  const server = await adminServer({ chats: desk, adminPassword: 'secret' });
  servers.push(server);
  const users = [
    ['a100', ['agent']],
    ['eve', ['supervisor']],
    ['dev', ['developer']],
  ] as const;
  for (const [name, roles] of users) {
    await server.configuration.put('users', name, { name, password: 'p', roles: [...roles] });
  }
  return server;
}

const as = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:p`).toString('base64')}` });

describe('chats', () => {
  test('are listed by their state, and shown with what was said', async () => {
    const { send } = await serve();
    expect(await send('GET', '/chats', undefined, as('a100'))).toMatchObject({ status: 200, body: [{ id: 'c1' }] });
    await send('GET', '/chats?state=waiting', undefined, as('eve'));
    expect(done).toEqual([
      ['list', 'open'],
      ['list', 'waiting'],
    ]);
    expect((await send('GET', '/chats?state=asleep', undefined, as('eve'))).status).toBe(422);
    const { body } = await send('GET', '/chats/c1', undefined, as('a100'));
    expect(body).toMatchObject({ id: 'c1', transcript: [{ ...SAID, at: '2026-01-05T09:00:00.000Z' }] });
    expect((await send('GET', '/chats/c2', undefined, as('a100'))).status).toBe(404);
  });

  test('are what agents take part in, each for itself; supervisors for others', async () => {
    const { send } = await serve();
    const post = (action: string, body: object, user = 'a100') => send('POST', `/chats/c1/${action}`, body, as(user));
    for (const [action, body] of [
      ['join', {}],
      ['messages', { text: 'Hello' }],
      ['typing', { typing: true }],
      ['push-url', { url: 'http://example.org' }],
      ['leave', {}],
    ] as const) {
      expect((await post(action, body)).status).toBe(200);
    }
    expect((await post('join', { agent: 'a200' }, 'eve')).status).toBe(200);
    expect(done).toEqual([
      ['join', 'c1', 'a100'],
      ['say', 'c1', 'a100', 'Hello'],
      ['typing', 'c1', 'a100', true],
      ['push-url', 'c1', 'a100', 'http://example.org'],
      ['leave', 'c1', 'a100'],
      ['join', 'c1', 'a200'],
    ]);
    expect((await post('join', { agent: 'a200' })).status).toBe(403);
    expect((await post('join', {}, 'dev')).status).toBe(403);
    expect((await send('POST', '/chats/c1/join', {})).status).toBe(401);
  });

  test('refuse what is wrong and what is too late', async () => {
    const { send } = await serve();
    expect((await send('POST', '/chats/c1/messages', {}, as('a100'))).status).toBe(422);
    expect((await send('POST', '/chats/c1/messages', { text: '' }, as('a100'))).status).toBe(422);
    expect((await send('POST', '/chats/c1/typing', { typing: 'yes' }, as('a100'))).status).toBe(422);
    expect((await send('POST', '/chats/ended/join', {}, as('a100'))).status).toBe(409);
    expect((await send('POST', '/chats/nope/join', {}, as('a100'))).status).toBe(404);
  });
});
