import { afterAll, beforeEach, expect } from 'vitest';
import { type Answer, CallbackTestBed } from './testing.js';

/** Packages of exception classes: those that the reference prints, and those of 8.5. */
export const PRINTED = 'com.genesyslab.gsg.services.callback.';
export const LATER = `${PRINTED}exceptions.`;
/** A Monday, an hour before the office opens. */
export const START = '2026-03-02T08:00:00.000Z';
export const DAY = '2026-03-02T';
export const BASE = '/1/service/callback/BasicCallback';

const BASIC = {
  _type: 'ors',
  _service: 'callback',
  _request_time_bucket: '5',
  _max_request_by_time_bucket: '5',
  _business_hours_service: 'hours',
};
const NOW = { _type: 'ors', _service: 'callback' };

/** The services that the acceptance table of the Callback API presupposes; each test begins without callbacks. */
export interface AcceptanceBed {
  bed: CallbackTestBed;
  /** `BasicCallback` with other options, for this test. */
  configure: (changes: Record<string, string>) => void;
  /** `Now`, a service without hours, with other options. */
  configureNow: (changes: Record<string, string>) => void;
  /** Books `BasicCallback` at a time of the day, `HH:mm`. */
  book: (time: string, number?: string, more?: object) => Promise<Answer>;
  /** Books it so many times. */
  fill: (time: string, count: number) => Promise<void>;
}

/** Makes the bed of a test file and registers its set-up. */
export async function acceptanceBed(): Promise<AcceptanceBed> {
  const bed = await CallbackTestBed.create(START);
  const configure = (changes: Record<string, string>) =>
    bed.configuration.set('services', 'BasicCallback', { ...BASIC, ...changes });
  const configureNow = (changes: Record<string, string>) =>
    bed.configuration.set('services', 'Now', { ...NOW, ...changes });
  const book = (time: string, number = '5115', more: object = {}) =>
    bed.start('BasicCallback', { _customer_number: number, _desired_time: `${DAY}${time}:00.000Z`, ...more });
  const fill = async (time: string, count: number) => {
    for (let each = 0; each < count; each += 1) expect((await book(time, `7${each}`)).status).toBe(200);
  };
  beforeEach(async () => {
    await bed.clear();
    bed.configuration.set('services', 'hours', { _service: 'office-hours', _bh_regular1: 'Mon-Fri 09:00-17:00' });
    configure({});
    configureNow({});
  });
  afterAll(() => bed.close());
  return { bed, configure, configureNow, book, fill };
}
