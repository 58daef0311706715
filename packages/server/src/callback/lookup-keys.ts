import { createHash } from 'node:crypto';
import type { JsonObject } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import type { CallbackService } from './callback-service.js';
import { numberKey } from './customer-number.js';
import { scalarText } from './service-parameters.js';

/** The key under which every callback with a number is filed. */
export const NUMBER_KEY = '_customer_number';

/** Index entries are limited in size; longer values are filed under their hash. */
const LONGEST_VALUE = 512;

/** The form in which a value is filed and sought. */
export function lookupValue(value: string): string {
  return value.length <= LONGEST_VALUE ? value : `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

/** What a callback is filed under: the service's lookup keys that have a value, the number in its comparable form. */
export function lookupOf(service: CallbackService, properties: JsonObject): Record<string, string> {
  const lookup: Record<string, string> = {};
  for (const key of service.lookupKeys) {
    const value = scalarText(properties[key]);
    if (value === undefined || value === '') continue;
    lookup[key] = lookupValue(key === NUMBER_KEY ? numberKey(value, service.defaultCountry) : value);
  }
  return lookup;
}

/** Files a callback anew after its properties have changed. */
export const REFILE = statement(
  'callback-refile',
  `with dropped as (
     delete from callback_lookup l using jsonb_each_text($2::jsonb) as old (key, value)
      where l.key = old.key and l.value = old.value and l.callback = $1
        and old.value is distinct from $3::jsonb ->> old.key
   )
   insert into callback_lookup (key, value, callback)
   select new.key, new.value, $1 from jsonb_each_text($3::jsonb) as new (key, value)
    where new.value is distinct from $2::jsonb ->> new.key
   on conflict do nothing`,
);
