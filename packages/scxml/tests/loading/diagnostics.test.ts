import { describe, expect, it } from 'vitest';
import { checkApplication, type Diagnostic, referencedDocuments } from '../../src/index.js';
import { ors, url, w3c } from '../one-session.js';

function check(text: string, documents: Record<string, string> = {}): Diagnostic[] {
  return checkApplication({ id: 'd', main: url, documents: { [url]: text, ...documents } });
}

const s = '<state id="s"/>';
const root = 'xmlns="http://www.w3.org/2005/07/scxml" version="1.0"';

/** A document, and what is found in it as `code line:column`. */
const cases: [name: string, text: string, found: string[]][] = [
  ['not well-formed', `<scxml ${root}>\n<state id="a"></scxml>`, ['xml-syntax 2:23']],
  [
    'a bare &',
    `<scxml ${root}>\n<script>a &amp;&amp; b</script>\n<state id="a"><onentry><script>a && b</script></onentry></state>\n</scxml>`,
    ['xml-syntax 3:34'],
  ],
  [
    'a bare & before a semicolon',
    `<scxml ${root}>\n<!-- & --><state id="a"><transition cond="a && b"/><log expr="'x;'"/></state></scxml>`,
    ['xml-syntax 2:45'],
  ],
  ['an entity that is not declared', `<scxml ${root}><state id="a">&bomb;</state></scxml>`, ['xml-syntax 1:82']],
  ['another root', '<machine/>', ['not-scxml 1:1']],
  ['another version', `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="2.0">${s}</scxml>`, ['version 1:1']],
  ['another data model', `<scxml ${root} datamodel="xpath">${s}</scxml>`, ['datamodel-unknown 1:1']],
  ['no states', `<scxml ${root}/>`, ['element-misplaced 1:1']],
  ['a duplicate id', w3c(`${s}\n  <state id="s"/>`), ['id-duplicate 2:3', 'state-unreachable 2:3']],
  ['an id with white space', w3c('<state id="a b"/>'), ['id-invalid 1:86']],
  [
    'an unknown target',
    w3c('<state id="s">\n<transition event="e" target="nowhere"/></state>'),
    ['target-unknown 2:1'],
  ],
  [
    'targets that exclude each other',
    w3c('<state id="s"><transition event="e" target="a b"/></state><state id="a"/><state id="b"/>'),
    ['target-conflict 1:100'],
  ],
  [
    'an initial state elsewhere',
    w3c('<state id="s" initial="b"><state id="a"/></state><state id="b"/>'),
    ['initial-not-descendant 1:86', 'state-unreachable 1:112'],
  ],
  [
    'initial with a condition',
    w3c('<state id="s"><initial><transition target="a" cond="true"/></initial><state id="a"/></state>'),
    ['initial-content 1:109'],
  ],
  [
    'a history without default',
    w3c('<state id="s"><history id="h"/><state id="a"><transition event="e" target="h"/></state></state>'),
    ['history-default 1:100'],
  ],
  ['a missing script', w3c(`<script src="gone.js"/>${s}`), ['script-source 1:86']],
  [
    'a missing inclusion',
    ors(`<state id="s"><xi:include href="gone.scxml" parse="xml"/></state>`),
    ['document-missing 1:188'],
  ],
  [
    'an attribute that is missing',
    w3c('<state id="s"><onentry><assign expr="1"/><raise/></onentry></state>'),
    ['attribute-missing 1:109', 'attribute-missing 1:127'],
  ],
  [
    'attributes that exclude each other',
    w3c('<state id="s"><onentry><send event="a" eventexpr="b"/></onentry></state>'),
    ['attribute-conflict 1:109'],
  ],
  [
    'a wrong value',
    w3c('<state id="s"><transition event="e" type="outward" target="s"/></state>'),
    ['attribute-value 1:100'],
  ],
  [
    'a transition in a final state',
    w3c('<final id="s"><transition event="e" target="s"/></final>'),
    ['content-misplaced 1:100'],
  ],
];

