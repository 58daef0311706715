import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { instant, type JsonObject } from '../../kernel/index.js';
import { RequestError } from '../http.js';
import { problemSchema } from '../problem.js';
import { checkedBody } from './body.js';
import { may } from './roles.js';

/** A line of a chat's transcript; `at` in milliseconds since 1970. */
export interface ChatLine {
  position: number;
  at: number;
  event: string;
  nickname: string;
  text: string;
  party: string;
  partyType: string;
}

/** What agents see of chats and do in them. Errors: `unknown-chat`, `unknown-agent`, `chat-ended`, `not-in-chat`, `already-in-chat`. */
export interface ChatDesk {
  /** The newest first. */
  list(state: 'waiting' | 'talking' | 'ended' | 'open'): Promise<JsonObject[]>;
  find(id: string): Promise<{ chat: JsonObject; lines: readonly ChatLine[] } | undefined>;
  join(id: string, agent: string): Promise<JsonObject>;
  say(id: string, agent: string, text: string): Promise<JsonObject>;
  pushUrl(id: string, agent: string, url: string): Promise<JsonObject>;
  typing(id: string, agent: string, started: boolean): Promise<JsonObject>;
  leave(id: string, agent: string): Promise<JsonObject>;
}

interface OneChat {
  Params: { id: string };
}

const tags = ['chats'];
const params = Type.Object({ id: Type.String() });
const Agent = {
  agent: Type.Optional(Type.String({ description: 'Id of the agent; without it, the one of the user of the request' })),
};
const chatSchema = Type.Object(
  {
    id: Type.String(),
    service: Type.String(),
    state: Type.String({ description: 'waiting, talking or ended' }),
    subject: Type.String(),
    customer: Type.Object({}, { additionalProperties: true }),
    parties: Type.Array(Type.Object({}, { additionalProperties: true })),
    events: Type.Integer({ description: 'Lines of the transcript' }),
    startedAt: Type.String(),
    endedAt: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);
const problems = {
  404: { ...problemSchema, description: 'There is no such chat, or no such agent' },
  409: { ...problemSchema, description: 'The chat has ended, or the agent is not in it' },
};
const TEXT = { minLength: 1, maxLength: 16_000 };

/** What an agent does in a chat: the body that says it, and the deed itself. */
const bodies = {
  join: Type.Object(Agent, { additionalProperties: false }),
  messages: Type.Object({ ...Agent, text: Type.String(TEXT) }, { additionalProperties: false }),
  typing: Type.Object({ ...Agent, typing: Type.Boolean() }, { additionalProperties: false }),
  'push-url': Type.Object({ ...Agent, url: Type.String(TEXT) }, { additionalProperties: false }),
  leave: Type.Object(Agent, { additionalProperties: false }),
};

/** Chats with customers: `/chats`, `/chats/{id}` and what agents do in them, `/chats/{id}/join` ... */
export function registerChats(app: FastifyInstance, desk: ChatDesk): void {
  app.get(
    '/chats',
    {
      config: { deed: 'act for agents' },
      schema: {
        ...{ tags, summary: 'List chats, the newest first' },
        querystring: Type.Object({
          state: Type.Optional(
            Type.String({ description: 'waiting, talking, ended, or open (the default): the first two' }),
          ),
        }),
        response: { 200: Type.Array(chatSchema) },
      },
    },
    async (request) => desk.list(stateOf(request)),
  );

  app.get<OneChat>(
    '/chats/:id',
    {
      config: { deed: 'act for agents' },
      schema: { tags, summary: 'Read a chat with its transcript', params, response: { 200: chatSchema, ...problems } },
    },
    async (request, reply) => {
      const found = await desk.find(request.params.id);
      if (!found) return reply.callNotFound();
      return { ...found.chat, transcript: found.lines.map((line) => ({ ...line, at: instant(line.at) })) };
    },
  );

  const act = (
    action: keyof typeof bodies,
    summary: string,
    perform: (request: FastifyRequest, id: string) => Promise<JsonObject>,
  ) => {
    app.post<OneChat>(
      `/chats/:id/${action}`,
      {
        // The transcript tells it.
        config: { deed: 'act for agents', audited: false },
        schema: { tags, summary, params, body: bodies[action], response: { 200: chatSchema, ...problems } },
      },
      async (request) => perform(request, request.params.id),
    );
  };
  act('join', 'Let an agent join a chat', (request, id) =>
    desk.join(id, agentOf(request, checkedBody(request, bodies.join))),
  );
  act('messages', 'Say something', (request, id) => {
    const body = checkedBody(request, bodies.messages);
    return desk.say(id, agentOf(request, body), body.text);
  });
  act('typing', 'Show that the agent types, or has stopped', (request, id) => {
    const body = checkedBody(request, bodies.typing);
    return desk.typing(id, agentOf(request, body), body.typing);
  });
  act('push-url', 'Show the customer a page', (request, id) => {
    const body = checkedBody(request, bodies['push-url']);
    return desk.pushUrl(id, agentOf(request, body), body.url);
  });
  act('leave', 'Let an agent leave; without any agent the chat ends', (request, id) =>
    desk.leave(id, agentOf(request, checkedBody(request, bodies.leave))),
  );
}

function stateOf(request: FastifyRequest): 'waiting' | 'talking' | 'ended' | 'open' {
  const { state = 'open' } = request.query as { state?: unknown }; // checked below
  if (state === 'waiting' || state === 'talking' || state === 'ended' || state === 'open') return state;
  throw new RequestError(
    422,
    'invalid-parameter',
    `state is ${String(state)}; right is waiting, talking, ended or open.`,
  );
}

/** Agents act for themselves: their user has the agent's id as its name. */
function agentOf({ identity }: FastifyRequest, { agent = identity?.name ?? '' }: { agent?: string }): string {
  if (may(identity, 'change the floor') || identity?.name === agent) return agent;
  throw new RequestError(403, 'not-allowed', `User "${identity?.name}" may act for the agent of the same name only.`);
}
