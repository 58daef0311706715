import { describe, expect, it } from 'vitest';
import { directionOf, formatSdp, heldAnswer, heldOffer, parseSdp, withDirection, withOrigin } from './sdp.js';

const TEXT =
  'v=0\r\no=alice 289 2 IN IP4 host.example.com\r\ns=call\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=sendonly\r\n' +
  'm=audio 49170 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=fmtp:101 0-15\r\nm=video 51372/2 RTP/SAVP 31\r\na=recvonly\r\n';

describe('a session description', () => {
  it('is understood as far as needed, and kept as it is', () => {
    const sdp = parseSdp(Buffer.from(TEXT));
    expect(sdp.origin).toEqual({ user: 'alice', id: '289', version: '2', address: 'IN IP4 host.example.com' });
    expect(sdp.media.map(({ kind, port }) => [kind, port])).toEqual([
      ['audio', 49170],
      ['video', 51372],
    ]);
    expect(sdp.media.map((medium) => directionOf(sdp, medium))).toEqual(['sendonly', 'recvonly']);
    expect(formatSdp(sdp).toString()).toBe(TEXT.replace('51372/2', '51372'));
  });

  it('takes one direction for every medium, and an origin of ours', () => {
    const sdp = withOrigin(withDirection(parseSdp(Buffer.from(TEXT)), 'inactive'), {
      id: '7',
      version: 3,
      host: '::1',
    });
    const again = parseSdp(formatSdp(sdp));
    expect(again.media.map((medium) => directionOf(again, medium))).toEqual(['inactive', 'inactive']);
    expect(again.origin).toEqual({ user: 'ringback', id: '7', version: '3', address: 'IN IP6 ::1' });
  });

  it('lets a party wait: an offer to nobody, an answer that refuses what is no audio', () => {
    const offer = parseSdp(formatSdp(heldOffer()));
    expect(offer.media.map((medium) => directionOf(offer, medium))).toEqual(['inactive']);
    const answer = parseSdp(formatSdp(heldAnswer(parseSdp(Buffer.from(TEXT)))));
    expect(answer.media.map(({ kind, port, formats }) => [kind, port, formats])).toEqual([
      ['audio', 9, ['0', '101']],
      ['video', 0, ['31']],
    ]);
    expect(answer.media.map((medium) => directionOf(answer, medium))).toEqual(['inactive', 'inactive']);
  });

  it.each([
    '',
    'v=1\r\n',
    'v=0\r\nnonsense\r\n',
    'v=0\r\nm=audio\r\n',
    'v=0\r\nm=audio 70000 RTP/AVP 0\r\n',
    'v=0\r\no=a b c\r\n',
  ])('is refused with 488 when it is none: %j', (text) => {
    expect(() => parseSdp(Buffer.from(text))).toThrow(expect.objectContaining({ status: 488 }));
  });
});