const warnings: typeof cases = [
  ['an unknown attribute', w3c('<state id="s" colour="red"/>'), ['attribute-unknown 1:100']],
  ['an unknown element', w3c('<state id="s"><thing/></state>'), ['element-unknown 1:100']],
  [
    'unknown executable content',
    w3c('<state id="s"><onentry><thing/></onentry></state>'),
    ['element-unsupported 1:109'],
  ],
  [
    'malformed expressions, all of them',
    w3c(
      '<datamodel><data id="d" expr="{"/></datamodel><state id="s">\n<transition event="e" cond="=" target="s"><log expr="a b"/></transition></state>',
    ),
    ['expression-syntax 1:110', 'expression-syntax 2:23', 'expression-syntax 2:48'],
  ],
  ['an unreachable state', w3c(`${s}\n<state id="lost"><state id="inner"/></state>`), ['state-unreachable 2:1']],
  [
    'a transition that never fires',
    w3c('<state id="s"><transition event="a" target="s"/>\n<transition event="a.b" target="s"/></state>'),
    ['transition-shadowed 2:1'],
  ],
  [
    'an external transition of a region',
    w3c(
      '<parallel id="p"><state id="a">\n<transition event="e" target="a1"/><state id="a1"/></state><state id="b"/></parallel>',
    ),
    ['parallel-self-transition 2:1'],
  ],
  [
    'a transition from one region into another',
    w3c(
      '<parallel id="p"><state id="a" initial="a1"><state id="a1">\n<transition event="e" target="b2"/></state></state><state id="b" initial="b1"><state id="b1"><transition event="f" target="b2"/></state><state id="b2"/></state></parallel>',
    ),
    ['region-crossed 2:1'],
  ],
  [
    'a raised event that nobody takes',
    w3c('<state id="s"><onentry><raise event="typo"/></onentry><transition event="type" target="s"/></state>'),
    ['event-unknown 1:109'],
  ],
  [
    'waiting for a state that does not exist',
    w3c('<state id="s"><transition event="done.state.typo" target="s"/></state>'),
    ['event-unknown 1:100'],
  ],
  [
    'a function that makes closures when it is called',
    w3c(
      '<datamodel><data id="f" expr="{ a: function () { var n = 1; return { b: function () { return n; } }; } }"/></datamodel><state id="s"/>',
    ),
    [],
  ],
  [
    'a closure as a value',
    w3c(
      `<datamodel><data id="f" expr="(function (n) { return [n, function () { return n; }]; })(1)"/></datamodel>${s}`,
    ),
    ['data-not-serialisable 1:110'],
  ],
  ['data that no expression can name', w3c(`<datamodel><data id="a-b"/></datamodel>${s}`), ['data-id-invalid 1:97']],
  ['data declared twice', w3c(`<datamodel><data id="a"/>\n<data id="a"/></datamodel>${s}`), ['data-id-duplicate 2:1']],
  ['a missing data source', w3c(`<datamodel><data id="a" src="gone.json"/></datamodel>${s}`), ['data-source 1:97']],
  ['a transition of the root', w3c(`<transition event="e"/>${s}`), ['root-transition 1:86']],
  ['a transition without anything', w3c('<state id="s"><transition/></state>'), ['event-missing 1:100']],
];

describe.each([
  ['errors', 'error', cases],
  ['warnings', 'warning', warnings],
] as const)('%s', (_name, severity, table) => {
  it.each(table)('%s', (_case, text, expected) => {
    const found = check(text);
    expect(found.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(expected);
    for (const diagnostic of found) {
      expect(diagnostic.url).toBe(url);
      expect(diagnostic.remedy).toMatch(/\w/);
      expect(diagnostic.message).toMatch(/\w/);
    }
    if (severity === 'warning') expect(found.every((diagnostic) => diagnostic.severity === 'warning')).toBe(true);
    else expect(found.some((diagnostic) => diagnostic.severity === 'error')).toBe(true);
  });
});

it('finds everything at once', () => {
  const text =
    w3c(`<state id="a"><onentry><assign location="x" expr="("/><bad/></onentry><transition target="b"/></state>
    <state id="a"/><final id="f"><transition/></final>`);
  expect(new Set(check(text).map(({ code }) => code))).toEqual(
    new Set([
      'expression-syntax',
      'element-unsupported',
      'target-unknown',
      'id-duplicate',
      'content-misplaced',
      'event-missing',
      'state-unreachable',
    ]),
  );
});

it('accepts a document without faults', () => {
  const text = w3c(`<datamodel><data id="n" expr="0"/></datamodel><script>function f() { return n; }</script>
    <state id="a"><transition event="go" cond="f() &lt; 1" target="b"/></state><final id="b"/>`);
  expect(check(text)).toEqual([]);
});

it('limits size, nesting and inclusions', () => {
  const deep = `${'<state>'.repeat(300)}${'</state>'.repeat(300)}`;
  expect(check(w3c(deep)).map(({ code }) => code)).toEqual(['xml-too-large']);
  const long = w3c(`<!--${'x'.repeat(5_000_000)}-->${s}`);
  expect(check(long).map(({ code }) => code)).toEqual(['xml-too-large']);
  const self = ors(`<state id="s"><xi:include href="chart.scxml" parse="xml" xpointer="s"/></state>`);
  expect(check(self).map(({ code }) => code)).toContain('include-limit');
  const many = ors(`<state id="s">${'<xi:include href="e.xml" parse="xml"/>'.repeat(501)}</state>`);
  expect(
    check(many, { 'http://test/e.xml': '<state xmlns="http://www.w3.org/2005/07/scxml"/>' }).map(({ code }) => code),
  ).toContain('include-limit');
});

it('never fetches or expands anything that a document type declares', () => {
  const bomb = `<!DOCTYPE scxml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`;
  const text = (entity: string): string =>
    `${bomb}${w3c(`<state id="s"><onentry><log expr="'&${entity};'"/></onentry></state>`)}`;
  for (const entity of ['b', 'f']) expect(check(text(entity)).map(({ code }) => code)).toEqual(['xml-syntax']);
});

it('says what a host has to fetch', () => {
  const text = ors(
    `<script src="../lib.js"/><datamodel><data id="d" src="http://other/d.json"/></datamodel><state id="s"><xi:include href="part.scxml"/></state>`,
  );
  expect(referencedDocuments(text, 'http://h/a/main.scxml')).toEqual([
    'http://h/lib.js',
    'http://other/d.json',
    'http://h/a/part.scxml',
  ]);
  expect(referencedDocuments('<broken', 'http://h/x')).toEqual([]);
});
