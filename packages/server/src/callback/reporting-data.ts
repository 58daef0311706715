import { instant, type JsonObject } from '../kernel/index.js';
import type { CallbackRow, Progress } from './callback-record.js';
import type { CallbackInput } from './life-cycle.js';
import { scalarText } from './service-parameters.js';

/** What every event about a callback says. */
export function subjectData(row: Pick<CallbackRow, 'service' | 'customer_number'>): JsonObject {
  const { service, customer_number: number } = row;
  return number === null ? { service } : { service, number };
}

/** The start record of Callback reporting (user data keys `_CB_*`), seconds of UTC as the original's facts count them. */
export function acceptedData(row: CallbackRow): JsonObject {
  const data = subjectData(row);
  data.state = row.state;
  data.immediate = row.immediate;
  data.desiredTime = instant(row.desired_at);
  data._CB_SERVICE_ID = row.id;
  data._CB_FINAL_RECORD = 0;
  data._CB_T_CALLBACK_ACCEPTED = seconds(row.created_at);
  data._CB_DIM_TYPE = row.immediate ? 'IMMEDIATE' : 'SCHEDULED';
  const channel = scalarText(row.properties._cb_dim_channel);
  if (channel !== undefined) data._CB_DIM_CHANNEL = channel;
  return data;
}

/** The final record: how it ended, what each attempt gave, and how long each stage took. */
export function completedData(row: CallbackRow): JsonObject {
  const { progress } = row;
  const results = progress.dialResults ?? [];
  const dials = results.map((result, index): [string, string] => [`_CB_DIAL_${index + 1}_RESULT`, result ?? 'UNKNOWN']);
  return {
    ...progress.facts,
    ...subjectData(row),
    state: row.state,
    reason: row.reason,
    _CB_SERVICE_ID: row.id,
    _CB_FINAL_RECORD: 1,
    _CB_T_CALLBACK_ACCEPTED: seconds(row.created_at),
    _CB_DIM_TYPE: row.immediate ? 'IMMEDIATE' : 'SCHEDULED',
    _CB_DISPOSITION: row.reason,
    _CB_N_DIAL_ATTEMPTS: results.length,
    ...Object.fromEntries(dials),
    ...duration('_CB_D_WAITING_FOR_AGENT_OFFLINE', progress.submittedAt, progress.dialingAt),
    ...duration('_CB_D_ESTABLISH_MEDIA_IXN', progress.dialingAt, progress.answeredAt),
    ...duration('_CB_D_CUSTOMER_CONNECTED_WAITING_FOR_AGENT', progress.answeredAt, progress.connectedAt),
    ...(progress.submittedAt !== undefined && { _CB_T_SERVICE_START: seconds(progress.submittedAt) }),
    ...(progress.completedAt !== undefined && { _CB_T_SERVICE_END: seconds(progress.completedAt) }),
  };
}

/** What an input adds to the progress of a callback. */
export function progressAfter(progress: Progress, input: CallbackInput, now: number): Progress {
  switch (input.type) {
    case 'submit':
      return { ...progress, submittedAt: progress.submittedAt ?? now };
    case 'dialing':
      return {
        ...progress,
        dialingAt: progress.dialingAt ?? now,
        dialResults: withResult(progress, input.attempt, null),
        ...(input.dialed !== undefined && { dialedNumber: input.dialed }),
      };
    case 'facts':
      return { ...progress, facts: { ...progress.facts, ...input.facts } };
    case 'dial-result':
      return {
        ...progress,
        dialingAt: progress.dialingAt ?? now,
        dialResults: withResult(progress, input.attempt, input.result),
      };
    case 'customer-answered':
      return { ...progress, answeredAt: progress.answeredAt ?? now };
    case 'agent-connected':
      return { ...progress, connectedAt: progress.connectedAt ?? now };
    case 'complete':
      if (input.reason !== 'AGENT_CONNECTED') return progress;
      return { ...progress, connectedAt: progress.connectedAt ?? now };
    default:
      return progress;
  }
}

/** A result once known is not unknown again because the attempt is reported twice. */
function withResult(progress: Progress, attempt: number, result: string | null): (string | null)[] {
  const results = [...(progress.dialResults ?? [])];
  while (results.length < attempt) results.push(null);
  results[attempt - 1] = result ?? results[attempt - 1] ?? null;
  return results;
}

function seconds(at: number): number {
  return Math.floor(at / 1000);
}

function duration(name: string, from: number | undefined, to: number | undefined): JsonObject {
  return from === undefined || to === undefined ? {} : { [name]: Math.max(0, Math.round((to - from) / 1000)) };
}
