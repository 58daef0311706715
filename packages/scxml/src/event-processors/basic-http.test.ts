import { describe, expect, it } from 'vitest';
import type { SendEffect } from '../api/effect.js';
import { decodeBasicHttp, encodeBasicHttp } from './basic-http.js';

const target = 'http://host/session/1';
const form = 'application/x-www-form-urlencoded';

function send(effect: Partial<SendEffect>): SendEffect {
  return { kind: 'send', sendId: 's', delayMs: 0, line: 1, target, event: { name: '' }, ...effect };
}

describe('a message', () => {
  it('carries the name of the event and parameters as a form', () => {
    const effect = send({
      event: { name: 'a.b' },
      namelistParams: [
        ['x', 1],
        ['y', 'ä &'],
        ['x', { k: [true] }],
      ],
    });
    expect(encodeBasicHttp(effect)).toEqual({
      method: 'POST',
      url: target,
      headers: { 'content-type': form },
      body: '_scxmleventname=a.b&x=1&y=%C3%A4%20%26&x=%7B%22k%22%3A%5Btrue%5D%7D',
    });
  });

  it.each([
    ['plain text', form, 'plain%20text'],
    ['{"a":1}', 'application/json', '{"a":1}'],
    ['{not json', form, '%7Bnot%20json'],
    ['<a/>', 'application/xml', '<a/>'],
  ])('carries the content %j as %s', (content, type, body) => {
    expect(encodeBasicHttp(send({ content }))).toMatchObject({ url: target, headers: { 'content-type': type }, body });
    expect(encodeBasicHttp(send({ content, event: { name: 'e' } })).url).toBe(`${target}?_scxmleventname=e`);
  });
});

describe('a request', () => {
  const request = (body: string, type = form, url = target, method = 'POST'): ReturnType<typeof decodeBasicHttp> =>
    decodeBasicHttp({ method, url, headers: type === '' ? {} : { 'content-type': type }, body });

  it.each([
    ['a form', request('_scxmleventname=go&a=1&a=2&b=x+y%21'), 'go', { a: ['1', '2'], b: 'x y!' }],
    ['only a name', request('_scxmleventname=go'), 'go', undefined],
    ['text', request('some%20content'), 'HTTP.POST', 'some content'],
    ['JSON', request('{"a":1}', 'application/json; charset=utf-8'), 'HTTP.POST', { a: 1 }],
    ['XML', request('<a/>', 'application/soap+xml'), 'HTTP.POST', { $xml: '<a/>' }],
    ['another type', request('a=1', 'text/plain'), 'HTTP.POST', 'a=1'],
    ['a query', request('', '', `${target}?_scxmleventname=q&k=v`, 'GET'), 'q', { k: 'v' }],
    ['nothing', request('', '', target, 'put'), 'HTTP.PUT', undefined],
    ['a malformed escape', request('a=%zz'), 'HTTP.POST', { a: '%zz' }],
    ['a hostile name', request('__proto__=1'), 'HTTP.POST', JSON.parse('{"__proto__":"1"}')],
  ])('with %s', (_name, event, name, data) => {
    expect(event.name).toBe(name);
    expect(event.data).toEqual(data);
    expect(event.raw).toMatch(/^\w+ http:/);
  });

  it('means the same as what was encoded', () => {
    const effect = send({
      event: { name: 'e' },
      namelistParams: [
        ['a', 'b&c=d'],
        ['e', 'é'],
      ],
    });
    expect(decodeBasicHttp(encodeBasicHttp(effect))).toMatchObject({ name: 'e', data: { a: 'b&c=d', e: 'é' } });
  });
});
