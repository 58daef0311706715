import type { JsonObject } from '../kernel/index.js';
import { CallbackError } from './callback-error.js';
import type { CallbackConfiguration } from './configuration.js';

/** The list object whose sections are the contact centers that share the server. */
export const CONTACT_CENTERS = 'GMS_Contact_Centers';

/** The property under which a callback keeps its contact center; clients cannot set it. */
export const CONTACT_CENTER_KEY = '_contact_center_id';

/**
 * The contact center that a request names in its header `ContactCenterId`. Without a list of contact centers the server
 * has one tenant, and the header means nothing.
 * @throws CallbackError `unknown-contact-center`
 */
export function contactCenterOf(configuration: CallbackConfiguration, header: string | undefined): string | undefined {
  const known = configuration.object('lists', CONTACT_CENTERS);
  const id = header?.trim();
  if (!known || Object.keys(known).length === 0 || !id) return undefined;
  if (!Object.hasOwn(known, id)) throw new CallbackError('unknown-contact-center', { id });
  return id;
}

/** The properties that a callback of a contact center is stored with. */
export function withContactCenter(properties: JsonObject, id: string | undefined): JsonObject {
  const { [CONTACT_CENTER_KEY]: _claimed, ...others } = properties;
  return id === undefined ? others : { ...others, [CONTACT_CENTER_KEY]: id };
}
