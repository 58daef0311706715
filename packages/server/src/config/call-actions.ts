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

const NAMES = Object.keys(CallAction) as readonly CallActionName[]; // exactly these keys

const BY_NAME: ReadonlyMap<string, CallActionName> = new Map(
  NAMES.flatMap((action) => [
    [plain(action), action] as const,
    [plain(LABELS[action]), action] as const,
    [String(CallAction[action]), action] as const,
  ]),
);

/** An action by number, name or label (`3`, `MuteTransfer`, `Mute Transfer`), whatever the case, blanks and punctuation. */
export function readCallAction(value: unknown): CallActionName | undefined {
  return typeof value === 'string' || typeof value === 'number' ? BY_NAME.get(plain(String(value))) : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
