import { expect, test } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../kernel/index.js';
import { testDatabase } from '../store/testing.js';
import { Nodes } from './nodes.js';

const activity = new Activity();
const { database } = await testDatabase({ activity });
const clock = new ManualClock(Date.UTC(2026, 2, 2, 9), activity);

function node(owner: string, url: string | undefined) {
  const self = { node: 0, url };
  return { self, nodes: new Nodes({ database, clock, activity, log: silentLogger, owner, self }) };
}

test('nodes have numbers, know the addresses of those that live, and forget those that have gone', async () => {
  const first = node('a', 'http://a');
  const second = node('b', undefined);
  let gone = 0;
  first.nodes.onGone = async () => {
    gone += 1;
  };
  await first.nodes.join({ cluster: true });
  await second.nodes.join({ cluster: true });
  expect([first.self.node, second.self.node]).toEqual([1, 2]);
  await clock.advance(1_000);
  expect([first.nodes.addressOf(1), second.nodes.addressOf(1), first.nodes.addressOf(2)]).toEqual([
    undefined,
    'http://a',
    undefined,
  ]);
  expect([first.nodes.others(), first.nodes.origins(), second.nodes.origins()]).toEqual([[2], [], ['http://a']]);
  second.self.url = 'http://b';
  await clock.advance(2_000);
  expect(first.nodes.addressOf(2)).toBe('http://b');
  await second.nodes.leave();
  await clock.advance(1_000);
  expect(first.nodes.addressOf(2)).toBeUndefined();
  expect(gone).toBe(1);
  const third = node('c', 'http://c');
  await third.nodes.join({ cluster: true });
  expect(third.self.node).toBe(2);
  await first.nodes.leave();
  await third.nodes.leave();
});

test('a node that died without a word is forgotten after five seconds, and its number is given again', async () => {
  const at = new Date(clock.now()).toISOString();
  await database.query('insert into orchestration_node values (1, $1, $2, $3)', ['dead', 'http://dead', at]);
  const next = node('d', 'http://d');
  await next.nodes.join({ cluster: true });
  expect([next.self.node, next.nodes.addressOf(1)]).toEqual([2, 'http://dead']);
  await clock.advance(6_000);
  expect(next.nodes.addressOf(1)).toBeUndefined();
  const another = node('e', 'http://e');
  await another.nodes.join({ cluster: true });
  expect(another.self.node).toBe(1);
  await next.nodes.leave();
  await another.nodes.leave();
});

test('a process that is alone is number 1, whoever was before it', async () => {
  await database.query('insert into orchestration_node values (1, $1, $2, $3)', [
    'dead',
    null,
    new Date(clock.now()).toISOString(),
  ]);
  const alone = node('f', 'http://f');
  await alone.nodes.join({ cluster: false });
  expect([alone.self.node, alone.nodes.others()]).toEqual([1, []]);
});
