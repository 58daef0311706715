import type { Service } from '../../api/services.js';

/** True for services whose requests are callbacks, by the server's own rule. */
export function isCallbackService({ options }: Service): boolean {
  return options._service === 'callback' || options._service_type?.toLowerCase() === 'callback';
}

/** The two options that tell a person most about a service: who is called by whom, and who takes the call. */
export function describeService({ options }: Service): string | undefined {
  const parts = [options._call_direction, options._target].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}
