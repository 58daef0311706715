import { RingbackError } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import type { DialSettings } from '../dial-settings.js';
import type {
  ChainScope,
  DesktopHandler,
  ProcessedRequest,
  RecordKeys,
  RecordSelector,
  RescheduleRequest,
} from './desktop-message.js';
import type { DialingEventHandler } from './dialing-event.js';
import type { LoadedGroup } from './loaded-group.js';

/** A record that dialing holds. */
export interface HeldRecord {
  handle: number;
  group: number;
  campaign: string;
  list: string;
  recordId: number;
  chainId: number;
  /** The agent on whose desktop it is. */
  agentId?: string;
}

/** One attempt in the history of a record. Times: milliseconds since 1970. */
export interface AttemptView {
  attempt: string;
  list: string;
  recordId: number;
  campaign: string;
  phone: string;
  at: number;
  dialedAt?: number;
  answeredAt?: number;
  connectedAt?: number;
  endedAt?: number;
  agentId?: string;
  /** Call result (spec 4.5); absent while the call is under way. */
  result?: number;
  /** Why it was not dialed. */
  blockedBy?: string;
  /** Probability, when it was dialed, that nobody would be free at the answer. */
  nobodyFree?: number;
}

function later(): never {
  throw new RingbackError('unavailable', 'Dialing has not been put together yet.');
}

/**
 * Dialing for the loaded campaign groups. Every state is in the database: any node answers any request, and the node that
 * owns a group (lease `dialer <dbid>`) decides when to dial for it.
 */
export class Dialing {
  /** Takes up what an earlier process left (after `Calls.recover` and `Router.start`), and begins to dial. */
  async start(): Promise<void> {
    later();
  }
  async stop(): Promise<void> {
    later();
  }

  // The life of a campaign group. The caller keeps its states; a request that does not fit one is ignored.

  /** Begins to hold records for a group; nothing is dialed. Records that an earlier life of it left are taken back. */
  async load(_tx: Transaction, _group: LoadedGroup): Promise<void> {
    later();
  }
  async startGroup(_tx: Transaction, _groupDbid: number, _settings: DialSettings): Promise<void> {
    later();
  }
  /** Changes what is dialed by, running or not. */
  async change(_tx: Transaction, _groupDbid: number, _settings: DialSettings): Promise<void> {
    later();
  }
  /** Nothing new is dialed; calls finish. */
  async stopGroup(_tx: Transaction, _groupDbid: number): Promise<void> {
    later();
  }
  /** Gives buffered records back to their lists. @returns calls and records on desktops that are still to finish */
  async beginUnload(_tx: Transaction, _groupDbid: number): Promise<{ outstanding: number }> {
    return later();
  }
  /** Forgets calls and desktops: handles become invalid, calls go on untracked. Also ends an unload without outstanding work. */
  async forceUnload(_tx: Transaction, _groupDbid: number): Promise<void> {
    later();
  }
  /** What an unloading group waits for. */
  async outstanding(_groupDbid: number): Promise<number> {
    return later();
  }

  /** The last call or desktop record of an unloading group has finished, and the group is not held any more. */
  onDrained(_handler: (tx: Transaction, groupDbid: number) => Promise<void>): void {
    later();
  }
  /** A running group holds no record any more and its lists have given none (1.12); once until they give some again. */
  onDepleted(_handler: (tx: Transaction, groupDbid: number) => Promise<void>): void {
    later();
  }
  onEvent(_handler: DialingEventHandler): void {
    later();
  }
  /** What is sent to desktops by itself; on every node. */
  onDesktop(_handler: DesktopHandler): () => void {
    return later();
  }

  // The desktop protocol's record work (spec 3.2). All throw OutboundError; keys are those of the acknowledgement.

  /** PreviewRecordRequest. @param campaign absent: any loaded campaign of the agent's groups. @returns undefined: none (PreviewRecordEmpty) */
  async previewRecord(_agentId: string, _campaign?: string): Promise<RecordKeys | undefined> {
    return later();
  }
  /** Dials a record that was previewed, or a due callback: the agent's phone rings first, then the customer's. */
  async dialRecord(_agentId: string, _handle: number): Promise<void> {
    later();
  }
  /** ChainedRecordRequest: the other records of the chain, each with a handle of its own, and the keys of ChainedRecordsDataEnd. */
  async chained(_handle: number): Promise<{ records: RecordKeys[]; end: RecordKeys }> {
    return later();
  }
  /** UpdateCallCompletionStats. */
  async update(_handle: number, _fields: RecordKeys): Promise<RecordKeys> {
    return later();
  }
  async processed(_handle: number, _request: ProcessedRequest): Promise<RecordKeys> {
    return later();
  }
  async reject(_handle: number): Promise<RecordKeys> {
    return later();
  }
  /** RecordReschedule and ScheduledRecordReschedule; in effect when the record is processed. */
  async reschedule(_handle: number, _request: RescheduleRequest): Promise<RecordKeys> {
    return later();
  }
  /** RequestRecordCancel, over all loaded campaigns or one. @returns keys with `GSW_MESSAGE` where some are on desktops */
  async cancel(
    _selector: RecordSelector,
    _options: { campaign?: string; scope?: ChainScope; tx?: Transaction },
  ): Promise<RecordKeys> {
    return later();
  }
  async doNotCall(_selector: RecordSelector, _options: { scope?: ChainScope; tx?: Transaction }): Promise<RecordKeys> {
    return later();
  }
  /** LogOut: the agent is not counted any more, open records are given back (option `agent_logout_preview_call_result`). */
  async logOut(_agentId: string, _campaign?: string): Promise<void> {
    later();
  }
  /** ReadyTime: the agent will be ready in so many seconds. */
  async readyTime(_agentId: string, _seconds: number): Promise<void> {
    later();
  }
  /** PreviewDialingModeStart and -Over. */
  async previewMode(_agentId: string, _on: boolean): Promise<void> {
    later();
  }

  // Sight.

  async held(_handle: number): Promise<HeldRecord | undefined> {
    return later();
  }
  /** The records on an agent's desktop, as PreviewRecord has them: what a desktop that connects again shows. */
  async recordsOf(_agentId: string): Promise<RecordKeys[]> {
    return later();
  }
  /** The handles of those records of a list that are held, by record id. */
  async handles(_list: string, _recordIds: readonly number[]): Promise<Map<number, number>> {
    return later();
  }
  /** The attempts of a record, oldest first, those that were not dialed too. */
  async attempts(_list: string, _recordId: number): Promise<AttemptView[]> {
    return later();
  }
}
