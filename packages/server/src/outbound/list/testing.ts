import { Configuration } from '../../config/index.js';
import { type JsonValue, ManualClock, silentLogger } from '../../kernel/index.js';
import { Journal } from '../../reporting/index.js';
import type { Transaction } from '../../store/index.js';
import { testDatabase } from '../../store/testing.js';
import { CallingLists } from './calling-lists.js';
import type { ListRecord } from './record.js';

/** Monday, noon in London. */
export const NOON = Date.UTC(2026, 0, 5, 12);
export const OWNER = { appId: 150, groupId: 201, campaignId: 501 };

/** Calling lists on a database of their own, with a configuration that tests change. */
export async function listBed() {
  const { database, activity } = await testDatabase();
  const clock = new ManualClock(NOON, activity);
  const configuration = await Configuration.open({ database, clock, activity, log: silentLogger });
  const journal = new Journal({ database, clock, activity, log: silentLogger });
  const lists = new CallingLists({ database, configuration, journal, clock, activity, log: silentLogger });
  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction(work);
  return {
    database,
    configuration,
    journal,
    lists,
    clock,
    activity,
    inTransaction,
    /** A list whose records are callable around the clock in UTC unless they say otherwise. */
    list: async (name: string, value: Record<string, JsonValue> = {}) => {
      await configuration.put('calling-lists', name, { timeZone: 'UTC', ...value });
      return name;
    },
    add: (list: string, attributes: Record<string, unknown> = {}) =>
      inTransaction((tx) => lists.add(tx, list, { GSW_PHONE: '5115', GSW_FROM: 0, GSW_UNTIL: 86_400, ...attributes })),
    retrieve: async (list: string, limit = 10, now = clock.now()) => {
      const priorities = {
        General: { priority: 1 },
        CampaignRescheduled: { priority: 2 },
        CampaignCallBack: { priority: 3 },
      };
      return inTransaction((tx) => lists.retrieve(tx, { list, limit, now, owner: OWNER, priorities }));
    },
    record: async (record: Pick<ListRecord, 'list' | 'recordId'>) => {
      const [found] = await lists.find({ recordId: record.recordId, lists: [record.list] });
      if (!found) throw new Error(`no record ${record.recordId}`);
      return found;
    },
  };
}

export type ListBed = Awaited<ReturnType<typeof listBed>>;
