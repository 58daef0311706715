import type { CustomerAccess, Push } from '../callback/index.js';
import { RingbackError } from '../kernel/index.js';
import type { Notifications } from '../notify/index.js';
import type { AccessDesk } from '../services/index.js';

/** How the applications of callbacks reach customers' devices. */
export function devicePush(notifications: Notifications): Push {
  return async (tx, { device, type, provider, debug, language, attempts, tag, message }) => {
    const to = {
      ...{ type, deviceId: device, properties: { debug: String(debug) } },
      ...(provider !== '' && { provider }),
      ...(language !== '' && { language }),
    };
    try {
      await notifications.publish(tx, { tag, message, to, mostAttempts: attempts });
      return undefined;
    } catch (error) {
      if (error instanceof RingbackError && error.code === 'channel-disabled') return error.message;
      throw error;
    }
  };
}

/** What a request for access information may be refused for, before anything is stored. */
const REFUSALS = new Set([
  ...['unknown-resource-group', 'no-resource', 'no-code', 'invalid-service-parameter'],
  ...['prefix-not-a-number', 'prefix-too-long'],
]);

/** Where callbacks whose customer calls get their numbers from; the desk is made after them. */
export function customerAccess(desk: () => AccessDesk): CustomerAccess {
  return {
    async book(tx, { callback, group, code, seconds, phone, ends }) {
      const parameters = {
        ...(group !== undefined && { _resource_group: group }),
        ...(phone !== undefined && { _phone_number: phone }),
        _provide_code: String(code),
        _booking_expiration_timeout: String(seconds),
      };
      try {
        const given = await desk().give(tx, { id: callback, storage: undefined, ends }, parameters);
        const { _access_number: number, _access_code: accessCode, _expiration_time: kept } = given;
        return { number, seconds: Number(kept), ...(typeof accessCode === 'string' && { code: accessCode }) };
      } catch (error) {
        if (error instanceof RingbackError && REFUSALS.has(error.code)) return error.message;
        throw error;
      }
    },
    match: async (sql, call) => (await desk().match(sql, call, false))[0]?.service,
  };
}
