import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContextServices } from '../../context/index.js';
import { Activity, silentLogger } from '../../kernel/index.js';
import { Database } from '../../store/index.js';
import { TestApi } from './testing.js';

/** For thousands of requests on a busy machine. */
const PATIENCE = { timeout: 900_000 };

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.create();
  const key = { name: 'mail', attributes: ['EmailAddress'], unique: true };
  expect((await api.post('/metadata/identification-keys', key)).status).toBe(201);
});
afterAll(() => api.close());

describe('unique identification keys', () => {
  it('let one of 32 concurrent creations win, fifty times over', PATIENCE, async () => {
    for (let round = 0; round < 50; round += 1) {
      const profile = { FirstName: 'Bruce', EmailAddress: `bruce${round}@x` };
      const answers = await Promise.all(Array.from({ length: 32 }, () => api.post('/profiles', profile)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const losers = answers.filter(({ status }) => status !== 201);
      expect(losers).toHaveLength(31);
      for (const { status, body } of losers) {
        expect(status).toBe(409);
        expect(body.message).toBe("Another customer has the same value of the unique key 'mail'.");
      }
      expect((await api.get(`/profiles?EmailAddress=BRUCE${round}@X&id_key=mail`)).body).toHaveLength(1);
    }
  });

  it('hold against updates, inserted records and merges too', async () => {
    const first = await api.createProfile({ EmailAddress: 'first@x' });
    const second = await api.createProfile({ EmailAddress: 'second@x' });
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        api.put(`/profiles/${index % 2 === 0 ? first : second}`, { EmailAddress: 'both@x' }),
      ),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([204, 409]);
    expect((await api.get('/profiles?EmailAddress=both@x&id_key=mail')).body).toHaveLength(1);
  });

  it('free a value that is given up', async () => {
    const first = await api.createProfile({ EmailAddress: 'free@x' });
    expect((await api.post('/profiles', { EmailAddress: 'free@x' })).status).toBe(409);
    await api.put(`/profiles/${first}`, { FirstName: 'A' });
    const second = await api.createProfile({ EmailAddress: 'free@x' });
    await api.delete(`/profiles/${second}`);
    expect((await api.post('/profiles', { EmailAddress: 'free@x' })).status).toBe(201);
  });

  it('cannot be defined where two customers share a value', async () => {
    const [one, other] = [await api.createProfile({ Badge: 7 }), await api.createProfile({ Badge: '7' })];
    const key = { name: 'badge', attributes: ['Badge'], unique: true };
    expect((await api.post('/metadata/identification-keys', key)).status).toBe(409);
    expect((await api.get('/metadata/identification-keys/badge')).status).toBe(404);
    await api.delete(`/profiles/${other}`);
    expect((await api.post('/metadata/identification-keys', key)).status).toBe(201);
    expect((await api.get('/profiles?Badge=7')).body).toEqual([{ customer_id: one }]);
  });

  it('miss nobody who is created, on whatever node, while a key is being defined', async () => {
    const node = await Database.connect({
      connectionString: api.store.connectionString,
      activity: new Activity(),
      log: silentLogger,
    });
    try {
      const { configuration, clock, store } = api;
      // This node hears of no change: only the comparison of versions keeps its definitions right.
      const other = new ContextServices({
        database: node,
        configuration,
        clock,
        activity: store.activity,
        log: silentLogger,
      });
      const create = (index: number) =>
        index % 2 === 0
          ? api.createProfile({ Crew: `crew${index}` })
          : other.profiles.create(1, { Crew: `crew${index}` });
      const creations = Array.from({ length: 60 }, (_, index) => create(index));
      const [made] = await Promise.all([
        api.post('/metadata/identification-keys', { name: 'crew', attributes: ['Crew'] }),
        ...creations,
      ]);
      expect(made.status).toBe(201);
      for (let index = 0; index < 60; index += 1) {
        expect((await api.get(`/profiles?Crew=crew${index}`)).body).toHaveLength(1);
      }
    } finally {
      await node.close();
    }
  });
});

describe('definitions and the mode', () => {
  it('are in effect on other nodes as soon as those hear of it', async () => {
    const node = await Database.connect({
      connectionString: api.store.connectionString,
      activity: new Activity(),
      log: silentLogger,
    });
    const { configuration, clock, store } = api;
    const other = new ContextServices({
      database: node,
      configuration,
      clock,
      activity: store.activity,
      log: silentLogger,
    });
    await other.start();
    try {
      expect((await other.metadata.of(1)).extensions).toEqual([]);
      const heard = new Promise((resolve) => node.listen('cs_mode', resolve));
      await api.post('/metadata/profiles/extensions', { name: 'Hobby', type: 'multi-valued', attributes: [] });
      // Signals come in the order in which they were sent: after this one, the other has been heard too.
      await api.post('/server/mode', { mode: 'maintenance' });
      await heard;
      expect(other.mode.current).toBe('maintenance');
      expect((await other.metadata.of(1)).extensions).toMatchObject([{ name: 'Hobby' }]);
    } finally {
      other.stop();
      await node.close();
      await api.post('/server/mode', { mode: 'production' });
    }
  });
});
