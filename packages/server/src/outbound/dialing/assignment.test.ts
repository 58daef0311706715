import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AssignableAgent, type AssigningGroup, assignAgents } from './assignment.js';

const ALL = ['a', 'b', 'c', 'd'];

function group(dbid: number, change: Partial<AssigningGroup> = {}): AssigningGroup {
  return { dbid, priority: 1, minimum: 0, maximum: 0, members: new Set(ALL), letsGo: false, ...change };
}

/** `a1`: agent a works for group 1; `a1*`: and is in a call; `a`: for nobody yet. */
function agent(text: string): AssignableAgent {
  const [, id = '', dbid, busy] = /^([a-z])(\d?)(\*?)$/.exec(text) ?? [];
  return { id, isFree: busy === '', ...(dbid && { group: Number(dbid) }) };
}

test.each([
  ['spread over groups that are alike', [group(1), group(2)], 'a b c d', 'a1 b2 c1 d2'],
  ['keep the group that they have', [group(1), group(2)], 'a2 b2 c2* d', 'a2 b2 c2 d1'],
  ['go to the group of higher priority', [group(1), group(2, { priority: 2 })], 'a b1 c d', 'a2 b1 c2 d2'],
  ['fill a group up to its maximum', [group(1), group(2, { priority: 2, maximum: 1 })], 'a b c d', 'a2 b1 c1 d1'],
  ['have no group where all are full', [group(1, { maximum: 1 })], 'a b', 'a1'],
  ['go to understaffed groups first', [group(1, { minimum: -1, priority: 9 }), group(2)], 'a b', 'a2 b2'],
  ['staff a group that needs nobody when no other can take them', [group(1, { minimum: -1 })], 'a b', 'a1 b1'],
  ['work for groups that they belong to', [group(1, { members: new Set(['a']) })], 'a b2', 'a1'],
  ['leave a group that waits', [group(1, { letsGo: true }), group(2)], 'a1 b1* c', 'a2 b1 c2'],
  ['stay with a group that waits when nobody else has work', [group(1, { letsGo: true })], 'a1 b', 'a1 b1'],
  ['stay where the other group is full', [group(1, { letsGo: true }), group(2, { maximum: 1 })], 'a1 b2*', 'a1 b2'],
  ['are moved to a group that has nobody', [group(1), group(2)], 'a1 b1 c1', 'a2 b1 c1'],
  ['are moved up to the minimum', [group(1), group(2, { minimum: 2 })], 'a1 b1 c1 d2', 'a2 b1 c1 d2'],
  ['are not moved in a call', [group(1), group(2)], 'a1* b1*', 'a1 b1'],
  ['are not moved from a group that has no more than it needs', [group(1, { minimum: 2 }), group(2)], 'a1 b1', 'a1 b1'],
])('agents %s', (_name, groups, given, wanted) => {
  const assigned = assignAgents(groups, given.split(' ').map(agent));
  expect([...assigned].map(([id, dbid]) => `${id}${dbid}`).sort()).toEqual(wanted.split(' '));
});

const anyGroup = (dbid: number) =>
  fc.record({
    dbid: fc.constant(dbid),
    priority: fc.integer({ min: 0, max: 2 }),
    minimum: fc.integer({ min: -1, max: 3 }),
    maximum: fc.integer({ min: 0, max: 3 }),
    members: fc.subarray(ALL).map((ids) => new Set(ids)),
    letsGo: fc.boolean(),
  });
const anyAgents = fc.tuple(
  ...ALL.map((id) =>
    fc.record({ id: fc.constant(id), group: fc.constantFrom(undefined, 1, 2, 3), isFree: fc.boolean() }),
  ),
);

test('nobody works for a group that he does not belong to, a busy agent is not moved, and a second look changes nothing', () => {
  fc.assert(
    fc.property(fc.tuple(anyGroup(1), anyGroup(2), anyGroup(3)), anyAgents, (groups, agents) => {
      const assigned = assignAgents(groups, agents);
      for (const { id, group: before, isFree } of agents) {
        const own = groups.find(({ dbid }) => dbid === assigned.get(id));
        if (own) expect(own.members.has(id)).toBe(true);
        const stays = groups.some(({ dbid, members }) => dbid === before && members.has(id));
        if (!isFree && stays) expect(assigned.get(id)).toBe(before);
      }
      const again = agents.map((one) => ({ ...one, group: assigned.get(one.id) }));
      expect(assignAgents(groups, again)).toEqual(assigned);
    }),
  );
});
