import { describe, expect, it } from 'vitest';
import { isPrivate, TargetRules } from './target-rules.js';

describe('private addresses', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::1',
    '2001:0:1::1',
    'fec0::1',
    '203.0.113.9',
  ])('%s is one', (address) => expect(isPrivate(address)).toBe(true));
  it.each(['8.8.8.8', '172.32.0.1', '193.0.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is none', (address) =>
    expect(isPrivate(address)).toBe(false),
  );
});

describe('what fetch-allow allows', () => {
  it.each([
    ['*', 'http://127.0.0.1:9/x', true],
    ['', 'http://127.0.0.1:9/x', false],
    ['localhost', 'http://localhost:9/x', true],
    ['localhost:9', 'http://localhost:9/x', true],
    ['localhost:8', 'http://localhost:9/x', false],
    ['example.org:443', 'https://example.org/x', true],
    ['http://127.0.0.1:9000/data', 'http://127.0.0.1:9000/data/1?x=2', true],
    ['http://127.0.0.1:9000/data', 'http://127.0.0.1:9000/data?x=2', true],
    ['http://127.0.0.1:9000/data', 'http://127.0.0.1:9000/database', false],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:90001/', false],
    ['[::1]', 'http://other/', false],
  ])('%j for %s: %s', (allow, url, allowed) => {
    if (URL.canParse(url)) expect(new TargetRules(allow).allowsByName(new URL(url))).toBe(allowed);
    else expect(allowed).toBe(false);
  });

  it('a network allows its addresses, and no others', () => {
    const rules = new TargetRules('10.1.0.0/16, ::1/128');
    expect(rules.allowsAddress('10.1.2.3')).toBe(true);
    expect(rules.allowsAddress('10.2.2.3')).toBe(false);
    expect(rules.allowsAddress('::1')).toBe(true);
    expect(rules.allowsAddress('93.184.216.34')).toBe(true);
  });
});
