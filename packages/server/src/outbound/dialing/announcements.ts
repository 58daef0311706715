import { isObject, Listeners } from '../../kernel/index.js';
import type { Database, Transaction } from '../../store/index.js';
import type { DesktopHandler, DesktopMessage, RecordKeys } from './desktop-message.js';
import type { DialingEvent, DialingEventHandler } from './dialing-event.js';

const CHANNEL = 'dialing_desktop';
/** A notification of PostgreSQL holds less than 8000 bytes. */
const MOST_BYTES = 7500;

export type GroupHandler = (tx: Transaction, groupDbid: number) => Promise<void>;

/** Tells the rest of the program, and the desktops on all nodes, what dialing does. */
export class Announcements {
  readonly drained: GroupHandler[] = [];
  readonly depleted: GroupHandler[] = [];
  readonly events: DialingEventHandler[] = [];
  readonly #desktop = new Listeners<Parameters<DesktopHandler>>();
  #stop: (() => void) | undefined;

  constructor(private readonly database: Pick<Database, 'listen' | 'signal'>) {}

  /** Hears what other nodes have for the desktops that are connected to this one. */
  async start(): Promise<void> {
    this.#stop = await this.database.listen(CHANNEL, (payload) => this.#hear(payload));
  }

  stop(): void {
    this.#stop?.();
  }

  onDesktop(handler: DesktopHandler): () => void {
    return this.#desktop.add(handler);
  }

  async emit(tx: Transaction, event: DialingEvent): Promise<void> {
    for (const handler of this.events) await handler(tx, event);
  }

  /** Sends to an agent's desktop, wherever it is connected, if the transaction commits. */
  send(tx: Transaction, agentId: string, message: DesktopMessage): void {
    tx.afterCommit(() => {
      this.#desktop.notify(agentId, message);
      this.database.signal(CHANNEL, packed({ agentId, message }));
    });
  }

  #hear(payload: string): void {
    const letter: unknown = JSON.parse(payload);
    if (isLetter(letter)) this.#desktop.notify(letter.agentId, letter.message);
  }
}

interface Letter {
  agentId: string;
  message: DesktopMessage;
}

function isLetter(value: unknown): value is Letter {
  return isObject(value) && typeof value.agentId === 'string' && isObject(value.message);
}

/** Long custom columns are left out where they do not fit; the desktop asks for the record to see them. */
function packed(letter: Letter): string {
  const text = JSON.stringify(letter);
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  const entries = Object.entries(letter.message.keys).filter(([key]) => key.startsWith('GSW_'));
  const keys: RecordKeys = Object.fromEntries(entries);
  return JSON.stringify({ ...letter, message: { ...letter.message, keys } });
}
