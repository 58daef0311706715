import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticList } from '../../src/diagnostics.js';
import { defaultLimits } from '../../src/limits.js';
import type { XmlElement, XmlNode } from '../../src/xml/element.js';
import { readPlainXml } from '../../src/xml/read-plain-xml.js';
import { readAnyXml } from '../../src/xml/read-xml.js';

/** A tree without places: those of the complete reader are approximate where a tag or a text has several lines. */
function content(node: XmlNode): unknown {
  if (node.kind === 'text') return node.text;
  const { element, prefix, uri, attributes, children, namespaces } = node;
  return {
    ...{ element, prefix, uri },
    attributes: [...attributes.values()].map(({ name, local, uri: own, value }) => [name, local, own, value]),
    namespaces: [...namespaces],
    children: children.map(content),
  };
}

function complete(text: string): XmlElement | undefined {
  return readAnyXml(text, 'u', defaultLimits, new DiagnosticList());
}

function plain(text: string): XmlElement | undefined {
  return readPlainXml(text, 'u', defaultLimits);
}

/** What documents are made of, and what breaks them. */
const pieces = fc.constantFrom(
  ...[
    '<a>',
    '</a>',
    '<b/>',
    '<p:c xmlns:p="u">',
    '</p:c>',
    '<a xmlns="d" x="1">',
    '<a x="1" x="2"/>',
    '<p:q/>',
    'text',
  ],
  ...['&amp;', '&#65;', '&#x41;', '&#0;', '&#xD800;', '&other;', '&', '<![CDATA[ <&> ]]>', ']]>', '<!-- c -->', '<!--'],
  ...[
    '<a x="a&lt;b\n\tc">',
    "<a x='&quot;'>",
    '<a x="<">',
    '<a x=1>',
    '\r\n',
    '\r',
    '\n',
    '<?pi?>',
    '<!DOCTYPE a>',
    'é',
  ],
  ...['<xml:a/>', '<a xml:lang="de"/>', '<a xmlns:xml="x"/>', '<a xmlns:p=""/>', '\u{1f600}', '\0', '<é/>', '<a:b:c/>'],
  ...[
    '<a\n  x = "1"\n>',
    '<a x="1"y="2"/>',
    '<a p:x="1" q:x="2" xmlns:p="u" xmlns:q="u"/>',
    '</a\n>',
    '< a>',
    '<a é="">',
  ],
);

it('reads what the complete reader reads, or leaves it to that', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (list) => {
      const text = `<a>${list.join('')}</a>`;
      const tree = plain(text);
      if (tree === undefined) return;
      read += 1;
      const other = complete(text);
      expect(other && content(other)).toEqual(content(tree));
    }),
    { numRuns: 10_000, seed: 41 },
  );
  // Otherwise the comparison says nothing.
  expect(read).toBeGreaterThan(500);
});

describe('leaves to the complete reader', () => {
  it.each([
    '',
    'text',
    '<a/><b/>',
    '<a/>text',
    '<a></b>',
    '<a>',
    '</a>',
    '<a x="1" x="2"/>',
    '<a>&undeclared;</a>',
    '<a>]]></a>',
    '<a><!-- a -- b --></a>',
    '<!DOCTYPE a><a/>',
    '<?xml version="1.1"?><a/>',
    '<p:a/>',
    '<a p:x="1"/>',
    '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>',
    `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`,
  ])('%s', (text) => expect(plain(text)).toBeUndefined());
});

it('knows the place of each element, attribute and text', () => {
  const tree = plain('<?xml version="1.0" encoding="UTF-8"?>\r\n<a>\r\n  <b x="1"\r\n     y="2">t</b>\r\n</a>');
  const b = tree?.children.find((child) => child.kind === 'element');
  expect(b).toMatchObject({ element: 'b', line: 3, column: 3 });
  expect(b?.kind === 'element' && [...b.attributes.values()].map(({ line, column }) => [line, column])).toEqual([
    [3, 6],
    [4, 6],
  ]);
  expect(b?.kind === 'element' && b.children[0]).toMatchObject({ text: 't', line: 4, column: 12 });
});
