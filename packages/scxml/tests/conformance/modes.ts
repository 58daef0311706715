import type { HostSettings } from './run-suite.js';

/** The ways in which every test of both suites has to pass. */
export const modes: Record<string, HostSettings> = {
  sandbox: { application: { datamodel: 'sandbox' } },
  trusted: { application: { datamodel: 'trusted' } },
  'sandbox, restored after every macrostep': { application: { datamodel: 'sandbox' }, restoreAlways: true },
  'trusted, restored after every macrostep': { application: { datamodel: 'trusted' }, restoreAlways: true },
};
