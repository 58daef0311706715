import { describe, expect, it } from 'vitest';
import { type ChatInput, type Conversation, converse, NEW_CONVERSATION } from './conversation.js';

const CLIENT = { type: 'join', party: { type: 'CLIENT', nickname: 'Ada' } } as const;
const AGENT = { type: 'join', party: { type: 'AGENT', nickname: 'Bob', agent: 'a1' } } as const;
const SECOND = { type: 'join', party: { type: 'AGENT', nickname: 'Cyd', agent: 'a2' } } as const;
const WATCHER = { type: 'join', party: { type: 'SUPERVISOR', nickname: 'Eve' } } as const;

function after(...inputs: ChatInput[]): { chat: Conversation; events: string[] } {
  let chat = NEW_CONVERSATION;
  const events: string[] = [];
  for (const input of inputs) {
    const step = converse(chat, input);
    chat = step.chat;
    events.push(...step.events.map(({ event, nickname, text }) => `${event} ${nickname} ${text}`.trim()));
  }
  return { chat, events };
}

describe('a conversation', () => {
  it.each<[string, ChatInput[], string]>([
    ['waits for an agent', [CLIENT], 'waiting'],
    ['begins with the first agent', [CLIENT, AGENT], 'talking'],
    ['does not begin with a supervisor', [CLIENT, WATCHER], 'waiting'],
    ['ends when the customer leaves', [CLIENT, AGENT, { type: 'leave', party: '1' }], 'ended'],
    ['ends when the customer gives up', [CLIENT, { type: 'leave', party: '1' }], 'ended'],
    ['ends when the only agent leaves', [CLIENT, AGENT, { type: 'leave', party: '2' }], 'ended'],
    ['goes on with the other agent', [CLIENT, AGENT, SECOND, { type: 'leave', party: '2' }], 'talking'],
    ['goes on without the supervisor', [CLIENT, AGENT, WATCHER, { type: 'leave', party: '3' }], 'talking'],
  ])('%s', (_what, inputs, state) => {
    expect(after(...inputs).chat.state).toBe(state);
  });

  it('tells what happens in it', () => {
    const { events } = after(
      CLIENT,
      AGENT,
      { type: 'typing', party: '2', started: true },
      { type: 'typing', party: '2', started: false },
      { type: 'say', party: '2', text: 'Hello' },
      { type: 'notice', party: '2', event: 'Notice.PushUrl', text: 'http://example.org/' },
      { type: 'leave', party: '1' },
    );
    expect(events).toEqual([
      'Notice.Joined Ada has joined the session',
      'Notice.Joined Bob has joined the session',
      'Notice.TypingStarted Bob',
      'Notice.TypingStopped Bob',
      'Message.Text Bob Hello',
      'Notice.PushUrl Bob http://example.org/',
      'Notice.Left Ada has left the session',
    ]);
  });

  it.each<[string, ChatInput[]]>([
    ['chat-ended', [CLIENT, { type: 'leave', party: '1' }, { type: 'say', party: '1', text: 'x' }]],
    ['chat-ended', [CLIENT, { type: 'leave', party: '1' }, AGENT]],
    ['not-in-chat', [CLIENT, { type: 'say', party: '2', text: 'x' }]],
    ['already-in-chat', [CLIENT, AGENT, AGENT]],
  ])('refuses with %s what cannot happen', (code, inputs) => {
    expect(() => after(...inputs)).toThrow(expect.objectContaining({ code }));
  });
});
