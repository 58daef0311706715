import type { Service } from '../../api/services.js';

/** The two options that tell a person most about a service: who is called by whom, and who takes the call. */
export function describeService({ options }: Service): string | undefined {
  const parts = [options._call_direction, options._target].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}
