import { describe, expect, it } from 'vitest';
import { Framing } from './framing.js';
import { LIMITS } from './limits.js';

describe('a stream', () => {
  it.each([1, 7, 100, 10_000])('is cut by Content-Length, wherever it stands, in pieces of %i bytes', (size) => {
    const messages = ['Content-Length: 9\r\nSubject: x', 'Subject: x\r\nl : 9', 'CONTENT-LENGTH:\r\n 9'].map(
      (headers) => `OPTIONS sip:a SIP/2.0\r\n${headers}\r\n\r\n1\r\n\r\n5678`,
    );
    const stream = Buffer.from(`\r\n${messages.join('\r\n')}`);
    const framing = new Framing();
    const cut: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      cut.push(...framing.take(stream.subarray(at, at + size)).messages.map(String));
    }
    expect(cut).toEqual(messages);
  });

  it('holds no head and no body beyond the limits', () => {
    expect(() => new Framing().take(Buffer.alloc(LIMITS.headBytes + 1, 'a'))).toThrow('too long');
    const long = `OPTIONS sip:a SIP/2.0\r\nContent-Length: ${LIMITS.bodyBytes + 1}\r\n\r\n`;
    expect(() => new Framing().take(Buffer.from(long))).toThrow('Content-Length');
  });
});
