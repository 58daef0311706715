import type { FastifyReply } from 'fastify';
import { isObject } from '../../kernel/index.js';
import type { Reply } from '../../orchestration/index.js';

/** Sends what an application answered: parameters and objects as JSON, a text as what it looks like. */
export function sendAnswer(reply: FastifyReply, { status, body }: Reply): FastifyReply {
  const code = isObject(body) ? body.resultcode : undefined;
  if (typeof code === 'string' && /^[\x21-\x7e]{1,100}$/.test(code)) reply.header('x-result-code', code);
  reply.code(status);
  if (status === 204 || status === 304) return reply.send();
  if (typeof body !== 'string') return reply.type('application/json').send(JSON.stringify(body));
  return reply.type(typeOfText(body)).send(body);
}

function typeOfText(text: string): string {
  const trimmed = text.trim();
  if (/^<[?!a-z]/i.test(trimmed)) return 'application/xml';
  return /^[[{]/.test(trimmed) ? 'application/json' : 'text/plain; charset=utf-8';
}
