import { describe, expect, it } from 'vitest';
import { refusal } from './admission.js';
import { contactsOf, cseqOf, fromOf, parseVia, tagOf, toOf, topVia } from './header-values.js';
import { NO_BODY, type SipMessage, type SipRequest, serialise } from './message.js';
import { parseMessage } from './parse.js';
import { isSipUri, parseUri, userOf } from './uri.js';

/** Lines to bytes; `\n` within a line folds it. The body stands as it is. */
function bytes(lines: readonly string[], body: Buffer | string = NO_BODY): Buffer {
  const head = `${lines.join('\n').replace(/\n/g, '\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'utf8'), Buffer.from(body)]);
}

/** A request with the usual headers, of which some are replaced (`undefined`: left out) and others added. */
function request(
  start: string,
  changes: Record<string, string | readonly string[] | undefined> = {},
  body = '',
): Buffer {
  const method = start.trim().split(/\s+/)[0] ?? '';
  const fields: Record<string, string | readonly string[] | undefined> = {
    Via: 'SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423',
    To: 'sip:j.user@example.com',
    From: 'sip:caller@example.net;tag=242etr',
    'Max-Forwards': '6',
    'Call-ID': 'torture.0ha0isndaksdj@192.0.2.1',
    CSeq: `8 ${method}`,
    Contact: '<sip:caller@host5.example.net>',
    'Content-Length': String(Buffer.byteLength(body)),
    ...changes,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
  );
  return bytes([start, ...lines], body);
}

function valid(raw: Buffer): SipMessage {
  const parsed = parseMessage(raw);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.message;
}

function validRequest(raw: Buffer): SipRequest {
  const message = valid(raw);
  if (message.kind !== 'request') throw new Error('It is no request.');
  return message;
}

const SDP =
  'v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0 12\r\n';

describe('valid messages of RFC 4475 3.1.1', () => {
  it('3.1.1.1: a short request that is hard to read', () => {
    const message = validRequest(
      bytes(
        [
          'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
          'TO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
          'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8',
          'MaX-fOrWaRdS: 0068',
          'Call-ID: wsinv.ndaksdj@192.0.2.1',
          'Content-Length   : 150',
          'cseq: 0009\n  INVITE',
          'Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw',
          's :',
          'NewFangledHeader:   newfangled value\n continued newfangled value',
          'UnknownHeaderWithUnusualValue: ;;,,;;,;',
          'Content-Type: application/sdp',
          'Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
          'v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239',
          'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33',
        ],
        SDP.padEnd(150, '\n'),
      ),
    );
    expect(tagOf(toOf(message))).toBe('1918181833n');
    expect(fromOf(message).display).toBe('J Rosenberg \\"');
    expect(tagOf(fromOf(message))).toBe('98asjd8');
    expect(cseqOf(message)).toEqual({ number: 9, method: 'INVITE' });
    const vias = message.headers.values('via').map(parseVia);
    expect(vias.map(({ protocol, host }) => `${protocol} ${host}`)).toEqual([
      'UDP 192.0.2.2',
      'TCP spindle.example.com',
      'UDP 192.168.255.111',
    ]);
    expect(vias[2]?.parameters.get('branch')).toBe('z9hG4bK30239');
    const contacts = contactsOf(message.headers);
    expect(contacts === '*' ? [] : contacts.map(({ parameters }) => Object.fromEntries(parameters))).toEqual([
      { newparam: 'newvalue', secondparam: null, q: '0.33' },
    ]);
    expect(message.headers.get('newfangledheader')).toBe('newfangled value continued newfangled value');
    expect(message.headers.get('subject')).toBe('');
    expect(message.body).toHaveLength(150);
    expect(refusal(message)).toBeUndefined();
  });

  it('3.1.1.2: every character that a method, a user and a name may have', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const uri =
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";
    const message = validRequest(
      request(`${method} ${uri} SIP/2.0`, {
        To: '"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
        From: "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\";tag=_token~1'+`*%!-.",
        "extensionHeader-!.%*+_`'~": '\u5927\u505c\u96fb',
        Contact: undefined,
      }),
    );
    expect(message.method).toBe(method);
    const target = parseUri(message.uri);
    expect(isSipUri(target) && target.user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    expect(isSipUri(target) && target.password).toBe("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    expect(toOf(message).display).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
    expect(fromOf(message).parameters.get("fromparam''~+*_!.-%")).toBe('\u0440\u0430');
    expect(refusal(message)?.status).toBe(501);
  });

  it('3.1.1.3: escapes in an address mean what they stand for', () => {
    const message = validRequest(
      request('INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0', { To: 'sip:%75se%72@example.com' }),
    );
    expect(userOf(parseUri(message.uri))).toBe('sips:user@example.com');
    expect(userOf(toOf(message).uri)).toBe('user');
    expect(refusal(message)).toBeUndefined();
  });

  it('3.1.1.4: an escaped null ends nothing', () => {
    const message = validRequest(
      request('REGISTER sip:example.com SIP/2.0', {
        To: 'sip:null-%00-null@example.com',
        Contact: ['<sip:%00@host5.example.com>', '<sip:%00%00@host5.example.com>'],
      }),
    );
    expect(userOf(toOf(message).uri)).toBe('null-\0-null');
    const contacts = contactsOf(message.headers);
    expect(contacts === '*' ? [] : contacts.map(({ uri }) => userOf(uri))).toEqual(['\0', '\0\0']);
  });

  it('3.1.1.5: a percent sign outside of an address is a character', () => {
    const message = validRequest(
      request('RE%47IST%45R sip:registrar.example.com SIP/2.0', {
        To: '"%Z%45" <sip:resource@example.com>',
        Contact: '<sip:alias1@host1.example.com>',
      }),
    );
    expect(message.method).toBe('RE%47IST%45R');
    expect(toOf(message).display).toBe('%Z%45');
    expect(refusal(message)?.status).toBe(501);
  });

  it('3.1.1.6: no space between a name and its bracket', () => {
    const message = validRequest(
      request('OPTIONS sip:user@example.com SIP/2.0', { From: 'caller<sip:caller@example.com>;tag=323' }),
    );
    expect(fromOf(message)).toMatchObject({ display: 'caller', uri: { user: 'caller' } });
  });

  it('3.1.1.7: long values in every header', () => {
    const long = 'a'.repeat(3000);
    const vias = Array.from({ length: 34 }, (_, at) => `SIP/2.0/TCP sip${at}.example.com;branch=z9hG4bK${at}`);
    const message = validRequest(
      request(`INVITE sip:user@example.com SIP/2.0`, {
        To: `"I have a user name of ${long} proportion"<sip:user@example.com:6000;unknownparam1=${long};longparam${long}=shortvalue>`,
        From: `sip:${long}@example.net;tag=${long};unknownheaderparam${long}=unknown${long}`,
        'Call-ID': `longreq.one${long}`,
        [`Unknown-${long}-Name`]: long,
        Via: vias,
      }),
    );
    expect(message.headers.values('via')).toHaveLength(34);
    expect(tagOf(fromOf(message))).toBe(long);
    expect(message.headers.get('call-id')).toBe(`longreq.one${long}`);
  });

  it('3.1.1.8: bytes behind the body of a datagram are no part of it', () => {
    const first = request('REGISTER sip:example.com SIP/2.0');
    const message = validRequest(Buffer.concat([first, request('INVITE sip:joe@example.com SIP/2.0')]));
    expect(message.method).toBe('REGISTER');
    expect(message.body).toHaveLength(0);
  });

  it('3.1.1.9: a semicolon in the user is no parameter', () => {
    const message = validRequest(request('OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0'));
    const uri = parseUri(message.uri);
    expect(userOf(uri)).toBe('user;par=u@example.net');
    expect(isSipUri(uri) && uri.parameters.size).toBe(0);
  });

  it('3.1.1.10: transports nobody knows in Via', () => {
    const message = validRequest(
      request('OPTIONS sip:user@example.com SIP/2.0', {
        Via: [
          'SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw',
          'SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf',
          'SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK2980unddj',
        ],
      }),
    );
    expect(message.headers.values('via').map((via) => parseVia(via).protocol)).toEqual(['UDP', 'SCTP', 'UNKNOWN']);
  });

  it('3.1.1.11: a body of several parts, bytes untouched', () => {
    const body = Buffer.concat([
      Buffer.from(
        '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n',
      ),
      Buffer.from([0, 255, 13, 10, 0, 128]),
      Buffer.from('\r\n--7a9cbec02ceef655--\r\n'),
    ]);
    const head = request('MESSAGE sip:kumiko@example.org SIP/2.0', {
      'Content-Type': 'multipart/mixed;boundary=7a9cbec02ceef655',
      'Content-Length': String(body.length),
    });
    expect(valid(Buffer.concat([head, body])).body.equals(body)).toBe(true);
  });

  it.each([
    [
      '3.1.1.12',
      'SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e',
      '= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e',
    ],
    ['3.1.1.13', 'SIP/2.0 100 ', ''],
  ])('%s: an unusual reason', (_, start, reason) => {
    const message = valid(request(start, { CSeq: '35 INVITE' }));
    expect(message.kind === 'response' && message.reason).toBe(reason);
  });
});

