import { isObject, type JsonObject, KvList, RingbackError } from '../../kernel/index.js';

/** What a desktop may send (interface.md 6). */
export type DesktopFrame =
  | { type: 'state'; state: 'login' | 'ready' | 'not-ready' | 'logout'; reason?: string }
  | { type: 'answer' | 'hangup' }
  | { type: 'preview-accept' | 'preview-reject'; handle?: number }
  | { type: 'disposition'; handle?: number; data: KvList }
  | { type: 'user-event'; data: KvList }
  | ChatFrame;

/** What an agent does with a chat, which is named by its id. */
export type ChatFrame = { chat: string } & (
  | { type: 'chat-accept' | 'chat-decline' | 'chat-end' }
  | { type: 'chat-message'; text: string }
  | { type: 'chat-typing'; typing: boolean }
  | { type: 'chat-push-url'; url: string }
);

const STATES = ['login', 'ready', 'not-ready', 'logout'] as const;
const CHAT_TYPES = [
  'chat-accept',
  'chat-decline',
  'chat-message',
  'chat-typing',
  'chat-push-url',
  'chat-end',
] as const satisfies readonly ChatFrame['type'][];
const TYPES = [
  ...['state', 'answer', 'hangup', 'preview-accept', 'preview-reject', 'disposition', 'user-event'],
  ...CHAT_TYPES,
];

function malformed(detail: string): RingbackError {
  return new RingbackError('malformed-frame', detail);
}

/** @throws RingbackError `malformed-frame` saying what would be right */
export function readFrame(frame: unknown): DesktopFrame {
  if (!isObject(frame)) throw malformed('A frame must be a JSON object with a type.');
  const { type } = frame;
  switch (type) {
    case 'state': {
      const state = STATES.find((one) => one === frame.state);
      if (!state) throw malformed(`The state must be one of ${STATES.join(', ')}.`);
      return { type, state, ...(typeof frame.reason === 'string' && { reason: frame.reason }) };
    }
    case 'answer':
    case 'hangup':
      return { type };
    case 'preview-accept':
    case 'preview-reject':
      return { type, ...handleOf(frame) };
    case 'disposition':
      return { type, ...handleOf(frame), data: dispositionData(frame) };
    case 'user-event': {
      const data = KvList.read(frame.userData);
      if (!data) throw malformed('The userData must be a key-value list.');
      return { type, data };
    }
    default: {
      const chatType = CHAT_TYPES.find((one) => one === type);
      if (chatType) return readChatFrame(chatType, frame);
      throw malformed(`The type must be one of ${TYPES.join(', ')}.`);
    }
  }
}

function readChatFrame(type: ChatFrame['type'], frame: Record<string, unknown>): ChatFrame {
  const chat = textOf(frame, 'chat');
  switch (type) {
    case 'chat-message':
      return { type, chat, text: textOf(frame, 'text') };
    case 'chat-push-url':
      return { type, chat, url: textOf(frame, 'url') };
    case 'chat-typing':
      if (typeof frame.typing !== 'boolean') throw malformed('The member typing must be true or false.');
      return { type, chat, typing: frame.typing };
    default:
      return { type, chat };
  }
}

function textOf(frame: Record<string, unknown>, name: 'chat' | 'text' | 'url'): string {
  const value = frame[name];
  if (typeof value === 'string' && value !== '') return value;
  throw malformed(`The member ${name} must be a text that is not empty.`);
}

function handleOf(frame: Record<string, unknown>): { handle?: number } {
  const { handle } = frame;
  if (handle === undefined || handle === null) return {};
  if (typeof handle === 'number' && Number.isSafeInteger(handle)) return { handle };
  throw malformed('The handle must be an integer.');
}

/** `result` (number or name), `treatment` and everything in `fields` as the keys of RecordProcessed. */
function dispositionData(frame: Record<string, unknown>): KvList {
  const { result, treatment, fields = {} } = frame;
  if (!isObject(fields)) throw malformed('The fields of a disposition must be a JSON object.');
  const data = KvList.read({
    ...fields,
    ...(result !== undefined && { GSW_CALL_RESULT: result }),
    ...(treatment !== undefined && { GSW_TREATMENT: treatment }),
  });
  if (!data) throw malformed('The disposition must be a key-value list.');
  return data;
}

/** What the server sends. */
export type DesktopAnswer = JsonObject & { type: 'state' | 'preview' | 'call' | 'user-event' | 'chat' | 'error' };

export function userEvent(userData: JsonObject): DesktopAnswer {
  return { type: 'user-event', userData };
}
