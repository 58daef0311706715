import { expect, it } from 'vitest';
import { matchesName, readDescriptors } from './event-descriptor.js';

it.each([
  ['foo', 'foo', true],
  ['foo', 'foo.bar', true],
  ['foo', 'foobar', false],
  ['foo.', 'foo.bar', true],
  ['foo.*', 'foo', true],
  ['foo.bar', 'foo', false],
  ['*', 'anything.at.all', true],
  ['.*', 'anything', true],
  ['Foo', 'foo', false],
  [' a  b.c\n d ', 'b.c.e', true],
  ['a b', 'c', false],
  ['error', 'error.execution', true],
  ['', 'a', false],
])('%j takes %j: %s', (descriptors, name, matches) => {
  expect(matchesName(readDescriptors(descriptors), name)).toBe(matches);
});
