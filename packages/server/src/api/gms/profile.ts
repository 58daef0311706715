import type { CallbackProfile, CallbackRecord } from '../../callback/index.js';
import type { GmsError } from './errors.js';

/** Which version of the Callback API a service speaks (option `compat`; gms-callback.md 0.2). */
export type Profiles = { profileOf: (service?: string) => CallbackProfile };

const PRINTED = 'com.genesyslab.gsg.services.callback.';
const LATER = `${PRINTED}exceptions.`;
/** A class that 2013 prints in one of its examples alone. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  CallbackAvailabilityException: 'CallbackExceptionAvailability',
};

/** The keys of a record as they were in 2013: of the customer's query, and of the administrator's. */
const QUERIED = ['_id', 'desired_time', 'url'];
const ADMINISTERED = [...QUERIED, '_customer_number', '_callback_state'];
/** Keys that 8.5 spells with an underscore. */
const FORMER_KEYS = new Set(['desired_time', 'url']);

/** An error with its exception in the package of the version; `both` has the one that is printed for the case. */
export function errorOf(profile: CallbackProfile, error: GmsError): GmsError {
  const { exception } = error.body;
  if (profile === 'both' || !exception.startsWith(PRINTED)) return error;
  const name = exception.slice(exception.startsWith(LATER) ? LATER.length : PRINTED.length);
  const named = profile === '2013' ? `${PRINTED}${name}` : `${LATER}${FORMER_NAMES[name] ?? name}`;
  return { ...error, body: { ...error.body, exception: named } };
}

/** Records under the keys of the version that their service speaks; `both` has the keys of either. */
export function recordsOf(
  profiles: Profiles,
  records: readonly CallbackRecord[],
  from: 'customer' | 'administrator',
): CallbackRecord[] {
  return records.map((record) => {
    const profile = profiles.profileOf(record._service_name);
    if (profile === 'both') return record;
    const former = from === 'customer' ? QUERIED : ADMINISTERED;
    const isKept = (key: string) => (profile === '2013' ? former.includes(key) : !FORMER_KEYS.has(key));
    return Object.fromEntries(Object.entries(record).filter(([key]) => isKept(key)));
  });
}
