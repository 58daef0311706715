import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Contact, ContactEvent } from '../../context/index.js';
import { TestApi } from './testing.js';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.create();
});
afterAll(() => api.close());
beforeEach(() => {
  api.configuration.sections = {};
  api.configuration.lists = {};
});

const AT = TestApi.START;
let numbers = 0;

/** A telephone number that no other test has. */
function newNumber(): string {
  numbers += 1;
  return `+44207946${String(numbers).padStart(4, '0')}`;
}

function follow(...events: ContactEvent[]): Promise<void> {
  return api.store.database.transaction((tx) => api.context.contactLinks.follow(tx, events));
}

function begin(contact: Partial<Contact> & Pick<Contact, 'id' | 'number'>, at = AT): Promise<void> {
  return follow({ type: 'began', at, contact: { kind: 'callback', about: { service: 'BasicCallback' }, ...contact } });
}

function enter(id: string, state: string, at = AT): Promise<void> {
  return follow({ type: 'entered', at, contact: { kind: 'callback', id }, state });
}

function end(id: string, reason: string, at = AT): Promise<void> {
  return follow({ type: 'ended', at, contact: { kind: 'callback', id }, reason });
}

async function services(customer: string) {
  const path = `/customers/${customer}/services?extensions=callback,call&active_states=true&completed_states=true`;
  return (await api.get(path)).body;
}

describe('A contact', () => {
  it('starts a service record of the customer whose number it is, in any notation', async () => {
    const customer = await api.createProfile({ FirstName: 'Ada', PhoneNumber: '+44 20 7946 0018' });
    await begin({ id: 'cb-1', number: 'tel:+44-20-7946-0018', session: 's1' });
    expect(await services(customer)).toMatchObject([
      {
        customer_id: customer,
        started: { timestamp: '2026-03-02T10:00:00.000Z', session_id: 's1' },
        callback: { id: 'cb-1', number: 'tel:+44-20-7946-0018', service: 'BasicCallback' },
      },
    ]);
  });

  it('is told of in the journey: its states, and how it ended', async () => {
    const number = newNumber();
    const customer = await api.createProfile({ PhoneNumber: number });
    await begin({ id: 'cb-2', number });
    await enter('cb-2', 'QUEUED', AT + 1000);
    await enter('cb-2', 'ROUTING', AT + 2000);
    await end('cb-2', 'SUCCESS', AT + 3000);
    const [service] = await services(customer);
    expect(service).toMatchObject({
      completed: { timestamp: '2026-03-02T10:00:03.000Z' },
      disposition_desc: 'SUCCESS',
      active_states: [],
      completed_states: [
        {
          state_type: 'QUEUED',
          started: { timestamp: '2026-03-02T10:00:01.000Z' },
          completed: { timestamp: '2026-03-02T10:00:02.000Z' },
        },
        {
          state_type: 'ROUTING',
          previous_state_id: expect.any(Number),
          completed: { timestamp: '2026-03-02T10:00:03.000Z' },
        },
      ],
    });
    const { contacts } = await api.context.customers.journey(1, customer);
    expect(contacts).toEqual([
      { kind: 'callback', id: 'cb-2', number, service: service?.service_id, at: AT, endedAt: AT + 3000 },
    ]);
  });

  it('is followed through a page of events with others, known and unknown, in one go', async () => {
    const known = newNumber();
    const customer = await api.createProfile({ PhoneNumber: known });
    const contact = (id: string, number: string) => ({ kind: 'call', id, number, about: {} }) as const;
    await follow(
      { type: 'began', at: AT, contact: contact('page-1', known) },
      { type: 'began', at: AT, contact: contact('page-2', newNumber()) },
      { type: 'entered', at: AT + 1000, contact: contact('page-2', ''), state: 'RINGING' },
      { type: 'entered', at: AT + 1000, contact: contact('page-1', ''), state: 'RINGING' },
      { type: 'ended', at: AT + 2000, contact: contact('page-1', ''), reason: 'hangup' },
      { type: 'ended', at: AT + 2000, contact: contact('page-2', ''), reason: 'hangup' },
    );
    expect(await services(customer)).toMatchObject([
      { call: { id: 'page-1' }, disposition_desc: 'hangup', completed_states: [{ state_type: 'RINGING' }] },
    ]);
    expect(await api.store.database.query("select from cs_contact_link where contact = 'page-2'")).toEqual([]);
  });

  it('is linked once, however often it is told', async () => {
    const number = newNumber();
    const customer = await api.createProfile({ PhoneNumber: number });
    await begin({ id: 'cb-3', number });
    await begin({ id: 'cb-3', number });
    await end('cb-3', 'SUCCESS');
    await end('cb-3', 'CANCELLED');
    await enter('cb-3', 'QUEUED');
    const found = await services(customer);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ disposition_desc: 'SUCCESS', active_states: [] });
  });

  it('of a number that several customers have, or nobody, belongs to nobody', async () => {
    const number = newNumber();
    const one = await api.createProfile({ PhoneNumber: number });
    await api.createProfile({ PhoneNumber: number });
    await begin({ id: 'cb-4', number });
    await begin({ id: 'cb-5', number: newNumber() });
    await enter('cb-5', 'QUEUED');
    await end('cb-5', 'SUCCESS');
    expect(await services(one)).toEqual([]);
  });

  it.each([
    ['known', 0],
    ['none', 0],
    ['all', 1],
  ])('of a stranger, with link-contacts %s, starts %i anonymous services', async (option, count) => {
    api.configuration.set({ cview: { 'link-contacts': option } });
    const number = newNumber();
    await begin({ id: `stranger-${option}`, number });
    const { body } = await api.get(`/services/anonymous/${encodeURIComponent(number)}/active`);
    expect(body).toHaveLength(count);
  });

  it('has the type that is configured, if the Business Attribute knows it', async () => {
    api.configuration.set({
      cview: { 'callback-service-type': 'Callback', 'call-service-type': 'Unheard' },
      'business-attributes': { 'Service.type': 'ServiceType' },
    });
    api.configuration.lists = { ServiceType: { values: { Callback: '17' } } };
    const number = newNumber();
    const customer = await api.createProfile({ PhoneNumber: number });
    await begin({ id: 'cb-6', number });
    await begin({ id: 'call-6', kind: 'call', number }, AT + 1);
    const [callback, call] = await services(customer);
    expect(callback).toMatchObject({ service_type: 17 });
    expect(call).toMatchObject({ call: { id: 'call-6' } });
    expect(call).not.toHaveProperty('service_type');
  });

  it('goes on when its service was removed or completed by somebody else', async () => {
    const number = newNumber();
    const customer = await api.createProfile({ PhoneNumber: number });
    await begin({ id: 'cb-7', number });
    await begin({ id: 'cb-8', number });
    const [first, second] = await services(customer);
    await api.delete(`/services/${first?.service_id}`);
    await api.post(`/services/${second?.service_id}/end`, {});
    for (const id of ['cb-7', 'cb-8']) {
      await enter(id, 'QUEUED');
      await end(id, 'SUCCESS');
    }
    const { contacts } = await api.context.customers.journey(1, customer);
    expect(contacts.map(({ endedAt }) => endedAt)).toEqual([AT, AT]);
  });

  it('stays with the customer through a merge, and leaves with an erasure', async () => {
    const number = newNumber();
    const source = await api.createProfile({ PhoneNumber: number });
    const target = await api.createProfile({ FirstName: 'Grace' });
    await begin({ id: 'cb-9', number });
    await api.put(`/profiles/${target}/merge/${source}`, {});
    expect((await api.context.customers.journey(1, target)).contacts).toMatchObject([{ id: 'cb-9' }]);
    const { body } = await api.post('/maintenance/export', { customer_id: target, reason: 'asked' });
    expect(body.contacts).toMatchObject([{ kind: 'callback', contact: 'cb-9', number }]);
    await api.post('/maintenance/forget', { customer_id: target, reason: 'asked' });
    await expect(api.context.customers.journey(1, target)).rejects.toMatchObject({ code: 'profile-not-found' });
    expect(await api.store.database.query("select from cs_contact_link where contact = 'cb-9'")).toEqual([]);
  });

  it('belongs to the tenant that is named, where there are several', async () => {
    const number = newNumber();
    api.configuration.set({ tenants: { North: '101', South: '102' } });
    const { body } = await api.post('/profiles', { PhoneNumber: number }, { ContactCenterId: 'South' });
    await begin({ id: 'cb-10', number });
    api.configuration.set({ cview: { 'contact-tenant': 'South' } });
    await begin({ id: 'cb-11', number });
    const { contacts } = await api.context.customers.journey(102, String(body.customer_id));
    expect(contacts).toMatchObject([{ id: 'cb-11' }]);
  });
});

