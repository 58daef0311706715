import { describe, expect, it } from 'vitest';
import { answerChallenge, DigestGuard, digestResponse, parseDigest, strongest } from './digest.js';

describe('digest', () => {
  const mufasa7616 = {
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    nc: '00000001',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    qop: 'auth',
  };
  it.each([
    [
      'RFC 2617 3.5',
      {
        realm: 'testrealm@host.com',
        nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
        nc: '00000001',
        cnonce: '0a4f113b',
        qop: 'auth',
      },
      'Circle Of Life',
      '6629fae49393a05397450978507c4ef1',
    ],
    ['RFC 7616 3.9.1 MD5', { ...mufasa7616, algorithm: 'MD5' }, 'Circle of Life', '8ca523f5e9506fed4657c9700eebdbec'],
    [
      'RFC 7616 3.9.1 SHA-256',
      { ...mufasa7616, algorithm: 'SHA-256' },
      'Circle of Life',
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
  ])('computes %s', (_, fields, password, response) => {
    const request = { method: 'GET', uri: '/dir/index.html' };
    expect(digestResponse(fields, { username: 'Mufasa', password }, request)).toBe(response);
  });

  it('computes what RFC 2069 asked for where no quality is offered', () => {
    // The example of RFC 2069 2.4 with the value of its erratum.
    const fields = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' };
    const credentials = { username: 'Mufasa', password: 'CircleOfLife' };
    expect(digestResponse(fields, credentials, { method: 'GET', uri: '/dir/index.html' })).toBe(
      '1949323746fe6a43ef61f9606e7febea',
    );
  });

  it('answers the strongest challenge that it speaks (RFC 8760)', () => {
    const challenges = ['MD5', 'SHA-1', 'SHA-512-256', 'SHA-256'].map(
      (algorithm) => `Digest realm="a", nonce="${algorithm}", algorithm=${algorithm}, qop="auth"`,
    );
    expect(strongest(challenges)?.algorithm).toBe('SHA-512-256');
    expect(strongest(['NoOneKnowsThisScheme a=b', 'Digest realm="a", nonce="b", algorithm=SHA-1'])).toBeUndefined();
    expect(
      answerChallenge(
        { realm: 'a', nonce: 'b', qop: 'token' },
        { username: 'u', password: 'p' },
        { method: 'BYE', uri: 'sip:a' },
        { nc: 1, cnonce: 'c' },
      ),
    ).toBeUndefined();
  });

  it.each([['MD5'], ['SHA-256'], ['SHA-512-256']] as const)('asks and checks with %s', (algorithm) => {
    const guard = new DigestGuard('ring', (name) => (name === 'a"1' ? 'secret' : undefined), [algorithm]);
    const request = { method: 'REGISTER', uri: 'sip:ring' };
    const challenge = strongest(guard.challenges(1000)) ?? {};
    const answer = (password: string, nc: number, username = 'a"1') =>
      answerChallenge(challenge, { username, password }, request, { nc, cnonce: 'xyz' }) ?? '';
    expect(guard.check([], request, 1000)).toEqual({ result: 'none' });
    expect(guard.check(['Basic abc'], request, 1000)).toEqual({ result: 'none' });
    expect(guard.check([answer('wrong', 1)], request, 1000)).toEqual({ result: 'wrong' });
    expect(guard.check([answer('secret', 1, 'nobody')], request, 1000)).toEqual({ result: 'wrong' });
    expect(guard.check([answer('secret', 1)], { ...request, uri: 'sip:other' }, 1000)).toEqual({ result: 'wrong' });
    expect(guard.check([answer('secret', 1)], request, 1000)).toEqual({ result: 'right', username: 'a"1' });
    expect(guard.check([answer('secret', 1)], request, 1000)).toEqual({ result: 'stale' });
    expect(guard.check([answer('secret', 2)], request, 2000)).toEqual({ result: 'right', username: 'a"1' });
    expect(guard.check([answer('secret', 3)], request, 1_000_000)).toEqual({ result: 'stale' });
  });

  it.each(['Digest', 'Digest realm', 'Digest realm="open', 'Digest ,,,', ''])('reads nothing out of %j', (value) => {
    expect(parseDigest(value)).toBeUndefined();
  });
});
