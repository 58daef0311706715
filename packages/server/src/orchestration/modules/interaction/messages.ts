import type { ActionDefinition } from '../../action-module.js';
import { COMMON } from './parts.js';

const REFUSED = async () => ({ error: 'Request Invalid', description: 'there is no server for messages' });

const MESSAGE = Object.fromEntries(
  [
    ...['interactionid', 'server', 'from', 'to', 'cc', 'bcc', 'subject', 'srid', 'content', 'msgsrc', 'queue'],
    ...['udata', 'hints', 'send'],
  ].map((name) => [name, { kind: 'value' } as const]),
);

/** Messages and chats, which this installation does not have: their error events (ors-interaction-dialog.md 4.3). */
export function messageActions(): Record<string, ActionDefinition> {
  return {
    createmessage: {
      event: 'msgbased.createmessage',
      attributes: {
        ...MESSAGE,
        requestid: { kind: 'location' },
        type: { kind: 'lenient' },
        media: { kind: 'lenient' },
      },
      perform: REFUSED,
    },
    sendmessage: {
      event: 'msgbased.sendmessage',
      attributes: { ...COMMON, queue: { kind: 'value' } },
      perform: REFUSED,
    },
    getcontent: { event: 'chat.getcontent', attributes: COMMON, perform: REFUSED },
  };
}
