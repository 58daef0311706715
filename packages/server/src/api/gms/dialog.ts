import type { CallbackProfile } from '../../callback/index.js';
import type { JsonObject, JsonValue } from '../../kernel/index.js';

/** The keys of a dialog in the form of 8.5 and in that of 2013. */
const FORMS: readonly (readonly [later: string, printed: string])[] = [
  ['_dialog_id', 'ID'],
  ['_action', 'Action'],
  ['_text', 'Text'],
  ['_ok_title', 'OkTitle'],
];

/**
 * The answer to an immediate Start-Callback: what the application said, under the keys that clients of the version read
 * (`both`: those of either), and the callback's id.
 */
export function dialogAnswer(reply: JsonValue | undefined, id: string, profile: CallbackProfile): JsonObject {
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return { _id: id };
  const { _id: _sessionsOwn, ...answer } = reply;
  for (const [later, printed] of FORMS) {
    const value = reply[later] ?? reply[printed];
    delete answer[later];
    delete answer[printed];
    if (value === undefined) continue;
    if (profile !== '2013') answer[later] = value;
    if (profile !== '85') answer[printed] = value;
  }
  return { ...answer, _id: id };
}

/** One callback of a bulk cancellation, as the original reports it: a dialog whose title says how it went. */
export function cancellationDialog(id: string, cancelled: boolean): JsonObject {
  const text = cancelled ? `Callback [${id}] is cancelled` : `No such request to cancel : [${id}]`;
  return {
    _id: id,
    status: cancelled ? 'success' : 'failure',
    _dialog_id: '0',
    _action: 'ConfirmationDialog',
    _text: text,
    _ok_title: cancelled ? 'Ok' : 'FAILURE_MISSING',
    ...(!cancelled && { message: text }),
  };
}
