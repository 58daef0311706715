import { type KvList, MOST_INTEGER } from '../../kernel/index.js';
import { OutboundError, type RecordKeys, type RecordRequests, type RecordSelector } from '../../outbound/index.js';
import { RequestError } from '../http.js';
import {
  ACKNOWLEDGEMENTS,
  chainScope,
  processedRequest,
  type RecordRequestName,
  recordFields,
  requiredText,
  rescheduleRequest,
  text,
} from '../outbound/user-data.js';

/** What a resource's requests are about: a record, a number, a customer, or a list. */
export const RESOURCES = ['records', 'phones', 'customer_ids', 'lists'] as const;
export type RecordResource = (typeof RESOURCES)[number];

type Operation = (requests: RecordRequests, id: string, data: KvList) => Promise<RecordKeys>;

const cancelled =
  (select: (id: string) => RecordSelector): Operation =>
  (requests, id, data) => {
    const campaign = text(data, 'GSW_CAMPAIGN_NAME');
    return requests.cancel(select(id), { scope: chainScope(data), ...(campaign !== undefined && { campaign }) });
  };
const barred =
  (select: (id: string) => RecordSelector): Operation =>
  (requests, id, data) =>
    requests.doNotCall(select(id), { scope: chainScope(data) });

const byPhone = (phone: string) => ({ phone });
const byCustomer = (customerId: string) => ({ customerId });
const byHandle = (id: string) => ({ handle: recordNumber(id) });

/** Which requests each resource takes (spec outbound.md 2.2). */
const MATRIX: Readonly<Record<RecordResource, Partial<Record<RecordRequestName, Operation>>>> = {
  lists: {
    AddRecord: (requests, list, data) => requests.add(list, plain(data)),
  },
  records: {
    AddRecord: (requests, _id, data) => requests.add(requiredText(data, 'GSW_CALLING_LIST'), plain(data)),
    UpdateCallCompletionStats: (requests, id, data) => requests.update(recordNumber(id), recordFields(data)),
    RecordReschedule: (requests, id, data) => requests.reschedule(recordNumber(id), rescheduleRequest(data)),
    ScheduledRecordReschedule: (requests, id, data) => requests.reschedule(recordNumber(id), rescheduleRequest(data)),
    RecordReject: (requests, id) => requests.reject(recordNumber(id)),
    RecordProcessed: (requests, id, data) => requests.processed(recordNumber(id), processedRequest(data)),
    RequestRecordCancel: cancelled(byHandle),
    DoNotCall: barred(byHandle),
  },
  phones: { RequestRecordCancel: cancelled(byPhone), DoNotCall: barred(byPhone) },
  customer_ids: { RequestRecordCancel: cancelled(byCustomer), DoNotCall: barred(byCustomer) },
};

/** Other names of requests. */
const ALIASES: Readonly<Record<string, RecordRequestName>> = { recordcancel: 'RequestRecordCancel' };

/** The request that `req` names, in any case. @throws RequestError 400 */
export function requestNamed(resource: RecordResource, req: string | undefined): RecordRequestName {
  const known = Object.keys(MATRIX[resource]) as RecordRequestName[]; // exactly the keys of the matrix
  const wanted = req?.toLowerCase() ?? '';
  const alias = ALIASES[wanted];
  const name = known.find((one) => one.toLowerCase() === wanted) ?? (alias && known.find((one) => one === alias));
  if (name) return name;
  const detail =
    req === undefined ? 'The parameter req is missing' : `The resource ${resource} takes no request ${req}`;
  throw new RequestError(400, 'unknown-request', `${detail}: it takes ${known.join(', ')}.`);
}

/** Carries out a request; the answer is the user data of the acknowledgement. */
export async function perform(
  requests: RecordRequests,
  resource: RecordResource,
  { name, id, data }: { name: RecordRequestName; id: string; data: KvList },
): Promise<RecordKeys> {
  const operation = MATRIX[resource][name];
  if (!operation) throw new OutboundError('unknown-request');
  const reference = data.get('GSW_REFERENCE_ID');
  const keys = await operation(requests, id, data);
  const echoes = typeof reference === 'number' || typeof reference === 'string';
  return { GSW_USER_EVENT: ACKNOWLEDGEMENTS[name], ...keys, ...(echoes && { GSW_REFERENCE_ID: reference }) };
}

function recordNumber(id: string): number {
  const number = /^\d{1,10}$/.test(id) ? Number(id) : Number.NaN;
  if (number <= MOST_INTEGER) return number;
  throw new OutboundError('record-handle-not-found');
}

/** Everything that the user data says; the list decides what it takes. */
function plain(data: KvList): Record<string, unknown> {
  return data.toJSON();
}
