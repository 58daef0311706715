import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChatRouting, Chats, requestChat, SimulatedChatAgents } from '../../chat/index.js';
import { silentLogger } from '../../kernel/index.js';
import { NotifyBed, StandIn } from '../../notify/testing.js';
import { ServiceRecords, Storage } from '../../services/index.js';
import { createHttp } from '../http.js';
import { chatAnswer, chatPath, gmsChatApi } from './chat.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const AGENTS: Record<string, string> = { a100: 'Ada', a200: 'Bob' };
let bed: NotifyBed;
let chats: Chats;
let records: ServiceRecords;
let app: FastifyInstance;
let options: Record<string, string> = {};
let create: () => Promise<string>;

beforeAll(async () => {
  bed = await NotifyBed.create();
  const { database, clock, activity, notifications } = bed;
  records = new ServiceRecords(clock);
  const storage = new Storage(clock);
  const service = () => options;
  chats = new Chats({
    ...{ database, clock, activity, log: silentLogger, notifications, service },
    nicknameOf: (agent) => AGENTS[agent],
    show: chatAnswer,
  });
  await chats.start();
  app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0',
    consoleDirectory: '/nonexistent',
  });
  await app.register(gmsChatApi, {
    ...{ prefix: '/genesys', chats, log: silentLogger },
    serviceOf: (id) => records.read(database, id),
    credentials: { service, section: () => ({}) },
  });
  const builtin = requestChat({ database, records, storage, pathOf: chatPath });
  create = async () => {
    const request = { parameters: { _verbose: 'true' }, userData: new Map([['language', 'fr']]) };
    const { status, body } = await builtin.run({ name: 'request-chat', options, request });
    // The builtin answers an object with these members.
    const { _id: id } = body as { _id: string };
    expect([status, body]).toEqual([200, { '_chatIxnAPI-CREATE-URL': `/genesys/1/service/${id}/ixn/chat`, _id: id }]);
    return id;
  };
});

afterAll(async () => {
  await chats.stop();
  await app.close();
});

