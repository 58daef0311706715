import { readerOf } from './enumeration.js';

/** What a treatment does with an answered call: the original's action enumeration by number (spec outbound.md 5.4). */
export const CallAction = {
  Connect: 1,
  Drop: 2,
  MuteTransfer: 3,
  Transfer: 4,
  Route: 5,
  PlayMessage: 6,
  SendFax: 7,
  SendPage: 8,
  SendEmail: 9,
} as const;

export type CallActionName = keyof typeof CallAction;

const LABELS: Readonly<Record<CallActionName, string>> = {
  Connect: 'Connect',
  Drop: 'Drop',
  MuteTransfer: 'Mute Transfer',
  Transfer: 'Transfer',
  Route: 'Route',
  PlayMessage: 'Play a message',
  SendFax: 'Send fax',
  SendPage: 'Send page',
  SendEmail: 'Send e-mail',
};

/** An action by number, name or label (`3`, `MuteTransfer`, `Mute Transfer`), whatever the case, blanks and punctuation. */
export const readCallAction = readerOf(CallAction, LABELS);
