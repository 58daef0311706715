import type { Service } from '../../api/services.js';

/** True for services that Start-Callback accepts: orchestrated ones that run a callback application. */
export function isCallbackService({ options }: Service): boolean {
  return options._type !== 'builtin' && /callback/i.test(options._service ?? '');
}

/** A service that only takes bookings for later, or only immediate ones, says so by its scenario. */
export function describeService({ options }: Service): string | undefined {
  const parts = [options._call_direction, options._target].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}