beforeEach(async () => {
  await bed.activity.idle();
  await bed.database.query('truncate chat cascade');
  await bed.database.query('truncate notification, notification_subscription, comet_message, comet_session');
  bed.clear();
  options = {};
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answered
  body: any;
}

async function post(id: string, action = '', fields: Record<string, string> = {}, user?: string): Promise<Answer> {
  const response = await app.inject({
    method: 'POST',
    url: chatPath(id) + action,
    payload: new URLSearchParams(fields).toString(),
    headers: { ...FORM, ...(user !== undefined && { gms_user: user }) },
  });
  return { status: response.statusCode, body: response.json() };
}

const CUSTOMER = { firstName: 'Grace', lastName: 'Hopper', subject: 'My order', email: 'grace@example.org' };
const say = (text: string) => (party: string) => ({ type: 'say', party, text }) as const;

describe('the chat API', () => {
  it('CH1 a chat service answers where its chat is started', async () => {
    await create();
  });

  it('starts a chat, which waits for an agent', async () => {
    const id = await create();
    const { status, body } = await post(id, '', CUSTOMER);
    expect([status, body]).toEqual([
      200,
      {
        chatIxnState: 'CONNECTED',
        chatSessionId: expect.stringMatching(/^[\w-]{36}$/),
        transcriptPosition: '1',
        chatServiceMessage: 'Chat service is available',
        transcriptToShow: [['Notice.Joined', 'Grace Hopper', 'has joined the session', '1', 'CLIENT']],
        startedAt: '2026-03-02T08:00:00.000Z',
      },
    ]);
    expect(await chats.list(['waiting'])).toMatchObject([{ id, service: 'request-chat' }]);
  });

  it('carries a conversation to its end, each line once', async () => {
    const id = await create();
    await post(id, '', { ...CUSTOMER, userDisplayName: 'Grace' });
    await chats.join(id, 'a100');
    expect((await post(id, '/refresh')).body).toMatchObject({
      chatIxnState: 'TRANSCRIPT',
      transcriptPosition: '2',
      transcriptToShow: [['Notice.Joined', 'Ada', 'has joined the session', '2', 'AGENT']],
    });
    await post(id, '/startTyping');
    await post(id, '/stopTyping');
    expect((await post(id, '/send', { message: 'Where is it?' })).body.transcriptToShow).toEqual([
      ['Message.Text', 'Grace', 'Where is it?', '1', 'CLIENT'],
    ]);
    await chats.agent(id, 'a100', say('On its way'));
    await chats.agent(id, 'a100', (party) => ({
      type: 'notice',
      party,
      event: 'Notice.PushUrl',
      text: 'http://x.org',
    }));
    expect((await post(id, '/refresh', { message: 'Thanks' })).body.transcriptToShow).toEqual([
      ['Message.Text', 'Ada', 'On its way', '2', 'AGENT'],
      ['Notice.PushUrl', 'Ada', 'http://x.org', '2', 'AGENT'],
      ['Message.Text', 'Grace', 'Thanks', '1', 'CLIENT'],
    ]);
    const left = await post(id, '/disconnect');
    expect([left.status, left.body.chatIxnState]).toEqual([200, 'DISCONNECTED']);
    expect(left.body.transcriptToShow).toEqual([['Notice.Left', 'Grace', 'has left the session', '1', 'CLIENT']]);
    const all = (await post(id, '/refresh', { transcriptPosition: '0' })).body;
    expect(all.transcriptToShow.map(([event]: string[]) => event)).toEqual([
      'Notice.Joined',
      'Notice.Joined',
      'Notice.TypingStarted',
      'Notice.TypingStopped',
      'Message.Text',
      'Message.Text',
      'Notice.PushUrl',
      'Message.Text',
      'Notice.Left',
    ]);
    expect(all.transcriptPosition).toBe('9');
  });

  it('answers a chat that was started twice with the one that there is', async () => {
    const id = await create();
    const first = await post(id, '', CUSTOMER);
    const again = await post(id, '', CUSTOMER);
    expect(again.body.chatSessionId).toBe(first.body.chatSessionId);
    expect(again.body.transcriptToShow).toHaveLength(1);
  });

  it('keeps the order of what is said at the same time', async () => {
    const id = await create();
    await post(id, '', CUSTOMER);
    await Promise.all(Array.from({ length: 20 }, (_, each) => post(id, '/send', { message: `m${each}` })));
    const { lines } = (await chats.find(id)) ?? { lines: [] };
    expect(lines.map(({ position }) => position)).toEqual(Array.from({ length: 21 }, (_, each) => each + 1));
    expect(new Set(lines.map(({ text }) => text)).size).toBe(21);
  });

  it.each([
    [{}, 200],
    [{ _chat_400_response_on_disconnected: 'true' }, 400],
  ])('says with options %j that the agent has left by %i', async (given, status) => {
    options = given;
    const id = await create();
    await post(id, '', CUSTOMER);
    await chats.join(id, 'a100');
    await post(id, '/refresh');
    await chats.agent(id, 'a100', (party) => ({ type: 'leave', party }));
    const refreshed = await post(id, '/refresh');
    expect([refreshed.status, refreshed.body.chatIxnState]).toEqual([status, 'DISCONNECTED']);
    expect(refreshed.body.transcriptToShow).toEqual([['Notice.Left', 'Ada', 'has left the session', '2', 'AGENT']]);
    const sent = await post(id, '/send', { message: 'Hello?' });
    expect([sent.status, sent.body.chatIxnState]).toEqual([status, 'DISCONNECTED']);
    expect((await post(id, '/disconnect')).status).toBe(200);
  });

  it('adds addresses and more when it is asked to be verbose', async () => {
    const id = await create();
    const { body } = await post(id, '', { ...CUSTOMER, _verbose: 'true' }, 'u1');
    expect(body).toMatchObject({
      userId: 'u1',
      isTLSrequired: 'false',
      clientTimeZoneOffset: 0,
      '_chatIxnAPI-REFRESH-URL': `${chatPath(id)}/refresh`,
    });
  });

  it('tells a client over CometD what happens, as it would be answered', async () => {
    const id = await create();
    const started = await post(id, '', { ...CUSTOMER, notify_by: 'comet', subscriptionID: 's-1' }, 'u1');
    expect(started.body.transcriptToShow).toEqual([]);
    const session = await bed.comet.open('u1');
    await bed.comet.changeChannels(session, ['/_genesys'], []);
    await chats.join(id, 'a100');
    await chats.agent(id, 'a100', say('Hello'));
    const heard = await bed.comet.receive(session, ['/_genesys'], { holdMs: 0 });
    expect(heard?.messages).toMatchObject([
      { tag: 's-1', message: { chatIxnState: 'TRANSCRIPT', transcriptPosition: '1' } },
      { tag: 's-1', message: { transcriptToShow: [['Notice.Joined', 'Ada', 'has joined the session', '2', 'AGENT']] } },
      { tag: 's-1', message: { transcriptToShow: [['Message.Text', 'Ada', 'Hello', '2', 'AGENT']] } },
    ]);
    // The client took leave when it had read two lines: the third comes again with the next one.
    await chats.continueFrom('u1', 2);
    await chats.agent(id, 'a100', say('Still there?'));
    const again = await bed.comet.receive(session, ['/_genesys'], { holdMs: 0 });
    expect(again?.messages).toMatchObject([
      { message: { transcriptPosition: '4', transcriptToShow: [['Message.Text', 'Ada', 'Hello', '2', 'AGENT'], {}] } },
    ]);
  });

  it('tells the device of a client what an agent says', async () => {
    const device = await StandIn.start();
    const id = await create();
    const push = { push_notification_deviceid: device.url, push_notification_type: 'httpcb' };
    await post(id, '', { ...CUSTOMER, ...push });
    await chats.join(id, 'a100');
    await post(id, '/send', { message: 'Hello' });
    await chats.agent(id, 'a100', say('Hello'));
    await bed.activity.idle();
    expect(device.bodies.map((body) => JSON.parse(body))).toEqual([{ _id: id, _action: 'refresh' }]);
  });

  it('ends a chat whose client has been silent for longer than the service allows', async () => {
    options = { _client_timeout: '60' };
    const id = await create();
    await post(id, '', CUSTOMER);
    await bed.clock.advance(50_000);
    await post(id, '/refresh');
    await chats.join(id, 'a100');
    await bed.clock.advance(50_000);
    expect((await chats.find(id))?.chat.conversation.state).toBe('talking');
    await chats.agent(id, 'a100', say('Hello?'));
    await bed.clock.advance(15_000);
    expect((await chats.find(id))?.chat.conversation.state).toBe('ended');
  });

  it('is answered by an automatic agent of the simulated floor', async () => {
    const { clock, activity } = bed;
    const agents = { automatic: () => ['a200'], answerSeconds: () => 2 };
    const simulated = new SimulatedChatAgents({ chats, agents, clock, activity, log: silentLogger });
    await simulated.start();
    const staff = { ready: async () => [{ id: 'a200', most: 1, readySince: 0 }], onReady: () => () => {} };
    const offerMs = () => 30_000;
    const { database } = bed;
    const routing = new ChatRouting({ chats, staff, offerMs, database, clock, activity, log: silentLogger });
    await routing.start();
    const id = await create();
    await post(id, '', CUSTOMER);
    await clock.advance(2_000);
    await post(id, '/send', { message: 'Hi' });
    await clock.advance(2_000);
    simulated.stop();
    await routing.stop();
    const { transcriptToShow } = (await post(id, '/refresh')).body;
    expect(transcriptToShow).toEqual([['Message.Text', 'Bob', 'You wrote: Hi', '2', 'AGENT']]);
  });

  it('refuses what it cannot do', async () => {
    expect((await post('nope')).status).toBe(404);
    const id = await create();
    expect((await post(id, '/refresh')).status).toBe(404);
    await post(id, '', CUSTOMER);
    expect((await post(id, '/send')).status).toBe(400);
    expect((await post(id, '/send', { message: 'x'.repeat(20_000) })).status).toBe(413);
    expect((await post(id, '/nonsense')).status).toBe(404);
    expect((await app.inject(`${chatPath(id)}/send`)).statusCode).toBe(405);
    const session = { id: 's1', name: 'hello', storage: 'none', template: null };
    await records.create(bed.database, session, 60);
    expect((await post('s1', '', CUSTOMER)).status).toBe(400);
    await expect(chats.join(id, 'nobody')).rejects.toMatchObject({ code: 'unknown-agent' });
    await expect(chats.agent(id, 'a100', say('x'))).rejects.toMatchObject({ code: 'not-in-chat' });
  });

  it('asks for the credentials of its service', async () => {
    options = { username: 'u', password: 'p' };
    const id = await create();
    expect((await post(id, '', CUSTOMER)).status).toBe(401);
    const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;
    const response = await app.inject({ method: 'POST', url: chatPath(id), headers: { authorization } });
    expect(response.statusCode).toBe(200);
  });
});