describe('invalid requests of RFC 4475', () => {
  const OPTIONS = 'OPTIONS sip:user@example.com SIP/2.0';
  it.each<[string, number, Buffer]>([
    [
      '3.1.2.1 separators without values',
      400,
      request('INVITE sip:user@example.com SIP/2.0', {
        Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,',
        Contact: '"Joe" <sip:joe@example.org>;;;;',
      }),
    ],
    [
      '3.1.2.1 separators without values, below a Via that is right',
      400,
      request('INVITE sip:user@example.com SIP/2.0', { Contact: '"Joe" <sip:joe@example.org>;;;;' }),
    ],
    [
      '3.1.2.2 Content-Length beyond the datagram',
      400,
      request(
        'INVITE sip:user@example.com SIP/2.0',
        { 'Content-Length': '9999', 'Content-Type': 'application/sdp' },
        SDP,
      ),
    ],
    [
      '3.1.2.3 negative Content-Length',
      400,
      request('INVITE sip:user@example.com SIP/2.0', { 'Content-Length': '-999' }, SDP),
    ],
    [
      '3.1.2.4 CSeq beyond 32 bits',
      400,
      request('REGISTER sip:example.com SIP/2.0', {
        CSeq: '36893488147419103232 REGISTER',
        'Max-Forwards': '300',
        Expires: '10000000000000000000000',
      }),
    ],
    ['3.1.2.4 Max-Forwards beyond 255', 400, request(OPTIONS, { 'Max-Forwards': '300' })],
    [
      '3.1.2.6 a quotation that is not closed',
      400,
      request('INVITE sip:user@example.com SIP/2.0', { To: '"Mr. J. User <sip:j.user@example.com>' }),
    ],
    ['3.1.2.7 brackets around the Request-URI', 400, request('INVITE <sip:user@example.com> SIP/2.0')],
    ['3.1.2.8 spaces within the Request-URI', 400, request('INVITE sip:user@example.com; transport=udp SIP/2.0')],
    ['3.1.2.9 spaces between the parts of the start line', 400, request('INVITE  sip:user@example.com  SIP/2.0')],
    ['3.1.2.10 spaces behind the start line', 400, request(`${OPTIONS}  `)],
    [
      '3.1.2.13 a contact with ? that is not in brackets',
      400,
      request('REGISTER sip:example.com SIP/2.0', { Contact: 'sip:user@example.com?Route=%3Csip:sip.example.com%3E' }),
    ],
    [
      '3.1.2.16 another version',
      505,
      request('OPTIONS sip:t.watson@example.org SIP/7.0', { Via: 'SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw' }),
    ],
    ['3.1.2.17 the method of CSeq differs', 400, request(OPTIONS, { CSeq: '8 INVITE' })],
    [
      '3.1.2.18 the method of CSeq differs and is unknown',
      400,
      request('NEWMETHOD sip:user@example.com SIP/2.0', { CSeq: '8 INVITE' }),
    ],
    [
      '3.3.1 Call-ID, From and To are missing',
      400,
      request('INVITE sip:user@example.com SIP/2.0', { 'Call-ID': undefined, From: undefined, To: undefined }),
    ],
    [
      '3.3.8 headers that stand once stand twice',
      400,
      request('INVITE sip:user@company.com SIP/2.0', {
        CSeq: ['5 INVITE', '59 INVITE'],
        'Call-ID': ['a', 'b'],
        To: ['sip:a@b.com', 'sip:c@d.com'],
      }),
    ],
    ['3.3.9 several Content-Length', 400, request(OPTIONS, { 'Content-Length': ['13', '5'] })],
  ])('%s', (_, status, raw) => {
    expect(parseMessage(raw)).toMatchObject({ ok: false, status });
  });

  it('answers what can be answered: a request with a readable Via', () => {
    const parsed = parseMessage(request(OPTIONS, { 'Max-Forwards': '300' }));
    expect(!parsed.ok && parsed.request && topVia(parsed.request.headers).host).toBe('host5.example.net');
    const nowhere = parseMessage(request(OPTIONS, { Via: 'SIP/2.0/UDP 192.0.2.15;;,;,,' }));
    expect(!nowhere.ok && nowhere.request).toBeFalsy();
  });

  it.each<[string, Buffer]>([
    [
      '3.1.2.5 a response with numbers beyond their range',
      request('SIP/2.0 503 Service Unavailable', { CSeq: '9292394834772304023312 OPTIONS' }),
    ],
    [
      '3.1.2.19 a status beyond 699',
      request('SIP/2.0 4294967301 better not break the receiver', { CSeq: '353494 INVITE' }),
    ],
  ])('drops %s', (_, raw) => {
    expect(parseMessage(raw)).toMatchObject({ ok: false });
    expect(parseMessage(raw)).not.toHaveProperty('request');
  });

  it.each<[string, Buffer, (message: SipRequest) => void]>([
    [
      '3.1.2.11 headers in the Request-URI',
      request('INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0'),
      ({ headers }) => expect(headers.has('route')).toBe(false),
    ],
    [
      '3.1.2.12 a date in another zone than GMT',
      request('INVITE sip:user@example.com SIP/2.0', { Date: 'Fri, 01 Jan 2010 16:00:00 EST' }),
      ({ method }) => expect(method).toBe('INVITE'),
    ],
    [
      '3.1.2.14 spaces within the brackets',
      request(OPTIONS, { To: '"Watson, Thomas" < sip:t.watson@example.org >' }),
      (message) => expect(toOf(message)).toMatchObject({ display: 'Watson, Thomas', uri: { user: 't.watson' } }),
    ],
    [
      '3.1.2.15 a name that should be quoted',
      request(OPTIONS, { From: 'Bell, Alexander <sip:a.g.bell@example.com>;tag=43' }),
      (message) => expect(fromOf(message).display).toBe('Bell, Alexander'),
    ],
    [
      '3.2.1 a branch that is the magic cookie alone',
      request(OPTIONS, { Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK' }),
      ({ headers }) => expect(topVia(headers).parameters.get('branch')).toBe('z9hG4bK'),
    ],
    [
      '3.3.7 credentials of an unknown scheme',
      request('REGISTER sip:example.com SIP/2.0', { Authorization: 'NoOneKnowsThisScheme opaque-data=here' }),
      (message) => expect(refusal(message)).toBeUndefined(),
    ],
    [
      '3.3.11 no hops left',
      request(OPTIONS, { 'Max-Forwards': '0' }),
      (message) => expect(refusal(message)).toBeUndefined(),
    ],
    [
      '3.3.14 headers in the address of a contact',
      request('REGISTER sip:example.com SIP/2.0', {
        Contact: '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>',
      }),
      ({ headers }) =>
        expect(contactsOf(headers)).toMatchObject([{ uri: { headers: 'Route=%3Csip:sip.example.com%3E' } }]),
    ],
    [
      '3.4.1 an INVITE of RFC 2543',
      request(
        'INVITE sip:UserB@example.com SIP/2.0',
        {
          Via: 'SIP/2.0/UDP iftgw.example.com',
          From: '<sip:+13035551111@ift.client.example.net;user=phone>',
          'Max-Forwards': undefined,
          'Content-Type': 'application/sdp',
        },
        SDP,
      ),
      (message) => expect(tagOf(fromOf(message))).toBeUndefined(),
    ],
  ])('tolerates %s', (_, raw, meaning) => meaning(validRequest(raw)));

  it.each<[string, number, Record<string, string>, Buffer]>([
    ['3.3.2 an unknown scheme', 416, {}, request('OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0')],
    ['3.3.3 a known scheme that is not ours', 416, {}, request('OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0')],
    [
      '3.3.5 an unknown extension is required',
      420,
      { unsupported: 'nothingsupportsthis, nothingsupportsthiseither' },
      request(OPTIONS, { Require: 'nothingSupportsThis, nothingSupportsThisEither' }),
    ],
    [
      '3.3.6 a body of an unknown type',
      415,
      { accept: 'application/sdp' },
      request('INVITE sip:user@example.com SIP/2.0', { 'Content-Type': 'application/unknownformat' }, '<audio/>'),
    ],
    [
      '3.3.15 descriptions that nobody writes are asked for',
      406,
      {},
      request('INVITE sip:user@example.com SIP/2.0', { Accept: 'text/nobodyKnowsThis' }),
    ],
  ])('refuses %s', (_, status, headers, raw) => {
    const response = refusal(validRequest(raw));
    expect(response?.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) expect(response?.headers.get(name)).toBe(value);
  });

  it('3.3.12, 3.3.13: parameters in brackets are the address, behind them the contact', () => {
    const inside = contactsOf(
      validRequest(
        request('REGISTER sip:example.com SIP/2.0', { Contact: '<sip:+19725552222@gw1.example.net;unknownparam>' }),
      ).headers,
    );
    expect(inside).toMatchObject([{ parameters: new Map(), uri: { parameters: new Map([['unknownparam', null]]) } }]);
    const outside = contactsOf(
      validRequest(
        request('REGISTER sip:example.com SIP/2.0', { Contact: 'sip:+19725552222@gw1.example.net;unknownparam' }),
      ).headers,
    );
    expect(outside).toMatchObject([{ parameters: new Map([['unknownparam', null]]), uri: { parameters: new Map() } }]);
  });
});

describe('what is sent', () => {
  it('is exact, whatever was tolerated: read again it is the same', () => {
    const first = validRequest(request('INVITE sip:bob@example.com SIP/2.0', { Subject: 'fold\n ed' }, 'v=0\r\n'));
    const again = serialise(first);
    expect(again.toString()).toContain('Call-ID: torture.0ha0isndaksdj@192.0.2.1\r\nCSeq: 8 INVITE\r\n');
    expect(again.toString()).toContain('Subject: fold ed\r\n');
    expect(serialise(valid(again)).equals(again)).toBe(true);
  });

  it('begins no header within a value', () => {
    const message = validRequest(request('OPTIONS sip:bob@example.com SIP/2.0'));
    message.headers.set('subject', 'a\r\nEvil: yes');
    expect(valid(serialise(message)).headers.get('evil')).toBeUndefined();
  });
});
