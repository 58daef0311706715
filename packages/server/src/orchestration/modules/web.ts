import type { JsonValue } from '../../kernel/index.js';
import type { Action, ActionModule, RequestReply } from '../action-module.js';
import { requiredText, text } from './attributes.js';

/** `ws`: the application's answer to a request (ors-core-queue.md 2.6, 5.5). */
export function webModule(): ActionModule {
  return {
    namespaces: ['www.genesyslab.com/modules/ws'],
    prefix: 'ws',
    actions: {
      response: {
        attributes: {
          requestid: { kind: 'value', required: true },
          type: { kind: 'lenient' },
          resultcode: { kind: 'value' },
        },
        reply: response,
      },
    },
  };
}

function response(action: Action): RequestReply {
  const request = requiredText(action, 'requestid');
  const resultCode = text(action, 'resultcode');
  const status = statusOf(text(action, 'type') ?? 'positive', resultCode);
  return { request, reply: { status, body: bodyOf(action, resultCode) } };
}

function statusOf(type: string, resultCode: string | undefined): number {
  if (type === 'positive') return 200;
  const code = Number(resultCode);
  return Number.isInteger(code) && code >= 200 && code <= 599 ? code : 500;
}

function bodyOf(action: Action, resultCode: string | undefined): JsonValue {
  if (action.content !== undefined) return action.content;
  if (resultCode === undefined || 'resultcode' in action.parameters) return action.parameters;
  return { ...action.parameters, resultcode: resultCode };
}
