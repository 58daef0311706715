import { describe, expect, it } from 'vitest';
import type { Members } from '../api/json.js';
import { afterInterruption, type DesktopChat, typists, withChatFrame } from './chats.js';

const OFFERED = {
  ...{ type: 'chat', event: 'offered', chat: 'c1', service: 'request-chat', subject: 'My order' },
  ...{ customer: { nickname: 'Grace', email: 'g@example.org' }, until: '2026-01-05T09:00:30.000Z' },
};
const said = (position: number, text: string, partyType = 'CLIENT', event = 'Message.Text') => ({
  ...{ position, at: '2026-01-05T09:00:00.000Z', event, nickname: 'Grace', text },
  ...{ party: partyType === 'CLIENT' ? '1' : '2', partyType },
});
const line = (position: number, text: string) => ({
  type: 'chat',
  event: 'line',
  chat: 'c1',
  line: said(position, text),
});
const JOINED = { ...OFFERED, event: 'joined', transcript: [said(1, 'Hello')] };
const over = (event: string) => ({ type: 'chat', event, chat: 'c1' });

function after(...frames: Members[]): readonly DesktopChat[] {
  return frames.reduce<readonly DesktopChat[]>(withChatFrame, []);
}

describe('a chat', () => {
  it('is offered, with who asks for what and for how long', () => {
    expect(after(OFFERED)).toEqual([
      {
        ...{ id: 'c1', stage: 'offered', customer: 'Grace', email: 'g@example.org', subject: 'My order', lines: [] },
        ...{ service: 'request-chat', until: Date.UTC(2026, 0, 5, 9, 0, 30) },
      },
    ]);
    expect(after(OFFERED, over('withdrawn'))).toEqual([]);
  });

  it('has each line once, whatever comes twice', () => {
    const [chat] = after(OFFERED, JOINED, line(2, 'Where is it?'), line(2, 'Where is it?'), line(3, 'Well?'));
    expect(chat?.lines.map(({ text }) => text)).toEqual(['Hello', 'Where is it?', 'Well?']);
  });

  it('can be read when it has ended, and is not taken away with an offer', () => {
    expect(after(JOINED, over('ended'), over('withdrawn'))).toMatchObject([
      { stage: 'ended', lines: [{ position: 1 }] },
    ]);
  });

  it('goes on after an interruption if the server says so', () => {
    expect(afterInterruption(after(OFFERED))).toEqual([]);
    const kept = afterInterruption(after(JOINED));
    expect(kept).toMatchObject([{ stage: 'ended' }]);
    expect(withChatFrame(kept, { ...JOINED, transcript: [said(1, 'Hello'), said(2, 'Still there?')] })).toMatchObject([
      { stage: 'joined', lines: [{ position: 1 }, { position: 2 }] },
    ]);
  });

  it.each([
    [['Notice.TypingStarted'], ['Grace']],
    [['Notice.TypingStarted', 'Notice.TypingStopped'], []],
    [['Notice.TypingStarted', 'Message.Text'], []],
    [['Notice.TypingStarted', 'Notice.Left'], []],
    [[], []],
  ])('after %j has typing %j', (events, typing) => {
    const lines = events.map((event, index) => said(index + 1, '', 'CLIENT', event));
    const own = said(9, '', 'AGENT', 'Notice.TypingStarted');
    const [chat] = after({ ...JOINED, transcript: [...lines, own] });
    expect(chat && typists(chat)).toEqual(typing);
  });

  it('is not made of frames that cannot be read', () => {
    expect(after({ type: 'chat', event: 'offered' }, line(1, 'x'), over('flown'))).toEqual([]);
    expect(after(JOINED, { type: 'chat', event: 'line', chat: 'c1' })[0]?.lines).toHaveLength(1);
  });
});
