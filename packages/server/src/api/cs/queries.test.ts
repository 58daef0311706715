import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../kernel/index.js';
import { TestApi } from './testing.js';

let api: TestApi;
let owners = 0;
beforeAll(async () => {
  api = await TestApi.create();
});
afterAll(() => api.close());

/** Few different values, so that bounds are met exactly and types occur several times. */
const minute = fc.integer({ min: 0, max: 8 });
const type = fc.constantFrom<string | number>(1, 2, 'Sale', 'My Service4');
const service = fc.record({
  started: minute,
  lasted: fc.option(fc.integer({ min: 0, max: 4 })),
  type: fc.option(type),
  anonymous: fc.boolean(),
});
const query = fc.record({
  completion: fc.constantFrom('all' as const, 'active' as const, 'completed' as const),
  startedFrom: fc.option(minute),
  startedTo: fc.option(minute),
  completedFrom: fc.option(minute),
  completedTo: fc.option(minute),
  types: fc.option(fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
  paging: fc.option(fc.record({ size: fc.integer({ min: 1, max: 4 }), index: fc.integer({ min: 0, max: 4 }) })),
  anonymous: fc.boolean(),
});

type Service = typeof service extends fc.Arbitrary<infer T> ? T : never;
type Query = typeof query extends fc.Arbitrary<infer T> ? T : never;

const at = (minutes: number) => TestApi.START + minutes * 60_000;
const within = (value: number, from: number | null, to: number | null) =>
  (from === null || value >= from) && (to === null || value < to);

/** The same question answered slowly and obviously. */
function expected(services: (Service & { id: string })[], asked: Query): string[] {
  const found = services.filter((one) => {
    const ended = one.lasted === null ? null : one.started + one.lasted;
    if (one.anonymous !== asked.anonymous) return false;
    if (asked.completion === 'active' && ended !== null) return false;
    if (asked.completion === 'completed' && ended === null) return false;
    if (!within(one.started, asked.startedFrom, asked.startedTo)) return false;
    const restrictsEnd = asked.completedFrom !== null || asked.completedTo !== null;
    if (restrictsEnd && (ended === null || !within(ended, asked.completedFrom, asked.completedTo))) return false;
    return asked.types === null || (one.type !== null && asked.types.map(String).includes(String(one.type)));
  });
  found.sort((one, other) => one.started - other.started || (one.id < other.id ? -1 : 1));
  const { size = 100, index = 0 } = asked.paging ?? {};
  return found.slice(index, index + size).map(({ id }) => id);
}

function address(owner: string, asked: Query): string {
  const parameters = new URLSearchParams();
  const time = (name: string, value: number | null) => {
    if (value !== null) parameters.set(name, instant(at(value)));
  };
  time('started_from', asked.startedFrom);
  time('started_to', asked.startedTo);
  time('completed_from', asked.completedFrom);
  time('completed_to', asked.completedTo);
  for (const one of asked.types ?? []) parameters.append('service_types', String(one));
  if (asked.paging) {
    parameters.set('size', String(asked.paging.size));
    parameters.set('index', String(asked.paging.index));
  }
  const path = asked.anonymous ? `/services/anonymous/${owner}` : `/customers/${owner}/services`;
  return `${path}${asked.completion === 'all' ? '' : `/${asked.completion}`}?${parameters}`;
}

describe('queries of services', () => {
  it('answer what a slow and obvious filter answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(service, { maxLength: 12 }),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        async (services, queries) => {
          owners += 1;
          const owner = `owner${owners}`;
          const stored: (Service & { id: string })[] = [];
          for (const one of services) {
            const id = await api.startService({
              ...(one.anonymous ? { contact_key: owner } : { customer_id: owner }),
              ...(one.type !== null && { service_type: one.type }),
              timestamp: instant(at(one.started)),
            });
            if (one.lasted !== null) {
              const ended = await api.post(`/services/${id}/end`, { timestamp: instant(at(one.started + one.lasted)) });
              expect(ended.status).toBe(204);
            }
            stored.push({ ...one, id });
          }
          for (const asked of queries) {
            const { status, body } = await api.get(address(owner, asked));
            expect(status).toBe(200);
            expect(body.map(({ service_id }) => service_id)).toEqual(expected(stored, asked));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answer the latest hundred, the newest last, unless a page is asked for', async () => {
    for (let index = 0; index < 105; index += 1) {
      await api.startService({ customer_id: 'busy', service_type: index, timestamp: instant(at(index)) });
    }
    const types = async (parameters: string) =>
      (await api.get(`/customers/busy/services${parameters}`)).body.map(({ service_type }) => service_type);
    const latest = await types('');
    expect([latest.length, latest[0], latest.at(-1)]).toEqual([100, 5, 104]);
    expect(await types('?size=2')).toEqual([0, 1]);
    expect(await types('?size=2&index=103')).toEqual([103, 104]);
    expect(await types('?index=104')).toEqual([104]);
    expect((await api.get('/customers/busy/services?size=two')).status).toBe(400);
  });
});

describe('identification', () => {
  const word = fc.constantFrom('Doe', 'doe', 'Dow', 'Ann', 'ann', 'Bob', '5115', '+1 (650) 253-0000', '16502530000');
  const person = fc.record(
    {
      LastName: word,
      FirstName: word,
      PhoneNumber: fc.oneof(word, fc.uniqueArray(word, { minLength: 1, maxLength: 3 })),
    },
    { requiredKeys: [] },
  );
  const search = fc.record({ LastName: word, FirstName: word, PhoneNumber: word }, { requiredKeys: [] });

  const normal = (attribute: string, text: string) =>
    attribute === 'PhoneNumber' && /\d/.test(text) ? text.replace(/\D/g, '') : text.toLowerCase();
  const texts = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());

  it('finds whom a slow and obvious comparison finds', async () => {
    let crowds = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { maxLength: 8 }),
        fc.array(search, { minLength: 1, maxLength: 4 }),
        async (people, searches) => {
          crowds += 1;
          const stored: { id: string; person: (typeof people)[number] }[] = [];
          for (const one of people) {
            // A word that only this crowd has keeps the earlier ones out of the answers.
            const id = await api.createProfile({ ...one, Crowd: crowds });
            stored.push({ id, person: one });
          }
          for (const asked of searches) {
            const wanted = Object.entries(asked);
            const parameters = new URLSearchParams([...wanted, ['Crowd', String(crowds)]]);
            const { status, body } = await api.get(`/profiles?${parameters}`);
            if (!('PhoneNumber' in asked) && !('LastName' in asked)) {
              expect(status).toBe(400);
              continue;
            }
            const found = stored.filter(({ person: one }) =>
              wanted.every(([attribute, value]) =>
                texts(Object.entries(one).find(([name]) => name === attribute)?.[1]).some(
                  (own) => normal(attribute, own) === normal(attribute, value),
                ),
              ),
            );
            expect(new Set(body.map(({ customer_id }) => customer_id))).toEqual(new Set(found.map(({ id }) => id)));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('chooses the first complete key, else the one that is covered furthest from the left', async () => {
    const ext = { name: 'contacts', type: 'multi-valued', attributes: [{ name: 'phone_number', type: 'string' }] };
    await api.post('/metadata/profiles/extensions', ext);
    await api.post('/metadata/identification-keys', {
      name: 'idPhone',
      source: 'contacts',
      attributes: ['phone_number'],
    });
    await api.post('/metadata/identification-keys', { name: 'town', attributes: ['City', 'Street', 'House'] });
    const id = await api.createProfile({
      City: 'Ulm',
      Street: 'Hafen',
      contacts: [{ phone_number: '408-888-3214' }, { phone_number: '+1 408 888 0000' }],
    });
    for (const found of [
      '/profiles?contacts.phone_number=(408)8883214',
      '/profiles/contacts.phone_number=408-888-3214&extensions=contacts&include_extensions=unique',
      '/profiles?Contacts.phone_number=%2B14088880000',
      '/profiles?City=ulm',
      '/profiles?City=ulm&Street=HAFEN',
      '/profiles?City=ulm&Street=HAFEN&contacts.phone_number=408-888-3214',
    ]) {
      expect((await api.get(found)).body).toMatchObject([{ customer_id: id }]);
    }
    for (const none of ['/profiles?City=Ulm&Street=H', '/profiles?City=Ul', '/profiles?City=Ulm&House=1']) {
      expect((await api.get(none)).body).toEqual([]);
    }
    for (const wrong of ['/profiles', '/profiles?Street=Hafen', '/profiles?City=Ulm&id_key=nothing']) {
      expect([400, 404]).toContain((await api.get(wrong)).status);
    }
    const both = await api.get('/profiles?City=Ulm&include_profile=yes&extensions=contacts');
    expect(both.body).toEqual([
      {
        customer_id: id,
        City: 'Ulm',
        Street: 'Hafen',
        contacts: [{ phone_number: '408-888-3214' }, { phone_number: '+1 408 888 0000' }],
      },
    ]);
  });
});
