import { instant, isObject, type Members, number, objects, text } from '../api/json.js';

/** A line of a chat's transcript; names of events as the chat API has them. */
export interface ChatLine {
  position: number;
  /** Milliseconds since 1970. */
  at?: number;
  /** `Message.Text`, `Notice.Joined` ... */
  event: string;
  nickname: string;
  text: string;
  party: string;
  /** `CLIENT`, `AGENT` ... */
  partyType: string;
}

/** A chat on the desktop: the agent is asked to take it, is in it, or it is over and still to be read. */
export interface DesktopChat {
  id: string;
  stage: 'offered' | 'joined' | 'ended';
  customer: string;
  email?: string;
  subject?: string;
  service: string;
  startedAt?: number;
  /** When the offer ends. */
  until?: number;
  lines: readonly ChatLine[];
}

/** What has become of the chats after a frame `chat` of the server (docs/notifications.md). */
export function withChatFrame(chats: readonly DesktopChat[], frame: Members): readonly DesktopChat[] {
  const id = text(frame, 'chat');
  if (id === undefined) return chats;
  switch (frame.event) {
    case 'offered':
      return put(chats, chatOf(id, 'offered', frame, []));
    case 'withdrawn':
      return chats.filter((chat) => chat.id !== id || chat.stage !== 'offered');
    case 'joined':
      return put(chats, chatOf(id, 'joined', frame, objects(frame.transcript).flatMap(lineOf)));
    case 'line':
      return changed(chats, id, (chat) => {
        const last = chat.lines.at(-1)?.position ?? 0;
        const lines = objects([frame.line]).flatMap(lineOf);
        return { ...chat, lines: [...chat.lines, ...lines.filter(({ position }) => position > last)] };
      });
    case 'ended':
      return changed(chats, id, (chat) => ({ ...chat, stage: 'ended' }));
    default:
      return chats;
  }
}

/**
 * The chats when the connection is made again: the server tells those that go on. Of the others what was said can still
 * be read.
 */
export function afterInterruption(chats: readonly DesktopChat[]): readonly DesktopChat[] {
  return chats.filter(({ stage }) => stage !== 'offered').map((chat) => ({ ...chat, stage: 'ended' }));
}

/** Who of the others is typing: said so last, and has not written since. */
export function typists({ lines }: DesktopChat): string[] {
  const typing = new Map<string, string>();
  for (const { event, party, partyType, nickname } of lines) {
    if (partyType === 'AGENT') continue;
    if (event === 'Notice.TypingStarted') typing.set(party, nickname);
    else typing.delete(party);
  }
  return [...typing.values()];
}

function put(chats: readonly DesktopChat[], chat: DesktopChat): readonly DesktopChat[] {
  const isKnown = chats.some(({ id }) => id === chat.id);
  return isKnown ? chats.map((known) => (known.id === chat.id ? chat : known)) : [...chats, chat];
}

function changed(
  chats: readonly DesktopChat[],
  id: string,
  change: (chat: DesktopChat) => DesktopChat,
): readonly DesktopChat[] {
  return chats.map((chat) => (chat.id === id ? change(chat) : chat));
}

function chatOf(id: string, stage: DesktopChat['stage'], frame: Members, lines: readonly ChatLine[]): DesktopChat {
  const customer = isObject(frame.customer) ? frame.customer : {};
  const [email, subject] = [text(customer, 'email'), text(frame, 'subject')];
  const [startedAt, until] = [instant(frame, 'startedAt'), instant(frame, 'until')];
  return {
    ...{ id, stage, lines, customer: text(customer, 'nickname') ?? id, service: text(frame, 'service') ?? '' },
    ...(email !== undefined && { email }),
    ...(subject !== undefined && { subject }),
    ...(startedAt !== undefined && { startedAt }),
    ...(until !== undefined && { until }),
  };
}

function lineOf(line: Members): ChatLine[] {
  const [position, event] = [number(line, 'position'), text(line, 'event')];
  if (position === undefined || event === undefined) return [];
  const said = (key: string) => text(line, key) ?? '';
  const at = instant(line, 'at');
  return [
    {
      ...{ position, event, nickname: said('nickname'), text: said('text') },
      ...{ party: said('party'), partyType: said('partyType') },
      ...(at !== undefined && { at }),
    },
  ];
}
