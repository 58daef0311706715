import { isObject, type JsonObject, type JsonValue } from '../../kernel/index.js';
import type { Transaction } from '../../store/index.js';
import { CallResult, type Chain, isFinal, type ListRecord, readCallResult } from '../list/index.js';
import { readLocalTime } from '../list/local-time.js';
import { type HeldChain, lockHeldOfTreatment, storeHeld } from './held-chain.js';
import type { DialingParts } from './parts.js';
import { type Processing, released } from './processing.js';

/** What the action did. */
type Outcome = { done: JsonObject } | { error: string; description: string };

interface TreatmentAction {
  readonly session: { readonly id: string };
  readonly attributes: JsonObject;
}

interface TreatmentActionDefinition {
  readonly attributes: Readonly<Record<string, { kind: 'value'; required?: boolean }>>;
  perform(tx: Transaction, action: TreatmentAction): Promise<Outcome>;
}

/** Executable content of SCXML treatments. */
export interface TreatmentModule {
  readonly namespaces: readonly string[];
  readonly prefix: string;
  readonly actions: Readonly<Record<string, TreatmentActionDefinition>>;
}

/** What the actions need. */
export interface TreatmentParts {
  dialing: DialingParts;
  processing: Processing;
  /** The group may have something to dial, after the commit. */
  changed: (group: number) => void;
}

type Decide = (tx: Transaction, held: HeldChain, chain: Chain, attributes: JsonObject) => Promise<string | undefined>;

const LONGEST_DELAY_S = 366 * 86_400;

/**
 * `<ocs:dial/>` (again, at once), `<ocs:retryIn seconds="600"/>`, `<ocs:nextInChain after="60"/>`,
 * `<ocs:reschedule at="'12/24/2026 10:00'"/>` (the record's wall clock), `<ocs:finalize result="7"/>`: each decides once
 * what becomes of the chain. `<ocs:set_flex_attr name="'CPNDigits'" value="'800'"/>` and `<ocs:set_exec_flag .../>` set an
 * option of the next dial. They answer `ocs.<action>.done`, or `error.ocs.<action>` when nothing waits for a decision.
 */
export function treatmentModule(parts: () => TreatmentParts): TreatmentModule {
  const deciding = (
    attributes: TreatmentActionDefinition['attributes'],
    decide: Decide,
  ): TreatmentActionDefinition => ({
    attributes,
    perform: async (tx, { session, attributes: given }) => {
      const held = await lockHeldOfTreatment(tx, session.id);
      const chain = held && (await parts().dialing.lists.chain(held.list, held.chainId, tx));
      if (!held || !chain) return { error: 'invalidstate', description: 'No record waits for this treatment.' };
      const complaint = await decide(tx, held, chain, given);
      tx.afterCommit(() => parts().changed(held.group));
      return complaint === undefined ? { done: {} } : { error: 'badattribute', description: complaint };
    },
  });
  const again = async (tx: Transaction, held: HeldChain, record: ListRecord, delayS: number): Promise<undefined> => {
    const { dialing, processing } = parts();
    const now = dialing.clock.now();
    const threshold = dialing.lists.settings(held.list)?.scheduleThresholdMs ?? 0;
    const next = { ...released(held), options: held.options, recordId: record.recordId, since: now };
    if (delayS * 1000 > threshold) await processing.postpone(tx, next, record, now + delayS * 1000);
    else if (delayS > 0) await storeHeld(tx, { ...next, state: 'waiting', dueAt: now + delayS * 1000 });
    else await storeHeld(tx, { ...next, state: 'buffered' });
    return undefined;
  };
  const option = deciding(
    { name: { kind: 'value', required: true }, value: { kind: 'value', required: true } },
    async (tx, held, _chain, { name, value }) => {
      if (typeof name !== 'string' || name === '') return 'name must be the name of an option.';
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
      await storeHeld(tx, { ...held, options: { ...held.options, [name]: text } });
      return undefined;
    },
  );
  return {
    namespaces: ['www.ringback.org/modules/ocs', 'www.genesyslab.com/modules/ocs'],
    prefix: 'ocs',
    actions: {
      dial: deciding({}, async (tx, held, chain) => again(tx, held, recordOf(chain, held), 0)),
      retryIn: deciding({ seconds: { kind: 'value', required: true } }, async (tx, held, chain, { seconds }) => {
        const delay = readSeconds(seconds);
        return delay === undefined ? 'seconds must be a number from 0.' : again(tx, held, recordOf(chain, held), delay);
      }),
      nextInChain: deciding({ after: { kind: 'value' } }, async (tx, held, chain, { after }) => {
        const delay = after === undefined || after === null ? 0 : readSeconds(after);
        if (delay === undefined) return 'after must be a number of seconds from 0.';
        const current = recordOf(chain, held);
        const next = chain.records.find((one) => one.chainN > current.chainN && !isFinal(one.recordStatus));
        if (next) return again(tx, held, next, delay);
        await parts().processing.finalize(tx, held, current.recordId, current.callResult);
        return undefined;
      }),
      reschedule: deciding({ at: { kind: 'value', required: true } }, async (tx, held, chain, { at }) => {
        const record = recordOf(chain, held);
        const time = typeof at === 'string' ? readLocalTime(at, record.zone) : undefined;
        if (time === undefined) return 'at must be a time such as 12/24/2026 10:00.';
        await parts().processing.postpone(tx, released(held), record, time);
        return undefined;
      }),
      finalize: deciding({ result: { kind: 'value' } }, async (tx, held, chain, { result }) => {
        const record = recordOf(chain, held);
        const read = result === undefined || result === null ? record.callResult : readCallResult(result);
        if (read === undefined) return 'result must be a call result.';
        await parts().processing.finalize(tx, held, record.recordId, read);
        return undefined;
      }),
      set_flex_attr: option,
      set_exec_flag: option,
    },
  };
}

/** A flow that ends without a decision leaves the record to the treatments of its list. */
export async function endTreatment(
  tx: Transaction,
  { processing, changed }: Pick<TreatmentParts, 'processing' | 'changed'>,
  session: string,
): Promise<void> {
  const held = await lockHeldOfTreatment(tx, session);
  if (!held) return;
  await processing.applyTreatments(tx, held, held.recordId, held.result ?? CallResult.Unknown);
  tx.afterCommit(() => changed(held.group));
}

function recordOf(chain: Chain, held: HeldChain): ListRecord {
  const record = chain.records.find(({ recordId }) => recordId === held.recordId) ?? chain.records[0];
  if (!record) throw new RangeError(`Chain ${chain.chainId} of list ${chain.list} has no records.`);
  return record;
}

function readSeconds(value: JsonValue | undefined): number | undefined {
  const seconds = isObject(value) || value === '' || value === null ? Number.NaN : Number(value);
  return seconds >= 0 && seconds <= LONGEST_DELAY_S ? seconds : undefined;
}
