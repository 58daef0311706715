import { RingbackError } from '../../kernel/index.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import { guardedFetch } from '../fetch/guarded-fetch.js';
import { TargetRules } from '../fetch/target-rules.js';
import { object, requiredText, text } from './attributes.js';

/** Known by no document: `<send>` of the Basic HTTP event processor becomes actions of this module. */
export const BASIC_HTTP = 'ringback:basic-http';
/** Names of the action, by the dialect that decides what its failure is called. */
export const SEND = { w3c: 'send', ors: 'send-ors' } as const;

const TIMEOUT_MS = 30_000;

/**
 * Transmits events over HTTP (SCXML 1.0, C.2): 2xx is delivered, anything else is an error event for the sender. What
 * was under way when the server died may have been received, so it is not sent again.
 */
export function basicHttpModule({ fetchAllow }: { fetchAllow: () => string }): ActionModule {
  async function transmit(action: Action): Promise<ActionOutcome> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(object(action, 'headers'))) headers[name] = String(value);
    const url = requiredText(action, 'url');
    try {
      const request = {
        url,
        method: 'POST',
        headers,
        body: text(action, 'body') ?? '',
        timeoutMs: TIMEOUT_MS,
      } as const;
      const { status } = await guardedFetch(request, new TargetRules(fetchAllow()));
      return status >= 200 && status <= 299
        ? 'silent'
        : failure(action, status, `${url} answered with HTTP status ${status}`);
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error;
      return failure(action, 0, error.message);
    }
  }

  const send = {
    attributes: {},
    execute: transmit,
    interrupted: (action: Action) => failure(action, 0, 'the server was restarted while the event was being sent'),
  };
  return {
    namespaces: [BASIC_HTTP],
    isInternal: true,
    prefix: 'basichttp',
    actions: {
      [SEND.w3c]: { ...send, event: 'communication' },
      [SEND.ors]: { ...send, event: 'send.targetunavailable' },
    },
  };
}

function failure(action: Action, error: number, description: string): ActionOutcome {
  const sendid = requiredText(action, 'sendid');
  const target = requiredText(action, 'url');
  const state = text(action, 'state');
  return {
    ...{ error, description, data: { target, sendid, ...object(action, 'from') } },
    about: { sendid, type: 'platform', ...(state !== undefined && { state }) },
  };
}
