import type { JsonObject } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import type { Chain, ListRecord } from '../list/index.js';
import type { StoredGroup } from './group-store.js';
import { type HeldChain, storeHeld } from './held-chain.js';
import { freeNumbers, handlesOf } from './held-record.js';
import type { DialingParts } from './parts.js';
import { recordKeys } from './record-keys.js';

/** A chain whose result is to be treated by a flow. */
export interface TreatmentCase {
  group: StoredGroup;
  held: HeldChain;
  /** With the attempt counted. */
  chain: Chain;
  record: ListRecord;
  result: number;
}

/** Has SCXML documents decide what follows from a result (option `treatment-uri`), in place of the list's treatments. */
export class TreatmentFlows {
  constructor(private readonly parts: DialingParts) {}

  /**
   * Starts the flow with the data of the record: parameters are the keys of spec 3.4 with `GSW_CALL_RESULT`, and
   * `GSW_CHAIN`, the list of all records of the chain. The chain waits for what the flow says.
   * @returns false when there is no such flow: the treatments of the list apply
   */
  async begin(tx: Transaction, { group, held, chain, record, result }: TreatmentCase): Promise<boolean> {
    const { applications, lists, clock, configuration, log } = this.parts;
    const settings = lists.settings(held.list);
    const uri = settings?.treatmentUri;
    if (uri === undefined) return false;
    const now = clock.now();
    const ids = chain.records.map(({ recordId }) => recordId);
    const handles = await handlesOf(tx, held.list, ids);
    const keys = (one: ListRecord): JsonObject => ({
      ...recordKeys(configuration, {
        ...{ group, settings, now },
        record: one,
        handle: handles.get(one.recordId) ?? 0,
        attempt: held.attempt,
      }),
    });
    const treated = { ...record, attempt: attemptOf(chain, record), callResult: result, callTime: now };
    const session = await applications.startTreatment(tx, uri, {
      ...keys(treated),
      GSW_CALL_RESULT: result,
      GSW_CHAIN: chain.records.map((one) => keys(one.recordId === record.recordId ? treated : one)),
    });
    if (session === undefined) {
      log.error(
        { flow: uri, list: held.list },
        'There is no flow for SCXML treatments; the treatments of the list apply',
      );
      return false;
    }
    await lists.store(tx, [treated]);
    await freeNumbers(tx, held.id);
    await storeHeld(tx, {
      ...held,
      state: 'deciding',
      recordId: record.recordId,
      agent: undefined,
      treatment: session,
      result,
      since: now,
    });
    return true;
  }
}

function attemptOf(chain: Chain, record: ListRecord): number {
  return chain.records.find(({ recordId }) => recordId === record.recordId)?.attempt ?? record.attempt;
}
