import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  CHAT_TEMPLATE,
  type ChatClient,
  type ChatInput,
  type Chats,
  type ChatView,
  type ClientRequest,
} from '../../chat/index.js';
import { instant, type JsonObject, type Logger, RingbackError } from '../../kernel/index.js';
import type { ServiceRecord } from '../../services/index.js';
import type { CredentialSource } from './authentication.js';
import { type ErrorTable, refuseOtherMethods, sendJson, speakGms } from './dialect.js';
import { storedValuesOf } from './stored-values.js';

export interface GmsChatApiOptions {
  chats: Chats;
  /** The service behind an id, while it lives. */
  serviceOf: (id: string) => Promise<ServiceRecord | undefined>;
  credentials: CredentialSource;
  log: Logger;
}

interface OfService {
  Params: { id: string };
}

const ERRORS: ErrorTable = {
  'unknown-service-id': [404],
  'unknown-chat': [404],
  'not-a-chat': [400],
  'no-text': [400],
  'text-too-long': [413],
  'invalid-key': [400],
};

const CHAT = '/1/service/:id/ixn/chat';
const LONGEST = 1024;
const ENDED = 'DISCONNECTED';
const AVAILABLE = 'Chat service is available';

/**
 * The chat API of the Service API (gms-services.md 3.8), to be registered with the prefix of the web application,
 * `/genesys`.
 */
export async function gmsChatApi(app: FastifyInstance, options: GmsChatApiOptions): Promise<void> {
  const { chats, serviceOf, credentials, log } = options;
  const nameOf = async (request: FastifyRequest) => (await serviceOf(idOf(request)))?.name;
  speakGms(app, { credentials, log, errors: ERRORS, serviceOf: nameOf });

  app.post<OfService>(CHAT, async (request, reply) => {
    const record = await chatService(request.params.id);
    const parameters = parametersOf(request);
    const view = await chats.open(record.id, record.name, userOf(request), clientOf(parameters));
    const answer = chatAnswer(view, parameters);
    return sendJson(reply, answer.chatIxnState === ENDED ? answer : { ...answer, chatIxnState: 'CONNECTED' });
  });
  refuseOtherMethods(app, CHAT, ['POST']);

  for (const [action, { methods, read }] of Object.entries(ACTIONS)) {
    app.route<OfService>({
      method: [...methods],
      url: `${CHAT}/${action}`,
      handler: async (request, reply) => {
        const record = await chatService(request.params.id);
        const parameters = parametersOf(request);
        const view = await act(record.id, parameters, read(parameters));
        const answer = chatAnswer(view, parameters);
        const refuses = isYes(credentials.service(record.name)?._chat_400_response_on_disconnected);
        const ended = answer.chatIxnState === ENDED && action !== 'disconnect';
        return sendJson(ended && refuses ? reply.code(400) : reply, answer);
      },
    });
    refuseOtherMethods(app, `${CHAT}/${action}`, methods);
  }

  /** Whoever acts in a chat that has ended is told so, as if the client had only asked. */
  async function act(id: string, parameters: JsonObject, input: ClientInput | undefined): Promise<ChatView> {
    const asked = requestOf(parameters);
    try {
      return await chats.client(id, asked, input);
    } catch (error) {
      if (error instanceof RingbackError && error.code === 'chat-ended') return chats.client(id, asked);
      throw error;
    }
  }

  async function chatService(id: string): Promise<ServiceRecord> {
    const record = await serviceOf(id);
    if (!record) throw new RingbackError('unknown-service-id', `No service with id ${id}`);
    if (record.template === CHAT_TEMPLATE) return record;
    throw new RingbackError('not-a-chat', `Service ${record.name} is no chat service`);
  }
}

type ClientInput = (party: string) => ChatInput;

interface ChatAction {
  methods: readonly ('GET' | 'POST')[];
  /** What the client does; undefined: it only asks. @throws RingbackError `no-text` */
  read: (parameters: JsonObject) => ClientInput | undefined;
}

const typing =
  (started: boolean) =>
  (parameters: JsonObject): ClientInput =>
  (party) => ({ type: 'typing', party, started, text: textOf(parameters, 'message') });

const ACTIONS: Readonly<Record<string, ChatAction>> = {
  send: {
    methods: ['POST'],
    read: (parameters) => {
      const text = textOf(parameters, 'message');
      if (text === '') throw new RingbackError('no-text', 'Parameter message is missing or empty');
      return (party) => ({ type: 'say', party, text });
    },
  },
  refresh: {
    methods: ['GET', 'POST'],
    read: (parameters) => {
      const text = textOf(parameters, 'message');
      return text === '' ? undefined : (party) => ({ type: 'say', party, text });
    },
  },
  startTyping: { methods: ['POST'], read: typing(true) },
  stopTyping: { methods: ['POST'], read: typing(false) },
  disconnect: { methods: ['POST'], read: () => (party) => ({ type: 'leave', party }) },
};

