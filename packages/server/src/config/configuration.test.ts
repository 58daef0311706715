import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Activity, ManualClock, type RingbackError, silentLogger } from '../kernel/index.js';
import { Database } from '../store/index.js';
import { testDatabase } from '../store/testing.js';
import { type Change, Configuration, parseConfiguration, passwordMatches } from './index.js';

let database: Database;
let connectionString: string;
const nodes: { configuration: Configuration; database: Database }[] = [];

beforeAll(async () => {
  ({ database, connectionString } = await testDatabase());
});

afterAll(async () => {
  for (const node of nodes) {
    node.configuration.close();
    if (node.database !== database) await node.database.close();
  }
});

async function open(on: Database = database): Promise<Configuration> {
  const activity = new Activity();
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 9), activity);
  const configuration = await Configuration.open({ database: on, clock, activity, log: silentLogger });
  nodes.push({ configuration, database: on });
  return configuration;
}

async function failure(work: Promise<unknown>): Promise<RingbackError> {
  const error = await work.then(
    () => undefined,
    (thrown: RingbackError) => thrown,
  );
  if (!error) throw new Error('it did not fail');
  return error;
}

describe('the configuration', () => {
  test('has an object in effect when its change resolves, and after a restart', async () => {
    const configuration = await open();
    const put = await configuration.put('services', 'A', { _service: 'callback', _max_dial_attempts: 2 });
    expect(put).toEqual({ kind: 'services', name: 'A', outcome: 'created', version: 1 });
    expect(configuration.service('A')).toEqual({ _service: 'callback', _max_dial_attempts: '2' });
    const again = await configuration.put('services', 'A', { _service: 'callback' });
    expect(again).toMatchObject({ outcome: 'updated', version: 2 });
    expect((await open()).service('A')).toEqual({ _service: 'callback' });
  });

  test('merges a patch, null taking out', async () => {
    const configuration = await open();
    await configuration.put('agents', 'p1', { dn: '1', skills: { a: 1, b: 2 } });
    await configuration.patch('agents', 'p1', { skills: { a: null, c: 3 }, lastName: 'Byron' });
    expect(configuration.object('agents', 'p1')).toEqual({
      id: 'p1',
      dn: '1',
      lastName: 'Byron',
      skills: { b: 2, c: 3 },
      groups: [],
      enabled: true,
      options: {},
    });
  });

  test('merges into the full form of a short value', async () => {
    const configuration = await open();
    await configuration.put('resources', 'DNIS', ['1', '2']);
    expect(configuration.stored('resources', 'DNIS')?.value).toEqual(['1', '2']);
    expect(configuration.object('resources', 'DNIS')).toEqual({ strategy: 'RANDOM', members: ['1', '2'] });
    await configuration.patch('resources', 'DNIS', { strategy: 'LOCAL' });
    expect(configuration.object('resources', 'DNIS')).toEqual({ strategy: 'LOCAL', members: ['1', '2'] });
    await configuration.put('patterns', 'plain', ['555.*']);
    expect(configuration.object('patterns', 'plain')).toEqual({ '555.*': '555.*' });
  });

  test('refuses a wrong value with every field, and changes nothing', async () => {
    const configuration = await open();
    await configuration.put('services', 'W', { _service: 'callback' });
    const error = await failure(
      configuration.patch('services', 'W', { _max_dial_attempts: 'x', _ttl: 'y', _exceptions: 'fine' }),
    );
    expect(error.code).toBe('invalid-configuration');
    expect(error.details.map(({ pointer }) => pointer).sort()).toEqual(['/_max_dial_attempts', '/_ttl']);
    expect(configuration.service('W')).toEqual({ _service: 'callback' });
    expect((await failure(configuration.put('agents', 'x', null))).code).toBe('invalid-configuration');
    expect((await failure(configuration.put('agents', ' ', {}))).details[0]?.detail).toMatch(/1 to 255 characters/);
  });

  test('knows no object that was deleted', async () => {
    const configuration = await open();
    await configuration.put('skills', 's', {});
    await configuration.delete('skills', 's');
    expect(configuration.object('skills', 's')).toBeUndefined();
    expect((await failure(configuration.delete('skills', 's'))).code).toBe('unknown-object');
    expect((await failure(configuration.patch('skills', 's', {}))).code).toBe('unknown-object');
    expect(await configuration.put('skills', 's', {})).toMatchObject({ outcome: 'created', version: 3 });
  });

  test('tells of every change once, and not of a value that is the same', async () => {
    const configuration = await open();
    const changes: Change[] = [];
    configuration.onChange((change) => changes.push(change));
    await configuration.put('options', 'server', { username: 'u' });
    const before = configuration.objects('options');
    expect(await configuration.put('options', 'server', { username: 'u' })).toMatchObject({ outcome: 'unchanged' });
    expect(configuration.objects('options')).toBe(before);
    await configuration.delete('options', 'server');
    expect(changes).toEqual([
      { kind: 'options', name: 'server' },
      { kind: 'options', name: 'server' },
    ]);
  });

  test('stores passwords as hashes, and keeps the hash of a password that is the same', async () => {
    const configuration = await open();
    await configuration.put('users', 'eve', { password: 'secret', roles: ['supervisor'] });
    const hash = configuration.object('users', 'eve')?.password ?? '';
    expect(hash).not.toContain('secret');
    expect(await passwordMatches('secret', hash)).toBe(true);
    expect(await passwordMatches('Secret', hash)).toBe(false);
    const same = await configuration.put('users', 'eve', { password: 'secret', roles: ['supervisor'] });
    expect(same.outcome).toBe('unchanged');
    await configuration.put('users', 'eve', { roles: ['agent'] });
    expect(configuration.object('users', 'eve')).toMatchObject({ password: hash, roles: ['agent'] });
    await configuration.patch('users', 'eve', { password: null });
    expect(configuration.object('users', 'eve')?.password).toBeUndefined();
  });

  test('applies a file as a whole, and again without a change', async () => {
    const configuration = await open();
    const file = parseConfiguration('skills: [f1, f2]\nusers: [{ name: u, password: p, roles: [agent] }]\n', 'f.yaml');
    const first = await configuration.apply(file);
    expect(first.created.map(({ name }) => name)).toEqual(['f1', 'f2', 'u']);
    const second = await configuration.apply(file);
    expect(second).toMatchObject({ created: [], updated: [] });
    expect(second.unchanged).toHaveLength(3);
    const other = parseConfiguration('skills: [{ name: f1, description: new }, f3]\n', 'g.yaml');
    const missing = await configuration.apply(other, { onlyMissing: true });
    expect(missing.created.map(({ name }) => name)).toEqual(['f3']);
    expect(configuration.object('skills', 'f1')?.description).toBeUndefined();
  });

  test('takes changes at the same time one after the other', async () => {
    const [left, right] = [await open(), await open()];
    await left.put('options', 'counters', {});
    const writes = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? left : right).patch('options', 'counters', { [`c${index}`]: '1' }),
    );
    await Promise.all(writes);
    await Promise.all([left.catchUp(), right.catchUp()]);
    expect(Object.keys(left.section('counters'))).toHaveLength(20);
    expect(right.section('counters')).toEqual(left.section('counters'));
  });

  test('is the same on another node, by signal', async () => {
    const configuration = await open();
    const activity = new Activity();
    const other = await Database.connect({ connectionString, activity, log: silentLogger });
    const node = await open(other);
    const heard = new Promise<Change>((resolve) => node.onChange(resolve));
    await configuration.put('virtual-queues', 'far', {});
    expect(await heard).toEqual({ kind: 'virtual-queues', name: 'far' });
    expect(node.object('virtual-queues', 'far')).toMatchObject({ name: 'far' });
  });

  test('reads what was missed when the database is back', async () => {
    const configuration = await open();
    const availability: ((available: boolean) => void)[] = [];
    const activity = new Activity();
    const deaf = await Configuration.open({
      database: {
        query: (statement, values) => database.query(statement, values),
        transaction: (work) => database.transaction(work),
        listen: async () => () => undefined,
        signal: () => undefined,
        onAvailability: (handler) => {
          availability.push(handler);
          return () => undefined;
        },
      },
      clock: new ManualClock(0, activity),
      activity,
      log: silentLogger,
    });
    await configuration.put('skills', 'missed', {});
    expect(deaf.object('skills', 'missed')).toBeUndefined();
    for (const handler of availability) handler(true);
    await activity.idle();
    expect(deaf.object('skills', 'missed')).toBeDefined();
    await configuration.put('options', 'both', { a: '1' });
    await deaf.patch('options', 'both', { b: '2' });
    expect(deaf.section('both')).toEqual({ a: '1', b: '2' });
  });

  test('keeps the other handlers and the change when a handler throws', async () => {
    const configuration = await open();
    const heard: string[] = [];
    configuration.onChange(() => {
      throw new Error('handler');
    });
    configuration.onChange(({ name }) => heard.push(name));
    await configuration.put('skills', 'thrown', {});
    expect(heard).toEqual(['thrown']);
  });
});
