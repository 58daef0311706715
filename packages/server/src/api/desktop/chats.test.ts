import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChatClient } from '../../chat/index.js';
import type { JsonObject } from '../../kernel/index.js';
import { type OutboundBed, outboundBed } from '../ocs/testing.js';
import { Client } from '../outbound/testing.js';

let outbound: OutboundBed;
let desktop: Client;
let next = 0;

const CUSTOMER: ChatClient = {
  ...{ nickname: 'Grace', firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.org', subject: 'My order' },
  ...{ comet: false, verbose: false },
};

/** A customer begins a chat, which waits for an agent. */
async function customer(): Promise<string> {
  next += 1;
  const { chat } = await outbound.chats.open(`chat-${next}`, 'request-chat', undefined, CUSTOMER);
  return chat.id;
}

const say = (id: string, text: string) => outbound.chats.client(id, {}, (party) => ({ type: 'say', party, text }));
const leave = (id: string) => outbound.chats.client(id, {}, (party) => ({ type: 'leave', party }));

/** The next frame about a chat, those of other types being passed over. */
async function heard(client = desktop): Promise<JsonObject> {
  for (;;) {
    const message = await client.next();
    if (message.type === 'chat' || message.type === 'error') return message;
  }
}

async function sit(agent: string): Promise<Client> {
  const client = await Client.open(`${outbound.url}/desktop`, agent, 'pw');
  for (const [wish, state] of [
    ['login', 'not-ready'],
    ['ready', 'ready'],
  ]) {
    client.send({ type: 'state', state: wish });
    await client.pick((message) => message.type === 'state' && message.state === state);
  }
  return client;
}

beforeAll(async () => {
  outbound = await outboundBed();
  const { configuration } = outbound.bed.current;
  for (const id of ['a1', 'a2']) await configuration.patch('agents', id, { password: 'pw' });
});

beforeEach(async () => {
  desktop = await sit('a1');
});

afterEach(async () => {
  for (const { id } of await outbound.chats.list(['waiting', 'talking'])) await leave(id);
  for (const agent of ['a1', 'a2']) await outbound.bed.current.agents.logout(agent);
  await outbound.bed.activity.idle();
  await desktop.close();
});

describe('a chat on a desktop', () => {
  it('is offered to an agent who is ready, accepted, held and ended', async () => {
    const id = await customer();
    expect(await heard()).toMatchObject({
      ...{ type: 'chat', event: 'offered', chat: id, service: 'request-chat', subject: 'My order', state: 'waiting' },
      ...{ customer: { nickname: 'Grace', email: 'grace@example.org' }, startedAt: expect.any(String) },
      until: expect.any(String),
    });
    await say(id, 'Where is it?');
    desktop.send({ type: 'chat-accept', chat: id });
    const joined = await heard();
    expect(joined).toMatchObject({
      ...{ event: 'joined', chat: id, state: 'talking', parties: [{ type: 'CLIENT' }, { type: 'AGENT', agent: 'a1' }] },
      transcript: [
        { position: 1, event: 'Notice.Joined', nickname: 'Grace', partyType: 'CLIENT', at: expect.any(String) },
        { position: 2, event: 'Message.Text', text: 'Where is it?' },
        { position: 3, event: 'Notice.Joined', partyType: 'AGENT' },
      ],
    });
    desktop.send({ type: 'chat-typing', chat: id, typing: true });
    expect(await heard()).toMatchObject({ event: 'line', chat: id, line: { event: 'Notice.TypingStarted' } });
    desktop.send({ type: 'chat-message', chat: id, text: 'On its way' });
    expect(await heard()).toMatchObject({ event: 'line', line: { position: 5, text: 'On its way', party: '2' } });
    desktop.send({ type: 'chat-push-url', chat: id, url: 'https://example.org/track' });
    expect(await heard()).toMatchObject({ line: { event: 'Notice.PushUrl', text: 'https://example.org/track' } });
    await say(id, 'Thanks');
    expect(await heard()).toMatchObject({ line: { position: 7, event: 'Message.Text', partyType: 'CLIENT' } });
    desktop.send({ type: 'chat-end', chat: id });
    expect(await heard()).toMatchObject({ line: { event: 'Notice.Left', partyType: 'AGENT' } });
    expect(await heard()).toEqual({ type: 'chat', event: 'ended', chat: id });
    expect((await outbound.chats.get(id))?.conversation.state).toBe('ended');
  });

  it('goes to the next agent when one declines, and is not offered to the first again for a minute', async () => {
    const id = await customer();
    expect(await heard()).toMatchObject({ event: 'offered' });
    desktop.send({ type: 'chat-decline', chat: id });
    expect(await heard()).toEqual({ type: 'chat', event: 'withdrawn', chat: id });
    const other = await sit('a2');
    expect(await heard(other)).toMatchObject({ event: 'offered', chat: id });
    other.send({ type: 'chat-decline', chat: id });
    expect(await heard(other)).toMatchObject({ event: 'withdrawn' });
    await outbound.bed.advance(70);
    expect(await heard()).toMatchObject({ event: 'offered', chat: id });
    await other.close();
  });

  it('goes to the next agent when one does not answer, or is not ready any more', async () => {
    const id = await customer();
    expect(await heard()).toMatchObject({ event: 'offered' });
    const other = await sit('a2');
    await outbound.bed.advance(30);
    expect(await heard()).toMatchObject({ event: 'withdrawn', chat: id });
    expect(await heard(other)).toMatchObject({ event: 'offered', chat: id });
    other.send({ type: 'state', state: 'not-ready' });
    expect(await heard(other)).toMatchObject({ event: 'withdrawn' });
    desktop.send({ type: 'chat-accept', chat: id });
    expect(await heard()).toMatchObject({ type: 'error', code: 'not-offered' });
    await other.close();
  });

  it('is taken back when the customer gives up, and waits while every agent has one', async () => {
    const first = await customer();
    expect(await heard()).toMatchObject({ event: 'offered', chat: first });
    const second = await customer();
    await outbound.bed.activity.idle();
    expect(await outbound.chats.get(second)).toMatchObject({ offeredTo: undefined });
    await leave(first);
    const frames = [await heard(), await heard()];
    expect(frames).toMatchObject([
      { event: 'withdrawn', chat: first },
      { event: 'offered', chat: second },
    ]);
  });

  it('is there again, with all that was said, on a desktop that connects again', async () => {
    const id = await customer();
    await heard();
    desktop.send({ type: 'chat-accept', chat: id });
    await heard();
    await desktop.close();
    await say(id, 'Are you there?');
    desktop = await Client.open(`${outbound.url}/desktop`, 'a1', 'pw');
    const { event, transcript } = await heard();
    expect([event, transcript]).toMatchObject([
      'joined',
      [{ position: 1 }, { position: 2 }, { text: 'Are you there?' }],
    ]);
    await leave(id);
    expect(await heard()).toMatchObject({ line: { event: 'Notice.Left', partyType: 'CLIENT' } });
    expect(await heard()).toMatchObject({ event: 'ended', chat: id });
  });

  it.each([
    ['no chat', { type: 'chat-accept' }, 'malformed-frame'],
    ['a message without text', { type: 'chat-message', chat: 'x', text: '' }, 'malformed-frame'],
    ['a text that is none', { type: 'chat-message', chat: 'x', text: 5 }, 'malformed-frame'],
    ['typing that says neither', { type: 'chat-typing', chat: 'x' }, 'malformed-frame'],
    ['a page without address', { type: 'chat-push-url', chat: 'x' }, 'malformed-frame'],
    ['a chat that is not there', { type: 'chat-message', chat: 'x', text: 'Hello' }, 'unknown-chat'],
    ['an offer that is none', { type: 'chat-decline', chat: 'x' }, 'unknown-chat'],
  ])('is told of %s', async (_what, frame, code) => {
    desktop.send(frame);
    expect(await heard()).toMatchObject({ type: 'error', code });
  });

  it('lets nobody speak who is not in it, nor anybody at too great length', async () => {
    const id = await customer();
    await heard();
    desktop.send({ type: 'chat-message', chat: id, text: 'Hello' });
    expect(await heard()).toMatchObject({ code: 'not-in-chat' });
    desktop.send({ type: 'chat-accept', chat: id });
    await heard();
    desktop.send({ type: 'chat-accept', chat: id });
    expect(await heard()).toMatchObject({ code: 'not-offered' });
    desktop.send({ type: 'chat-message', chat: id, text: 'x'.repeat(16_001) });
    expect(await heard()).toMatchObject({ code: 'text-too-long' });
    await leave(id);
    await heard();
    await heard();
    desktop.send({ type: 'chat-message', chat: id, text: 'Too late' });
    expect(await heard()).toMatchObject({ code: 'chat-ended' });
  });
});
