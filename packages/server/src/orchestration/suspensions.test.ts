import { expect, test } from 'vitest';
import { OrchestrationBed, orsFlow } from './testing.js';

const bed = await OrchestrationBed.create();

const GREEDY = orsFlow(`<state id="s">
  <transition event="loop" target="a"/><transition event="hang"><script>while (true) {}</script></transition>
  <transition event="ping"><probe:tell what="'pong'"/></transition></state>
  <state id="a"><transition target="b"/></state><state id="b"><transition target="a"/></state>`);

const refused = /suspended/;

test('a version is out of service after three over-runs within a minute, and only for new sessions', async () => {
  await bed.flow('greedy', GREEDY);
  const survivor = await bed.start('greedy');
  const others = [await bed.start('greedy'), await bed.start('greedy')];
  for (const session of others) await bed.post(session, 'loop');
  expect(await bed.row(others[0] ?? '')).toMatchObject({ state: 'failed', reason: 'microsteps' });
  // Too long ago to count together with these.
  await bed.advance(61);
  await bed.post(survivor, 'hang');
  await bed.post(survivor, 'hang');
  const last = await bed.start('greedy');
  await bed.post(last, 'loop');
  await expect(bed.start('greedy')).rejects.toThrow(refused);
  expect(bed.current.logged.filter((line) => line.startsWith('ALARM'))).toHaveLength(1);
  await bed.post(survivor, 'ping');
  expect(bed.heard()).toEqual(['pong']);
});

test('it stays so after a restart, and on other nodes', async () => {
  await bed.crash();
  await expect(bed.start('greedy')).rejects.toThrow(refused);
});

test('another version can be started, and so can the same one when it is stored again', async () => {
  expect(await bed.flow('greedy', GREEDY.replace("'pong'", "'better'"))).toBe(2);
  await bed.post(await bed.start('greedy'), 'ping');
  expect(bed.heard()).toEqual(['better']);
  await bed.flow('other', GREEDY);
  for (let i = 0; i < 3; i += 1) await bed.post(await bed.start('other'), 'loop');
  await expect(bed.start('other')).rejects.toThrow(refused);
  expect(await bed.flow('other', GREEDY)).toBe(1);
  await bed.post(await bed.start('other'), 'ping');
  expect(bed.heard()).toEqual(['pong']);
});
