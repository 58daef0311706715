import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.js';
import { KvList } from './kvlist.js';

const triples = [
  { key: 'GSW_CM_MessageType', type: 'int', value: 7 },
  {
    key: 'GSW_CM_AttrProperties',
    type: 'kvlist',
    value: [{ key: 'do_not_call', value: [{ key: 'GSW_PHONE', type: 'str', value: '5551234' }] }],
  },
  { key: 'empty', type: 'kvlist', value: [] },
];

/** Triples of a plain object. */
function asTriples(object: JsonObject): unknown[] {
  return Object.entries(object).map(([key, value]) =>
    typeof value === 'object' && value !== null
      ? { key, type: 'kvlist', value: asTriples(value as JsonObject) }
      : { key, type: typeof value === 'number' ? 'int' : 'str', value },
  );
}

describe('key-value lists', () => {
  it('reads typed triples, with or without their types', () => {
    expect(KvList.read(triples)?.toJSON()).toEqual({
      GSW_CM_MessageType: 7,
      GSW_CM_AttrProperties: { do_not_call: { GSW_PHONE: '5551234' } },
      empty: {},
    });
  });

  it('finds keys in any case and keeps their spelling and order', () => {
    const list = KvList.read({ Gsw_Phone: '1', B: { c: 2 }, a: 3 });
    expect(list?.text('GSW_PHONE')).toBe('1');
    expect(list?.list('b')?.integer('C')).toBe(2);
    expect(list?.keys).toEqual(['Gsw_Phone', 'B', 'a']);
  });

  it.each([
    [7, 7],
    ['7', 7],
    [' -12 ', -12],
    ['7.5', 'invalid'],
    [7.5, 'invalid'],
    ['', 'invalid'],
    ['0x10', 'invalid'],
    [true, 'invalid'],
    [null, 'invalid'],
    [{ a: 1 }, 'invalid'],
    ['999999999999999999', 'invalid'],
  ])('reads the integer %j as %s', (value, expected) => {
    expect(KvList.read({ key: value })?.integer('key')).toBe(expected);
  });

  it.each([[[]], [[1]], [[{ key: 1, value: 2 }]], ['text'], [7], [null], [undefined], [true]])(
    'takes %j for no list',
    (value) => {
      expect(KvList.read(value)).toBeUndefined();
    },
  );

  it('reads the same list from both forms', () => {
    const key = fc.stringMatching(/^[A-Za-z_]{1,8}$/).filter((text) => text !== 'key' && text !== 'value');
    const { list } = fc.letrec<{ list: JsonObject; value: string | number | JsonObject }>((tie) => ({
      list: fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name.toLowerCase() })
        .map((entries) => Object.fromEntries(entries) as JsonObject),
      value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), tie('list')),
    }));
    fc.assert(
      fc.property(list, (object) => {
        fc.pre(Object.keys(object).length > 0);
        expect(KvList.read(asTriples(object))?.toJSON()).toEqual(object);
        expect(KvList.read(object)?.toJSON()).toEqual(object);
      }),
    );
  });
});
