import { afterEach, beforeEach, expect, it } from 'vitest';
import { Listeners } from '../kernel/index.js';
import { RoutingWorld } from './testing.js';

let world: RoutingWorld;
beforeEach(async () => {
  world = await RoutingWorld.open();
});
afterEach(() => world.close());

/** Telephones that a test takes away and brings back. */
function phones() {
  const off = new Set<string>();
  const changes = new Listeners<[dn: string]>();
  return {
    isOffline: (dn: string) => off.has(dn),
    onChange: (handler: (dn: string) => void) => changes.add(handler),
    set(dn: string, isOffline: boolean) {
      if (isOffline) off.add(dn);
      else off.delete(dn);
      changes.notify(dn);
    },
  };
}

it('sends nobody to an agent whose telephone is off, and says so', async () => {
  const presence = phones();
  const node = await world.node('alone', { phones: presence });
  await world.ready(node, 'ada', 'bob');
  presence.set('2ada', true);
  await world.submit(node, 'r1');
  expect(world.served(node)).toEqual(['r1>bob']);
  const [decision] = world.entriesOf('route.decision');
  expect(decision).toMatchObject({
    why: { others: [{ agent: 'ada', reason: 'phone-offline', detail: '2ada' }] },
  });
});

it('lets those wait who find every telephone off, until one is back', async () => {
  const presence = phones();
  const node = await world.node('alone', { phones: presence });
  await world.ready(node, 'ada');
  presence.set('2ada', true);
  await world.submit(node, 'r1');
  expect(world.served(node)).toEqual([]);
  presence.set('2ada', false);
  await world.activity.idle();
  expect(world.served(node)).toEqual(['r1>ada']);
});

it('takes agents as ready again where they were counted before', async () => {
  const presence = phones();
  const node = await world.node('alone', { phones: presence });
  await world.ready(node, 'ada', 'bob');
  for (const isOffline of [true, true, false, true, false]) presence.set('2ada', isOffline);
  await world.submit(node, 'r1');
  await world.submit(node, 'r2');
  expect(world.served(node)).toEqual(['r1>ada', 'r2>bob']);
});
