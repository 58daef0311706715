import { expect, it } from 'vitest';
import { resolveAddress } from './address.js';

it.each([
  ['b.js', 'http://h/a/x.scxml', 'http://h/a/b.js'],
  ['../b.js', 'http://h/a/c/x.scxml', 'http://h/a/b.js'],
  ['/b.js', 'http://h/a/x.scxml', 'http://h/b.js'],
  ['file:b.txt', 'file:///a/x.scxml', 'file:///a/b.txt'],
  ['https://o/b', 'http://h/x', 'https://o/b'],
  ['b.js', 'flows/x.scxml', 'flows/b.js'],
  ['../b.js', '/flows/a/x.scxml', '/flows/b.js'],
])('%s in %s is %s', (reference, base, address) => {
  expect(resolveAddress(reference, base)).toBe(address);
});
