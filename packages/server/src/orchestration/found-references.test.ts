import { expect, test } from 'vitest';
import { withFoundReferences } from './found-references.js';

const root = 'ringback:/flows/app/';
const chart = (...references: string[]) =>
  `<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude" version="1.0">${references
    .map((href) => `<script><xi:include href="${href}" parse="text"/></script>`)
    .join('')}<state id="s"/></scxml>`;

test.each([
  ['by the path from the main document', '../include/lib.js', 'ringback:/flows/include/lib.js', true],
  ['by the path in the project', '../include/lib.js', `${root}include/lib.js`, true],
  ['by the bare name', '../include/lib.js', `${root}lib.js`, true],
  ['in another letter case', '../Include/Lib.js', `${root}include/lib.js`, true],
  ['not by another name', '../include/lib.js', `${root}include/other.js`, false],
])('a part is found %s', (_how, href, part, isFound) => {
  const main = `${root}app.scxml`;
  const found = withFoundReferences(main, { [main]: chart(href), [part]: 'var a;' });
  expect(found[new URL(href, main).href] !== undefined).toBe(isFound);
});

test('the part with the longer common path is meant, and none of two that are as good', () => {
  const main = `${root}app.scxml`;
  const documents = { [main]: chart('x/include/lib.js'), [`${root}a/include/lib.js`]: '1', [`${root}b/lib.js`]: '2' };
  expect(withFoundReferences(main, documents)[`${root}x/include/lib.js`]).toBe('1');
  const equal = { [main]: chart('x/lib.js'), [`${root}a/lib.js`]: '1', [`${root}b/lib.js`]: '2' };
  expect(withFoundReferences(main, equal)[`${root}x/lib.js`]).toBeUndefined();
});

test('references of included documents are followed', () => {
  const main = `${root}app.scxml`;
  const sub = chart('../../include/lib.js');
  const documents = { [main]: chart('subs/deep/sub.scxml'), [`${root}sub.scxml`]: sub, [`${root}include/lib.js`]: '1' };
  const found = withFoundReferences(main, documents);
  expect(found[`${root}subs/deep/sub.scxml`]).toBe(sub);
  expect(found[`${root}include/lib.js`]).toBe('1');
});
