import { type Answered, OutgoingCall, type OutgoingCallRequest, type SentInvite } from '../sip/outgoing-call.js';
import type { UserAgent } from '../sip/user-agent.js';

/** One way to a party: a contact of a phone, or a trunk. */
export interface Way {
  call: OutgoingCallRequest;
  trunk?: string;
  device?: string;
}

export interface DialingHandler {
  /** These INVITEs are under way, or about to be; the one that is about to leave waits for this. */
  leaving(sent: readonly SentInvite[], way: Way): Promise<void>;
  ringing(): void;
  answered(answered: Answered, way: Way): void;
  /** A way came to nothing, and the next ones are tried. */
  failedOver(way: Way, status: number): void;
  failed(status: number, rang: boolean): void;
}

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/**
 * The dialing of one leg: all ways of a group at once, the next group when none of the former has been reached at all. Who
 * answers first is it.
 */
export class Dialing {
  readonly #calls = new Map<OutgoingCall, SentInvite | undefined>();
  #statuses: number[] = [];
  #rang = false;
  #over = false;

  constructor(
    private readonly agent: UserAgent,
    private readonly groups: readonly (readonly Way[])[],
    private readonly handler: DialingHandler,
  ) {}

  /** Resolves when the first INVITEs have left. Rejects when what has to be done before fails; then none has. */
  async start(): Promise<void> {
    await this.#try(0);
  }

  cancel(reason?: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const call of this.#calls.keys()) call.cancel(reason);
    this.#calls.clear();
  }

  async #try(at: number): Promise<void> {
    const group = this.groups[at] ?? [];
    this.#statuses = [];
    const calls = group.map((way) => this.#call(way, at));
    for (const call of calls) this.#calls.set(call, undefined);
    for (const call of calls) if (!this.#over) await call.start();
  }

  #call(way: Way, at: number): OutgoingCall {
    const call: OutgoingCall = new OutgoingCall(this.agent, way.call, {
      leaving: (sent) => {
        this.#calls.set(call, sent);
        return this.handler.leaving(
          [...this.#calls.values()].filter((known) => known !== undefined),
          way,
        );
      },
      ringing: () => {
        if (this.#over) return;
        this.#rang = true;
        this.handler.ringing();
      },
      answered: (answered) => {
        this.#calls.delete(call);
        this.cancel(ELSEWHERE);
        this.handler.answered(answered, way);
      },
      failed: ({ status }) => this.#failed(call, way, status, at),
    });
    return call;
  }

  #failed(call: OutgoingCall, way: Way, status: number, at: number): void {
    this.#calls.delete(call);
    if (this.#over) return;
    this.#statuses.push(status);
    // RFC 3261 16.7: a party that declines everywhere is not looked for any further.
    if (status >= 600) this.cancel();
    else if (this.#calls.size > 0) return;
    else if (!this.#rang && isUnreached(status) && at + 1 < this.groups.length) {
      this.handler.failedOver(way, status);
      this.agent.inBackground(() =>
        this.#try(at + 1).catch((error: unknown) => {
          this.#end(500);
          throw error;
        }),
      );
      return;
    }
    this.#end(best(this.#statuses));
  }

  #end(status: number): void {
    this.#over = true;
    this.handler.failed(status, this.#rang);
  }
}

/** Whether a way led to nobody, so that another one may. */
function isUnreached(status: number): boolean {
  return status === 408 || status === 503 || status === 500 || status === 502 || status === 504;
}

/** What says most about the party: that it declines, that it is busy, anything but that nobody was reached. */
function best(statuses: readonly number[]): number {
  return (
    statuses.find((status) => status >= 600) ??
    statuses.find((status) => status === 486) ??
    statuses.find((status) => !isUnreached(status) && status !== 480) ??
    statuses[0] ??
    503
  );
}
