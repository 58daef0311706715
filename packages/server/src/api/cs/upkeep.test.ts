import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../kernel/index.js';
import { TestApi } from './testing.js';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.create();
});
afterAll(() => api.close());

const HOUR = 3_600_000;

async function count(table: 'cs_service' | 'cs_step', id: string): Promise<number> {
  const column = table === 'cs_service' ? 'id' : 'service';
  const [row] = await api.store.database.query<{ n: number }>(
    `select count(*) as n from ${table} where ${column} = $1`,
    [id],
  );
  return row?.n ?? -1;
}

describe('upkeep', () => {
  it('removes expired services with their states and tasks within two hours', async () => {
    const id = await api.startService({ customer_id: 'c1', ttl: 60 });
    const kept = await api.startService({ customer_id: 'c1' });
    await api.startStep(id, 'state');
    await api.startStep(id, 'task');
    expect(await count('cs_step', id)).toBe(2);
    await api.clock.advance(2 * HOUR);
    expect(await count('cs_service', id)).toBe(0);
    expect(await count('cs_step', id)).toBe(0);
    expect(await count('cs_service', kept)).toBe(1);
  });

  it('counts from the last change, unless an expiry was set', async () => {
    api.configuration.set({ cview: { expiration: '2h' } });
    const moving = await api.startService({ customer_id: 'c2' });
    const fixed = await api.startService({ customer_id: 'c2', expiration_time: instant(api.clock.now() + 2 * HOUR) });
    await api.clock.advance(1.5 * HOUR);
    for (const id of [moving, fixed]) expect((await api.put(`/services/${id}/extensions/e`, 1)).status).toBe(200);
    await api.clock.advance(HOUR);
    expect((await api.get(`/services/${moving}`)).status).toBe(200);
    expect((await api.get(`/services/${fixed}`)).status).toBe(400);
    api.configuration.set({ cview: {} });
  });

  it('erases the records of an extension that was dropped, and a new one of its name begins empty', async () => {
    const schema = { name: 'Hobby', type: 'multi-valued', attributes: [{ name: 'what', type: 'string' }] };
    await api.post('/metadata/profiles/extensions', schema);
    await api.post('/metadata/identification-keys', { name: 'hobby', source: 'hobby', attributes: ['what'] });
    const id = await api.createProfile({ Hobby: [{ what: 'chess' }] });
    expect((await api.delete('/metadata/profiles/extensions/HOBBY')).status).toBe(409);
    expect((await api.delete('/metadata/identification-keys/Hobby')).status).toBe(204);
    expect((await api.delete('/metadata/profiles/extensions/HOBBY')).status).toBe(204);
    expect((await api.delete('/metadata/profiles/extensions/Hobby')).status).toBe(404);
    await api.post('/metadata/profiles/extensions', schema);
    expect((await api.get(`/profiles/${id}?extensions=Hobby`)).body).not.toHaveProperty('Hobby');
    await api.clock.advance(HOUR);
    const [row] = await api.store.database.query('select extensions from cs_profile where customer_id = $1', [id]);
    expect(row).toEqual({ extensions: {} });
    expect(await api.store.database.query('select from cs_schema where dropped_at is not null')).toEqual([]);
  });

  it('runs the purges of the configuration when they are due, each once', async () => {
    const old = await api.startService({ customer_id: 'c3' });
    await api.clock.advance(1.75 * HOUR);
    const young = await api.startService({ customer_id: 'c3' });
    const now = new Date(api.clock.now());
    const minute = (now.getUTCMinutes() + 5) % 60;
    api.configuration.set({
      'scheduled-job-01': {
        action: 'purge.service.all',
        'cron-expression': `${minute} * * * *`,
        enabled: 'true',
        period: '1',
        'period-type': 'hours',
      },
    });
    await api.clock.advance(4 * 60_000);
    expect((await api.get(`/services/${old}`)).status).toBe(200);
    await api.clock.advance(2 * 60_000);
    expect((await api.get(`/services/${old}`)).status).toBe(400);
    expect((await api.get(`/services/${young}`)).status).toBe(200);
    expect(await api.store.database.query('select name from cs_scheduled_job')).toEqual([{ name: 'scheduled-job-01' }]);
    api.configuration.set({ 'scheduled-job-01': {} });
  });

  it('purges in batches, by every operation', async () => {
    const start = async (body: Record<string, string>, end: boolean) => {
      const id = await api.startService({ ...body, timestamp: '2001-01-01T00:00:00Z' });
      if (end) await api.post(`/services/${id}/end`, {});
      return id;
    };
    const ids = {
      active: await start({ customer_id: 'p' }, false),
      completed: await start({ customer_id: 'p' }, true),
      anonymousActive: await start({ contact_key: 'p' }, false),
      anonymousCompleted: await start({ contact_key: 'p' }, true),
    };
    const left = async () => {
      const found: string[] = [];
      for (const [name, id] of Object.entries(ids)) {
        if ((await api.get(`/services/${id}`)).status === 200) found.push(name);
      }
      return found;
    };
    const purge = (operation: string) =>
      api.post('/maintenance/purge', { operation, limit: '2001-01-01T00:00:00.001Z' });
    expect((await purge('purge.everything')).status).toBe(400);
    await purge('purge.service.started.anonymous');
    expect(await left()).toEqual(['active', 'completed', 'anonymousCompleted']);
    await purge('purge.service.completed.anonymous');
    expect(await left()).toEqual(['active', 'completed']);
    await purge('purge.service.started');
    expect(await left()).toEqual(['completed']);
    await purge('purge.service.all');
    expect(await left()).toEqual([]);

    for (let index = 0; index < 1100; index += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () => api.startService({ customer_id: 'many', timestamp: '2001-01-01T00:00:00Z' })),
      );
    }
    await purge('purge.service.all');
    expect((await api.get('/customers/many/services')).body).toEqual([]);
  });
});
