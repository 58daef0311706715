import { expect, test } from 'vitest';
import { DEFAULT_PRIORITIES, type ListRecord } from '../list/index.js';
import { RECORD_DEFAULTS } from '../list/record.js';
import type { GroupView } from './group-record.js';
import { reportBody } from './report-body.js';

const AT = Date.UTC(2026, 6, 1, 15);
const S = AT / 1000;
const GROUP: GroupView = {
  name: 'Sales@Agents',
  dbid: 601,
  status: 'Running',
  loadedAt: AT,
  campaign: { name: 'Sales', dbid: 101 },
  group: { name: 'Agents', dbid: 732 },
  settings: {
    dialMode: 'Progressive',
    optimizeBy: 'BusyFactor',
    optimizeGoal: 80,
    autoCompletion: false,
    priorities: DEFAULT_PRIORITIES,
  },
};
const FACTS = { group: 601, list: 'L1', recordId: 1, chainId: 1, chainN: 1, handle: 7, attempt: 'guid-1', at: AT };
const RECORD: ListRecord = {
  ...RECORD_DEFAULTS,
  list: 'L1',
  recordId: 1,
  chainId: 1,
  chainN: 1,
  phone: '(415) 555-2671',
  phoneKey: '+14155552671',
  tzName: 'PST',
  zone: 'America/Los_Angeles',
  customerId: 'C-1',
  custom: {},
};
const ATTEMPT = { attempt: 'guid-1', list: 'L1', recordId: 1, campaign: 'Sales', phone: '(415) 555-2671', at: AT };

function body(change: Partial<Parameters<typeof reportBody>[1]>) {
  return reportBody('history', {
    ...{ facts: { ...FACTS, sequence: 1 }, group: GROUP, record: RECORD, attempt: ATTEMPT, call: {}, listDbid: 401 },
    ...change,
  });
}

test('a report says where the number called is, by its own digits and the zone of its record', () => {
  expect(body({})).toMatchObject({
    GSW_COUNTRY_CODE: 'US',
    GSW_D_COUNTRY_CODE: 'US',
    GSW_D_AREA_CODE: '415',
    GSW_D_TZ_JAVA_NAME: 'America/Los_Angeles',
    GSW_TZ_NAME: 'PST',
    GSW_TZ_OFFSET: -7 * 3600,
    GSW_CALLING_LIST_DBID: 401,
  });
  const abroad = body({ record: { ...RECORD, phoneKey: '+442071838750', tzName: 'GMT', zone: 'Europe/London' } });
  expect(abroad).toMatchObject({ GSW_D_COUNTRY_CODE: 'GB', GSW_TZ_OFFSET: 3600 });
  expect(abroad).not.toHaveProperty('GSW_D_AREA_CODE');
  expect(body({ record: { ...RECORD, phoneKey: '5115' } })).not.toHaveProperty('GSW_D_COUNTRY_CODE');
});

test.each([
  [21, true],
  [26, true],
  [33, false],
  [6, false],
])('result %i is abandoned: %s', (result, abandoned) => {
  const said = body({ attempt: { ...ATTEMPT, result, endedAt: AT + 5000 } });
  expect(said.GSW_ABANDONED).toBe(abandoned ? S + 5 : undefined);
});

test.each([
  ['do-not-call list', 'do-not-call'],
  ['us-federal: outside of 08:00-21:00', 'jurisdiction'],
])('what kept a record from being dialed: %s', (blockedBy, type) => {
  expect(body({ attempt: { ...ATTEMPT, blockedBy } })).toMatchObject({
    GSW_BLOCKING_RULE: blockedBy,
    GSW_BLOCKING_RULE_TYPE: type,
  });
});