/** The path at which the chat of a service is started. */
export function chatPath(id: string): string {
  return `/genesys/1/service/${encodeURIComponent(id)}/ixn/chat`;
}

/** What a chat client is told, over HTTP and over CometD. `transcriptToShow` holds only what it does not have yet. */
export function chatAnswer({ chat, lines }: ChatView, parameters: JsonObject = {}): JsonObject {
  const verbose = chat.client.verbose || isYes(parameters._verbose);
  return {
    chatIxnState: chat.conversation.state === 'ended' ? ENDED : 'TRANSCRIPT',
    chatSessionId: chat.session,
    transcriptPosition: String(lines.at(-1)?.position ?? chat.events),
    chatServiceMessage: AVAILABLE,
    transcriptToShow: lines.map(({ event, nickname, text, party, partyType }) => [
      event,
      nickname,
      text,
      party,
      partyType,
    ]),
    startedAt: instant(chat.startedAt),
    ...(verbose && verboseAnswer(chat.id, chat.user)),
  };
}

/** What only the original's load balancing of chat servers needs, and the addresses of what comes next. */
function verboseAnswer(id: string, user: string | undefined): JsonObject {
  const path = chatPath(id);
  return {
    userId: user ?? id,
    secureKey: '',
    checkChatServiceLoadBalancerPath: '',
    chatServerLoadBalancerAlias: '',
    chatServerHost: '',
    chatWebApiPort: '',
    isTLSrequired: 'false',
    clientTimeZoneOffset: 0,
    '_chatIxnAPI-SEND-URL': `${path}/send`,
    '_chatIxnAPI-REFRESH-URL': `${path}/refresh`,
    '_chatIxnAPI-START-TYPING-URL': `${path}/startTyping`,
    '_chatIxnAPI-STOP-TYPING-URL': `${path}/stopTyping`,
    '_chatIxnAPI-DISCONNECT-URL': `${path}/disconnect`,
  };
}

function clientOf(parameters: JsonObject): ChatClient {
  const field = (name: string) => textOf(parameters, name, LONGEST);
  const [firstName, lastName] = [field('firstName'), field('lastName')];
  const [deviceId, type] = [field('push_notification_deviceid'), field('push_notification_type')];
  const language = field('push_notification_language');
  const provider = field('push_notification_provider');
  const subscription = field('subscriptionID');
  return {
    nickname: field('userDisplayName') || `${firstName} ${lastName}`.trim() || 'Customer',
    firstName,
    lastName,
    email: field('email'),
    subject: field('subject'),
    comet: field('notify_by').toLowerCase() === 'comet',
    verbose: isYes(parameters._verbose),
    ...(subscription && { subscription }),
    ...(deviceId &&
      type && {
        device: {
          deviceId,
          type,
          debug: isYes(parameters.push_notification_debug),
          ...(language && { language }),
          ...(provider && { provider }),
        },
      }),
  };
}

function requestOf({ transcriptPosition }: JsonObject): ClientRequest {
  const position = transcriptPosition === undefined || transcriptPosition === '' ? -1 : Number(transcriptPosition);
  return Number.isSafeInteger(position) && position >= 0 ? { transcriptPosition: position } : {};
}

/** Query and body together; the body wins. */
function parametersOf(request: FastifyRequest): JsonObject {
  return Object.fromEntries(
    [...storedValuesOf(request)].filter(([, value]) => typeof value === 'string'),
  ) as JsonObject; // texts
}

function textOf(parameters: JsonObject, name: string, longest = Number.POSITIVE_INFINITY): string {
  const value = parameters[name];
  const text = typeof value === 'string' ? value : '';
  if (text.length <= longest) return text;
  throw new RingbackError('text-too-long', `Parameter ${name} is longer than ${longest} characters`);
}

function isYes(value: unknown): boolean {
  return typeof value === 'string' && value.toLowerCase() === 'true';
}

function idOf(request: FastifyRequest): string {
  const { id } = request.params as { id?: string }; // every route here has it
  return id ?? '';
}

function userOf(request: FastifyRequest): string | undefined {
  const user = request.headers.gms_user;
  return typeof user === 'string' && user !== '' ? user : undefined;
}
