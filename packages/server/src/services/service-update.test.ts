import { beforeAll, expect, it } from 'vitest';
import { Activity, ManualClock } from '../kernel/index.js';
import type { Sessions } from '../orchestration/index.js';
import type { Database } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import { AccessNumbers, ServiceRecords, Services, Storage } from './index.js';

const clock = new ManualClock(Date.parse('2026-03-02T08:00:00Z'), new Activity());
const storage = new Storage(clock);
const records = new ServiceRecords(clock);
let database: Database;
let services: Services;
let id = 0;

beforeAll(async () => {
  ({ database } = await testDatabase());
  services = new Services({
    ...{ database, storage, records },
    access: new AccessNumbers({ clock, node: () => 1, codePrefix: () => '' }),
    // Requests to a builtin service reach no session.
    sessions: {} as Sessions,
    service: () => undefined,
    sessionOf: async () => undefined,
  });
});

async function created(): Promise<string> {
  id += 1;
  const data = await storage.create(database, new Map([['a', '1']]), 60);
  await records.create(database, { id: `s${id}`, name: 'ri', storage: data, template: 'request-interaction' }, 60);
  return `s${id}`;
}

const update = (service: string) =>
  services.request(service, 'update', {
    parameters: {},
    userData: new Map([
      ['k', 'v'],
      ['a', '2'],
    ]),
  });

it('an update of the data of a service is heard of with the keys that were written', async () => {
  const heard: unknown[] = [];
  services.onUpdate(async (_tx, service, keys) => heard.push([service, keys]));
  const service = await created();
  await update(service);
  expect(heard).toEqual([[service, ['k', 'a']]]);
  expect(await services.data(service)).toEqual(
    new Map([
      ['a', '2'],
      ['k', 'v'],
    ]),
  );
});

it('an update of which nobody can be told is not stored', async () => {
  services.onUpdate(() => Promise.reject(new Error('not now')));
  const service = await created();
  await expect(update(service)).rejects.toThrow('not now');
  expect(await services.data(service)).toEqual(new Map([['a', '1']]));
});