describe('People', () => {
  it('find customers by id, by number in any notation, and by a key of one attribute', async () => {
    const number = newNumber();
    const id = await api.createProfile({ PhoneNumber: number, EmailAddress: 'Ada@Example.org' });
    const { customers } = api.context;
    for (const wanted of [id, number.replace('+44', '+44 (0) '), 'ada@example.org']) {
      expect((await customers.find(1, wanted)).map((one) => one.id)).toEqual([id]);
    }
    expect(await customers.find(1, 'nobody@example.org')).toEqual([]);
  });

  it('read all customers page by page', async () => {
    const { customers } = api.context;
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await customers.list(1, { limit: 2, cursor });
      expect(page.customers.length).toBeLessThanOrEqual(2);
      seen.push(...page.customers.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort());
    expect(seen.length).toBeGreaterThan(4);
  });

  it('change attributes, and read what is refused', async () => {
    const id = await api.createProfile({ FirstName: 'Ada', LastName: 'Byron' });
    const { customers } = api.context;
    const changed = await customers.change(1, id, { FirstName: 'Augusta' });
    expect(changed).toEqual({ id, attributes: { FirstName: 'Augusta', LastName: 'Byron' }, extensions: {} });
    const without = await customers.change(1, id, { LastName: null });
    expect(without.attributes).toEqual({ FirstName: 'Augusta' });
    await expect(customers.change(1, id, { FirstName: 'x'.repeat(300) })).rejects.toMatchObject({ code: 'invalid' });
    await expect(customers.change(1, 'nobody', { FirstName: 'x' })).rejects.toMatchObject({
      code: 'profile-not-found',
    });
  });
});
