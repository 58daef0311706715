import { type Members, text } from '../api/json.js';

const PHONE_STATES = ['offline', 'idle', 'ringing', 'busy'] as const;
/** What a telephone of the house does. */
export type PhoneState = (typeof PHONE_STATES)[number];

/** What a state frame says of the telephone; undefined: nothing. */
export function phoneStateOf(frame: Members): PhoneState | undefined {
  const said = text(frame, 'phone');
  return PHONE_STATES.find((known) => known === said);
}
