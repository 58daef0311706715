import { expect, it } from 'vitest';
import { Activity, ManualClock, newId, seededRandom, silentLogger } from '../../kernel/index.js';
import type { Sql, Statement } from '../../store/sql.js';
import { LossyNetwork } from '../sip/testing.js';
import type { SwitchEvent } from '../switch.js';
import { SipSwitch } from './sip-switch.js';

/** The full count is `RINGBACK_FUZZ=100000`. */
const COUNT = Number(process.env.RINGBACK_FUZZ ?? 2000);

/** A database that takes every leg and knows nothing. */
const database: Sql = {
  query: async <Row extends object>(statement: Statement | string) => {
    const isNew = typeof statement !== 'string' && statement.name === 'sip-leg-begin';
    // The rows of this statement are those of a leg that was not known.
    return (isNew ? [{ id: 'x' }] : []) as unknown as Row[];
  },
};

const SDP = 'v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const SPICE = ['\r\n', ',', ';', '"', '<', '>', '%00', '\0', '@', '=', '999999999999', '-1', '[', ' \t', '__proto__'];

it(`a switch outlives ${COUNT} mutated answers and requests`, {
  timeout: 60_000 + COUNT * 5,
}, async () => {
  const activity = new Activity();
  const clock = new ManualClock(1_893_456_000_000, activity);
  const random = seededRandom(3725);
  const network = new LossyNetwork(clock, activity, random);
  const driver = new SipSwitch({
    settings: {
      listen: { UDP: { host: '10.0.0.1', port: 5060 } },
      users: [{ name: '1001', password: 'a' }],
      trunks: [{ name: 'hostile', host: '10.0.0.9', credentials: { username: 'a', password: 'b' }, register: {} }],
    },
    transport: network.station('10.0.0.1'),
    database,
    clock,
    activity,
    log: silentLogger,
    random,
  });
  const events: SwitchEvent[] = [];
  driver.subscribe((event) => events.push(event));
  const us = { protocol: 'UDP', host: '10.0.0.1', port: 5060 } as const;
  const hostile = network.station('10.0.0.9');
  let sent = 0;
  const spoil = (text: string): Buffer => {
    let spoiled = text;
    for (let times = Math.floor(random() * 4); times > 0; times -= 1) {
      const at = Math.floor(random() * spoiled.length);
      const spice = SPICE[Math.floor(random() * SPICE.length)] ?? '';
      spoiled = spoiled.slice(0, at) + spice + spoiled.slice(at + Math.floor(random() ** 3 * 40));
    }
    return Buffer.from(spoiled);
  };
  const send = async (text: string) => {
    sent += 1;
    if (sent <= COUNT) await hostile.send(spoil(text), us);
  };
  const answer = (request: string, status: string, more: string, body: string) => {
    const kept = request.split('\r\n').filter((line) => /^(via|from|call-id|cseq):/i.test(line));
    const to = /^To: .*$/m.exec(request)?.[0].trim() ?? 'To: <sip:x@y>';
    const tagged = to.includes('tag=') ? to : `${to};tag=h${Math.floor(random() * 3)}`;
    const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
    const head = [`SIP/2.0 ${status}`, ...kept, tagged, 'Contact: <sip:h@10.0.0.9>'].join('\r\n');
    return `${head}\r\n${more}${type}Content-Length: ${body.length}\r\n\r\n${body}`;
  };
  const ANSWERS: [string, string, string][] = [
    ['100 Trying', '', ''],
    ['180 Ringing', 'Require: 100rel\r\nRSeq: 1\r\n', ''],
    ['183 Progress', 'Require: 100rel\r\nRSeq: 2\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n', SDP],
    ['200 OK', 'Session-Expires: 90;refresher=uac\r\nAllow: INVITE, UPDATE\r\nSupported: timer\r\n', SDP],
    ['200 OK', 'Record-Route: <sip:10.0.0.9>\r\n', ''],
    ['401 Unauthorized', 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5\r\n', ''],
    ['422 Small', 'Min-SE: 300\r\n', ''],
    ['423 Brief', 'Min-Expires: 900\r\n', ''],
    ['486 Busy Here', '', ''],
    ['491 Pending', '', ''],
    ['503 Unavailable', '', ''],
  ];
  hostile.subscribe((bytes) => {
    const request = bytes.toString('utf8');
    if (request.startsWith('SIP/2.0') || request.startsWith('ACK')) return;
    void activity.run(async () => {
      for (let times = 1 + Math.floor(random() * 3); times > 0; times -= 1) {
        const [status = '', more = '', body = ''] = ANSWERS[Math.floor(random() * ANSWERS.length)] ?? [];
        await send(answer(request, status, more, body));
      }
      if (!request.startsWith('INVITE') || random() < 0.5) return;
      // Requests within the dialog that it has perhaps made.
      const callId = /^Call-ID: (.*)$/m.exec(request)?.[1]?.trim();
      const tag = /^From: .*;tag=(\S+)$/m.exec(request)?.[1];
      for (const method of ['INFO', 'UPDATE', 'INVITE', 'BYE']) {
        const head = `${method} sip:x@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK${sent}\r\nFrom: <sip:h@10.0.0.9>;tag=h1\r\nTo: <sip:x@10.0.0.1>;tag=${tag}\r\nCall-ID: ${callId}\r\nCSeq: ${sent} ${method}\r\nContact: <sip:h@10.0.0.9>\r\nContent-Type: application/sdp\r\n`;
        await send(`${head}Content-Length: ${SDP.length}\r\n\r\n${SDP}`);
      }
    });
  });
  await driver.start();
  for (let round = 0; sent < COUNT; round += 1) {
    const legId = newId();
    await driver.dial({ legId, to: '4930', from: '8999', timeoutMs: 20_000, callProgress: false });
    const method = ['INVITE', 'REGISTER', 'OPTIONS'][round % 3] ?? 'INVITE';
    await send(
      `${method} sip:8999@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKi${round}\r\nFrom: <sip:1@10.0.0.9>;tag=i${round}\r\nTo: <sip:8999@10.0.0.1>\r\nCall-ID: i${round}\r\nCSeq: 1 ${method}\r\nContact: <sip:1@10.0.0.9>\r\nSupported: timer\r\nSession-Expires: 1800\r\nContent-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
    );
    await clock.advance(1500);
    for (const event of events.splice(0)) {
      if (event.type === 'inbound' && random() < 0.5) await answered(driver, event.legId);
      if (event.type === 'leg' && event.state === 'answered' && random() < 0.5) await driver.hangup(event.legId);
    }
    network.sent.length = 0;
  }
  await clock.advance(400_000);
  expect(sent).toBeGreaterThanOrEqual(COUNT);
  await driver.close();
});

/** Answers a call, unless its caller has hung up by now. */
async function answered(driver: SipSwitch, legId: string): Promise<void> {
  try {
    await driver.answer(legId);
  } catch (error) {
    expect(error).toMatchObject({ code: 'leg-not-answered' });
  }
}
