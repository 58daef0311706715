import type { Activity, Clock, Logger } from '../../kernel/index.js';
import type { Journal } from '../../reporting/index.js';
import type { Database, Sql, Transaction } from '../../store/index.js';
import type { ListConfiguration, ListSettings } from './list-settings.js';
import type { DialingPriority } from './priority.js';
import type { Chain, ListRecord, RecordOwner } from './record.js';

export interface CallingListsOptions {
  database: Database;
  configuration: ListConfiguration;
  journal: Journal;
  clock: Clock;
  activity: Activity;
  log: Logger;
}

export interface Retrieval {
  list: string;
  owner: RecordOwner;
  /** Most chains. */
  limit: number;
  now: number;
  priorities: DialingPriority;
}

export interface AgentRetrieval {
  list: string;
  owner: RecordOwner;
  agentId: string;
  limit: number;
  now: number;
}

/** Which records; all that is given must hold. At least one of the first four. */
export interface RecordSearch {
  recordId?: number;
  /** In any notation. */
  phone?: string;
  customerId?: string;
  chainId?: number;
  /** Only in these lists. */
  lists?: readonly string[];
}

export type ChainScope = 'AllChain' | 'RecordOnly';

/** What a request that withdraws records has done. */
export interface Withdrawal {
  /** The records that it changed, as they are now; held ones (Retrieved before) among them. */
  changed: ListRecord[];
  /** Matching records that it left alone, because agents have them. */
  onDesktop: ListRecord[];
}

/** Whether a held record may still be dialed. */
export type Standing = 'callable' | 'do-not-call' | 'withdrawn';

export class CallingLists {
  constructor(readonly options: CallingListsOptions) {}

  settings(list: string): ListSettings | undefined {
    throw new Error(`not there yet: ${list}`);
  }

  retrieve(tx: Transaction, request: Retrieval): Promise<Chain[]> {
    throw new Error(`not there yet: ${tx} ${request.list}`);
  }

  dueForAgent(tx: Transaction, request: AgentRetrieval): Promise<Chain[]> {
    throw new Error(`not there yet: ${tx} ${request.list}`);
  }

  nextDue(list: string, now: number): Promise<number | undefined> {
    throw new Error(`not there yet: ${list} ${now}`);
  }

  ready(list: string, now: number): Promise<{ callable: number; waiting: number }> {
    throw new Error(`not there yet: ${list} ${now}`);
  }

  takeBack(tx: Transaction, owner: RecordOwner, how: 'ready' | 'stale'): Promise<number> {
    throw new Error(`not there yet: ${tx} ${owner.appId} ${how}`);
  }

  store(tx: Transaction, records: readonly ListRecord[]): Promise<void> {
    throw new Error(`not there yet: ${tx} ${records.length}`);
  }

  add(tx: Transaction, list: string, attributes: Readonly<Record<string, unknown>>): Promise<ListRecord> {
    throw new Error(`not there yet: ${tx} ${list} ${attributes}`);
  }

  find(search: RecordSearch, sql?: Sql): Promise<ListRecord[]> {
    throw new Error(`not there yet: ${search.recordId} ${sql}`);
  }

  chain(list: string, chainId: number, sql?: Sql): Promise<Chain | undefined> {
    throw new Error(`not there yet: ${list} ${chainId} ${sql}`);
  }

  cancel(
    tx: Transaction,
    request: RecordSearch & { scope: ChainScope; except?: (record: ListRecord) => boolean },
  ): Promise<Withdrawal> {
    throw new Error(`not there yet: ${tx} ${request.scope}`);
  }

  doNotCall(
    tx: Transaction,
    request: {
      phone?: string;
      customerId?: string;
      scope: ChainScope;
      lists?: readonly string[];
      message?: string;
      campaignId?: number;
      except?: (record: ListRecord) => boolean;
    },
  ): Promise<Withdrawal> {
    throw new Error(`not there yet: ${tx} ${request.scope}`);
  }

  standing(sql: Sql, records: readonly ListRecord[]): Promise<Standing[]> {
    throw new Error(`not there yet: ${sql} ${records.length}`);
  }
}
