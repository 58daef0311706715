import { expect, test } from 'vitest';
import { Activity, DatabaseUnavailable, silentLogger } from '../kernel/index.js';
import { Together, type TogetherOptions } from './together.js';

interface Bed {
  together: Together<string, string>;
  /** The groups that have been run, in order. */
  groups: string[][];
  /** Ends the oldest group under way. */
  finish: (failure?: Error) => Promise<void>;
}

function bed(options: Partial<TogetherOptions<string, string>> = {}): Bed {
  const groups: string[][] = [];
  const underWay: ((failure?: Error) => void)[] = [];
  const together = new Together<string, string>({
    ...{ name: 'words', lanes: 1, most: 3, activity: new Activity(), log: silentLogger },
    run: (group) =>
      new Promise((resolve, reject) => {
        groups.push([...group]);
        underWay.push((failure) => (failure ? reject(failure) : resolve(group.map((word) => word.toUpperCase()))));
      }),
    ...options,
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    together,
    groups,
    finish: async (failure) => {
      await turn();
      underWay.shift()?.(failure);
      await turn();
      await turn();
    },
  };
}

test('what comes in one turn goes together, what comes later waits and shares the next group', async () => {
  const { together, groups, finish } = bed();
  const first = [together.do('a'), together.do('b')];
  await finish();
  expect(await Promise.all(first)).toEqual(['A', 'B']);
  const second = ['c', 'd', 'e', 'f'].map((word) => together.do(word));
  await finish();
  await finish();
  expect(await Promise.all(second)).toEqual(['C', 'D', 'E', 'F']);
  expect(groups).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
});

test('groups are no heavier than they may be, but for one item that is too heavy alone', async () => {
  const { together, groups, finish } = bed({ most: 10, weigh: (word) => word.length, heaviest: 4 });
  const all = ['aa', 'bb', 'ccccccc', 'd'].map((word) => together.do(word));
  for (let group = 0; group < 3; group += 1) await finish();
  await Promise.all(all);
  expect(groups).toEqual([['aa', 'bb'], ['ccccccc'], ['d']]);
});

test('when a group fails each is tried alone and answers for itself', async () => {
  const { together, groups, finish } = bed();
  const good = together.do('good');
  const bad = expect(together.do('bad')).rejects.toThrow('refused');
  await finish(new Error('refused'));
  await finish();
  await finish(new Error('refused'));
  expect(await good).toBe('GOOD');
  await bad;
  expect(groups).toEqual([['good', 'bad'], ['good'], ['bad']]);
});

test('without its database a group is not tried again: it may have been stored', async () => {
  const { together, groups, finish } = bed();
  const all = ['a', 'b'].map((word) => expect(together.do(word)).rejects.toThrow(DatabaseUnavailable));
  await finish(new DatabaseUnavailable());
  await Promise.all(all);
  expect(groups).toEqual([['a', 'b']]);
});
