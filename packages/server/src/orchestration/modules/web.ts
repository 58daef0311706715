import type { JsonValue } from '../../kernel/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import type { Replies } from '../replies.js';
import { requiredText, text } from './attributes.js';

/** `ws`: the application's answer to a request (ors-core-queue.md 2.6, 5.5). */
export function webModule({ replies }: { replies: Replies }): ActionModule {
  async function response(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'requestid');
    const resultCode = text(action, 'resultcode');
    const status = statusOf(text(action, 'type') ?? 'positive', resultCode);
    const answered = await replies.answer(tx, id, { status, body: bodyOf(action, resultCode) });
    if (!answered) return { error: 'nosuchrequest', description: `no request ${id} waits for an answer` };
    return { done: { requestid: id } };
  }

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
        perform: response,
      },
    },
  };
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
