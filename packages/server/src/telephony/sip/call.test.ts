import { describe, expect, it } from 'vitest';
import { Activity, ManualClock, seededRandom, silentLogger } from '../../kernel/index.js';
import { DigestGuard } from './digest.js';
import { IncomingCall } from './incoming-call.js';
import type { SipResponse } from './message.js';
import { type Answered, OutgoingCall, type OutgoingCallRequest } from './outgoing-call.js';
import { respond } from './respond.js';
import { formatSdp, heldAnswer, heldOffer, parseSdp, type Sdp } from './sdp.js';
import { Session } from './session.js';
import type { SessionHandler } from './session-handler.js';
import { LossyNetwork } from './testing.js';
import type { ServerTransaction } from './transactions.js';
import type { Peer } from './transport.js';
import { UserAgent } from './user-agent.js';

/** Speech at one address. */
function speech(host: string, port = 4000): Sdp {
  const lines = ['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP 0`];
  return parseSdp(Buffer.from(lines.join('\r\n')));
}

type Heard = string;

/** Two user agents and what they hear: `caller` calls, `party` is called. */
function bed(weather?: LossyNetwork['weather'], seed = 1) {
  const activity = new Activity();
  const clock = new ManualClock(0, activity);
  const network = new LossyNetwork(clock, activity, seededRandom(seed), weather);
  const heard: Heard[] = [];
  const incoming: IncomingCall[] = [];
  const sessions: Session[] = [];
  let serve: (call: IncomingCall, transaction: ServerTransaction) => void = () => undefined;
  let admit: (transaction: ServerTransaction) => boolean = () => true;
  let sessionSeconds = 0;
  const strays: SipResponse[] = [];
  const agentAt = (host: string) =>
    new UserAgent(
      { transport: network.station(host), clock, activity, log: silentLogger, random: seededRandom(3) },
      {
        invite: (transaction) => {
          if (!admit(transaction)) return;
          const call = new IncomingCall(party, transaction, {
            sessionSeconds,
            cancelled: () => heard.push('cancelled'),
          });
          incoming.push(call);
          serve(call, transaction);
        },
        register: () => undefined,
        stray: (response) => strays.push(response),
      },
    );
  const caller = agentAt('10.0.0.1');
  const party = agentAt('10.0.0.2');
  const peer: Peer = { protocol: 'UDP', host: '10.0.0.2', port: 5060 };
  const handlerOf = (who: string): SessionHandler => ({
    offered: async (offer) => {
      heard.push(`${who} offered ${offer.media[0]?.port}`);
      return speech('10.0.0.9', 7000);
    },
    asked: async () => speech('10.0.0.9', 7001),
    answered: (answer) => heard.push(`${who} answered ${answer.media[0]?.port}`),
    ended: (how) => heard.push(`${who} ended ${how}`),
    digit: (digit) => heard.push(`${who} digit ${digit}`),
    changed: () => undefined,
  });
  const t = {
    activity,
    clock,
    network,
    caller,
    party,
    peer,
    heard,
    incoming,
    sessions,
    strays,
    handlerOf,
    session: (seconds: number) => {
      sessionSeconds = seconds;
    },
    serving: (work: typeof serve) => {
      serve = work;
    },
    admitting: (work: typeof admit) => {
      admit = work;
    },
    answers: (call: IncomingCall) => {
      call.ring();
      const sdp = call.offer ? heldAnswer(call.offer) : speech('10.0.0.2', 5000);
      sessions.push(call.answer(sdp, { agent: party, handler: handlerOf('party') }));
    },
    /** The session of a call that was answered, acknowledged with silence where it made an offer. */
    confirm: (answered: Answered, seconds = 0): Session => {
      const session = new Session(
        { agent: caller, handler: handlerOf('caller'), sessionSeconds: seconds },
        {
          dialog: answered.dialog.state,
          ours: true,
          sdpVersion: answered.sdpVersion,
          takesUpdate: false,
        },
      );
      session.heed(answered.response);
      const answer = answered.sdp && answered.isOffer ? session.describe(heldAnswer(answered.sdp)) : undefined;
      answered.acknowledge(answer);
      return session;
    },
    call: async (changes: Partial<OutgoingCallRequest> = {}) => {
      const result: { answered?: Answered; failed?: number; rang: number; leaving: number } = { rang: 0, leaving: 0 };
      const call = new OutgoingCall(
        caller,
        {
          uri: 'sip:b@10.0.0.2',
          from: '<sip:a@10.0.0.1>',
          to: '<sip:b@10.0.0.2>',
          peer,
          keepsFlow: false,
          offer: heldOffer(),
          sessionSeconds: 0,
          ...changes,
        },
        {
          leaving: async () => {
            result.leaving += 1;
          },
          ringing: () => {
            result.rang += 1;
          },
          answered: (answered) => {
            result.answered = answered;
          },
          failed: ({ status }) => {
            result.failed = status;
          },
        },
      );
      await call.start();
      return { call, result };
    },
    sent: (host: string, start: string) =>
      network.sent.filter(({ from, text }) => from.startsWith(host) && text.startsWith(start)).map(({ text }) => text),
  };
  return t;
}

type Bed = ReturnType<typeof bed>;

async function established(t: Bed, seconds = 0): Promise<Session> {
  t.serving(t.answers);
  const { result } = await t.call({ sessionSeconds: seconds });
  await t.clock.advance(100);
  if (!result.answered) throw new Error('Nobody answered.');
  const session = t.confirm(result.answered, seconds);
  await t.clock.advance(100);
  return session;
}

describe('calls', () => {
  it.each([true, false])('are answered, acknowledged and hung up on a bad network; offered by us: %s', async (ours) => {
    const t = bed({ loss: 0.2, doubled: 0.3, delayMs: 300 }, 5);
    t.serving(t.answers);
    for (let count = 0; count < 60; count += 1) {
      const request = { uri: 'sip:b@10.0.0.2', from: '<sip:a@10.0.0.1>', to: '<sip:b@10.0.0.2>', peer: t.peer };
      const call = new OutgoingCall(
        t.caller,
        { ...request, keepsFlow: false, sessionSeconds: 0, ...(ours && { offer: heldOffer() }) },
        {
          leaving: async () => undefined,
          ringing: () => undefined,
          answered: (answered) => {
            const session = t.confirm(answered);
            t.clock.at(t.clock.now() + 20_000, () => session.bye());
          },
          failed: ({ status }) => t.heard.push(`failed ${status}`),
        },
      );
      await call.start();
    }
    await t.clock.advance(300_000);
    const ends = t.heard.filter((text) => text === 'party ended bye');
    expect(ends).toHaveLength(60);
    expect(t.heard.filter((text) => text === 'party answered 9')).toHaveLength(ours ? 0 : 60);
    expect(t.heard.every((text) => text === 'party ended bye' || text === 'party answered 9')).toBe(true);
    expect(t.caller.dialogs + t.party.dialogs).toBe(0);
    expect(t.caller.transactions.size + t.party.transactions.size).toBe(0);
  });

  it('are refused, and say by what', async () => {
    const t = bed();
    t.serving((call) => call.refuse(486));
    const { result } = await t.call();
    await t.clock.advance(40_000);
    expect(result).toMatchObject({ failed: 486, rang: 0 });
    expect(t.party.dialogs).toBe(0);
  });

  it('answer the challenge of a trunk once, with the next number', async () => {
    const t = bed();
    const guard = new DigestGuard('trunk', (name) => (name === 'me' ? 'secret' : undefined));
    t.admitting(({ request, respond: answer }) => {
      const values = request.headers.all('proxy-authorization');
      if (guard.check(values, request, t.clock.now()).result === 'right') return true;
      answer(respond(request, 407, { headers: { 'Proxy-Authenticate': guard.challenges(t.clock.now()) } }));
      return false;
    });
    t.serving(t.answers);
    const { result } = await t.call({ credentials: { username: 'me', password: 'secret' } });
    await t.clock.advance(100);
    expect(result.answered?.dialog.state.localCSeq).toBe(2);
    expect(result.leaving).toBe(2);
    const ack = result.answered?.dialog.ack(result.answered.invite);
    expect(ack?.headers.get('proxy-authorization')).toContain('username="me"');

    const wrong = await t.call({ credentials: { username: 'me', password: 'wrong' } });
    await t.clock.advance(40_000);
    expect(wrong.result).toMatchObject({ failed: 407, leaving: 2 });
    const none = await t.call();
    await t.clock.advance(40_000);
    expect(none.result).toMatchObject({ failed: 407, leaving: 1 });
  });

  it('are taken back while they ring, after the first reply and not before', async () => {
    const t = bed();
    t.serving((call) => call.ring());
    const ringing = await t.call();
    await t.clock.advance(100);
    ringing.call.cancel('SIP;cause=200;text="Call completed elsewhere"');
    await t.clock.advance(100);
    expect(t.heard).toEqual(['cancelled']);
    expect(t.sent('10.0.0.1', 'CANCEL')[0]).toContain('Reason: SIP;cause=200');

    t.network.weather.delayMs = 50;
    const atOnce = await t.call();
    atOnce.call.cancel();
    expect(t.sent('10.0.0.1', 'CANCEL')).toHaveLength(1);
    await t.clock.advance(1000);
    expect(t.sent('10.0.0.1', 'CANCEL')).toHaveLength(2);
    expect(t.heard).toEqual(['cancelled', 'cancelled']);
    expect([ringing.result.failed, atOnce.result.failed]).toEqual([undefined, undefined]);
    await t.clock.advance(40_000);
    expect(t.caller.transactions.size + t.party.transactions.size + t.party.dialogs).toBe(0);
  });

  it('that are answered although they were taken back are hung up', async () => {
    const t = bed();
    t.serving((call) => call.ring());
    const { call, result } = await t.call();
    await t.clock.advance(100);
    const [rung] = t.incoming;
    if (!rung) throw new Error('Nothing rang.');
    // The answer and the CANCEL meet on the way.
    t.answers(rung);
    call.cancel();
    await t.clock.advance(1000);
    expect(result.answered).toBeUndefined();
    expect(t.heard).toEqual(['party ended bye']);
  });

  it('that nobody replies to are given up in time, and hung up if answered later', async () => {
    const t = bed();
    t.network.weather.loss = 1;
    const { result } = await t.call({ noReplyMs: 5000 });
    await t.clock.advance(4999);
    expect(result.failed).toBeUndefined();
    await t.clock.advance(1);
    expect(result.failed).toBe(408);
    t.network.weather.loss = 0;
    t.serving(t.answers);
    await t.clock.advance(10_000);
    expect(result.answered).toBeUndefined();
    expect(t.heard).toEqual(['party ended bye']);
  });

  it('that fork have one answer; the others are hung up', async () => {
    const t = bed();
    t.serving((_, { request, respond: answer }) => {
      for (const tag of ['one', 'two']) {
        const headers = { Contact: '<sip:b@10.0.0.2>', 'Content-Type': 'application/sdp' };
        answer(respond(request, 200, { toTag: tag, headers, body: formatSdp(heldAnswer(heldOffer())) }));
      }
    });
    const { result } = await t.call();
    await t.clock.advance(100);
    expect(result.answered?.dialog.state.remoteTag).toBe('one');
    const byes = t.sent('10.0.0.1', 'BYE');
    expect(byes).toHaveLength(1);
    expect(byes[0]).toContain('tag=two');
  });

  it('take the way that the proxies record, loosely and strictly', async () => {
    for (const [lr, uri] of [
      [';lr', 'sip:b@10.0.0.7'],
      ['', 'sip:p1@10.0.0.2'],
    ] as const) {
      const t = bed();
      t.serving((_, { request, respond: answer }) => {
        const headers = {
          Contact: '<sip:b@10.0.0.7>',
          'Record-Route': [`<sip:p2@10.0.0.8${lr}>`, `<sip:p1@10.0.0.2${lr}>`],
          'Content-Type': 'application/sdp',
        };
        answer(respond(request, 200, { toTag: 'x', headers, body: formatSdp(heldAnswer(heldOffer())) }));
      });
      const { result } = await t.call();
      await t.clock.advance(100);
      if (!result.answered) throw new Error('Nobody answered.');
      t.confirm(result.answered).bye();
      await t.clock.advance(1);
      const [bye] = t.network.sent.filter(({ text }) => text.startsWith('BYE'));
      expect(bye?.to).toBe('10.0.0.2:5060');
      expect(bye?.text).toContain(`BYE ${uri} SIP/2.0`);
      expect(bye?.text.match(/^Route: .*/gm)?.map((line) => line.trim())).toEqual(
        lr === ''
          ? ['Route: <sip:p2@10.0.0.8>', 'Route: <sip:b@10.0.0.7>']
          : ['Route: <sip:p1@10.0.0.2;lr>', 'Route: <sip:p2@10.0.0.8;lr>'],
      );
    }
  });

  it('acknowledge reliable ringing by PRACK, in order and once', async () => {
    const t = bed();
    t.serving((_, { request, respond: answer }) => {
      for (const rseq of [7, 7, 9, 8]) {
        const headers = { Contact: '<sip:b@10.0.0.2>', Require: '100rel', RSeq: String(rseq) };
        answer(respond(request, 180, { toTag: 'x', headers }));
      }
    });
    const { result } = await t.call();
    await t.clock.advance(100);
    const racks = t.sent('10.0.0.1', 'PRACK').map((text) => /RAck: (.*)\r/.exec(text)?.[1]);
    expect([...new Set(racks)]).toEqual(['7 1 INVITE', '8 1 INVITE']);
    expect(result.rang).toBe(4);
  });

  it('answer an offer that comes with reliable ringing in PRACK', async () => {
    const t = bed();
    t.serving((_, { request, respond: answer }) => {
      const headers = {
        Contact: '<sip:b@10.0.0.2>',
        Require: '100rel',
        RSeq: '1',
        'Content-Type': 'application/sdp',
      };
      answer(respond(request, 183, { toTag: 'x', headers, body: formatSdp(speech('10.0.0.2')) }));
      answer(respond(request, 200, { toTag: 'x', headers: { Contact: '<sip:b@10.0.0.2>' } }));
    });
    const request = { uri: 'sip:b@10.0.0.2', from: '<sip:a@10.0.0.1>', to: '<sip:b@10.0.0.2>', peer: t.peer };
    const answers: Answered[] = [];
    const call = new OutgoingCall(
      t.caller,
      { ...request, keepsFlow: false, sessionSeconds: 0 },
      {
        leaving: async () => undefined,
        ringing: () => undefined,
        answered: (answered) => answers.push(answered),
        failed: () => undefined,
      },
    );
    await call.start();
    await t.clock.advance(100);
    expect(t.sent('10.0.0.1', 'PRACK')[0]).toContain('a=inactive');
    expect(answers[0]).toMatchObject({ isOffer: false, sdpVersion: 2 });
  });

  it('ring reliably for who requires it, until PRACK', async () => {
    const t = bed();
    t.serving((call) => call.ring());
    t.network.weather.loss = 0;
    const { call } = await t.call({ headers: { Require: '100rel' } });
    await t.clock.advance(100);
    expect(t.sent('10.0.0.2', 'SIP/2.0 180')[0]).toContain('RSeq: 1');
    expect(t.sent('10.0.0.1', 'PRACK')).toHaveLength(1);
    await t.clock.advance(30_000);
    expect(t.sent('10.0.0.2', 'SIP/2.0 180')).toHaveLength(1);
    call.cancel();
    await t.clock.advance(1000);
    expect(t.heard).toEqual(['cancelled']);
  });

  it('that come by two ways ring once', async () => {
    const t = bed();
    t.serving((call) => call.ring());
    await t.call();
    await t.clock.advance(10);
    const [invite] = t.sent('10.0.0.1', 'INVITE');
    const copy = Buffer.from((invite ?? '').replace(/branch=z9hG4bK[0-9a-f]+/, 'branch=z9hG4bKother'));
    t.party.transactions.hearAgain(copy, { protocol: 'UDP', host: '10.0.0.5', port: 5060 });
    await t.clock.advance(10);
    expect(t.incoming).toHaveLength(1);
    expect(t.sent('10.0.0.2', 'SIP/2.0 482')).toHaveLength(1);
  });
});

describe('sessions', () => {
  it('offer, answer and ask again', async () => {
    const t = bed();
    const session = await established(t);
    const offered = await session.reinvite(speech('10.0.0.3', 6000));
    expect(offered.ok && offered.sdp?.media[0]?.port).toBe(7000);
    const asked = session.reinvite();
    await t.clock.advance(10);
    const answer = await asked;
    if (!answer.ok) throw new Error('It was refused.');
    expect(answer.sdp?.media[0]?.port).toBe(7001);
    answer.acknowledge(speech('10.0.0.3', 6002));
    await t.clock.advance(10);
    expect(t.heard).toEqual(['party offered 6000', 'party answered 6002']);
    const versions = t.network.sent.flatMap(({ text, from }) =>
      from.startsWith('10.0.0.1') ? (/^o=ringback \d+ (\d+)/m.exec(text)?.[1] ?? []) : [],
    );
    expect(versions).toEqual(['1', '2', '3']);
  });

  it('survive that both offer at once', async () => {
    const t = bed({ loss: 0, doubled: 0, delayMs: 50 }, 9);
    const session = await established(t);
    const [party] = t.sessions;
    if (!party) throw new Error('Nobody answered.');
    const both = Promise.all([session.reinvite(speech('10.0.0.3', 6000)), party.reinvite(speech('10.0.0.4', 6100))]);
    await t.clock.advance(20_000);
    expect((await both).map(({ ok }) => ok)).toEqual([true, true]);
    expect(t.heard.sort()).toEqual(['caller offered 6100', 'party offered 6000']);
  });

  it('refuse what comes out of turn, for an unknown dialog, or by an unknown method', async () => {
    const t = bed();
    const session = await established(t);
    await session.reinvite(speech('10.0.0.3', 6000));
    const ask = async (request: Parameters<UserAgent['ask']>[0]) => {
      const answer = t.caller.ask(request, t.peer);
      await t.clock.advance(100);
      return (await answer).status;
    };
    expect(await ask(session.dialog.request('INFO', { cseq: 1 }))).toBe(500);
    expect(await ask(session.dialog.request('PRACK'))).toBe(481);
    expect(await ask(session.dialog.request('REFER'))).toBe(501);
    const info = session.dialog.request('INFO', {
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: Buffer.from('Signal=5\r\nDuration=160\r\n'),
    });
    expect(await ask(info)).toBe(200);
    expect(t.heard).toContain('party digit 5');
    session.dialog.state.remoteTag = 'other';
    expect(await ask(session.dialog.request('INFO'))).toBe(481);
  });

  it('end when the other side hangs up, or is gone', async () => {
    const t = bed();
    const session = await established(t);
    t.sessions[0]?.bye();
    await t.clock.advance(100);
    expect(t.heard).toEqual(['caller ended bye']);
    expect(session.isOver).toBe(true);

    const other = await established(t);
    t.heard.length = 0;
    t.sessions[1]?.abandon();
    const renewed = other.reinvite(speech('10.0.0.3'));
    await t.clock.advance(100);
    expect(await renewed).toEqual({ ok: false, status: 481 });
    expect(t.heard).toEqual(['caller ended lost']);
  });

  it('whose answer is never acknowledged are hung up', async () => {
    const t = bed();
    t.serving(t.answers);
    await t.call();
    await t.clock.advance(31_000);
    expect(t.sent('10.0.0.2', 'SIP/2.0 200')).toHaveLength(10);
    expect(t.heard).toEqual([]);
    await t.clock.advance(2000);
    expect(t.heard).toEqual(['party ended lost']);
    expect(t.sent('10.0.0.2', 'BYE').length).toBeGreaterThan(0);
  });

  it('are renewed by UPDATE at half of their time, and found dead when the other side is', async () => {
    const t = bed();
    t.session(1800);
    const session = await established(t, 1800);
    expect(session.record.timer).toEqual({ seconds: 1800, weRefresh: true });
    await t.clock.advance(3_600_000);
    expect(t.sent('10.0.0.1', 'UPDATE')).toHaveLength(4);
    expect(t.heard).toEqual([]);
    t.network.weather.loss = 1;
    await t.clock.advance(2_000_000);
    expect([...t.heard].sort()).toEqual(['caller ended lost', 'party ended lost']);
  });

  it('with who knows no timers are asked whether they stand', async () => {
    const t = bed();
    const session = await established(t, 0);
    const watched = Session.resume(
      { agent: t.caller, handler: t.handlerOf('again'), sessionSeconds: 1800 },
      structuredClone(session.record),
    );
    session.abandon();
    t.caller.adopt(watched.dialog.key, { request: () => undefined, ack: () => undefined });
    await t.clock.advance(1_000_000);
    expect(t.sent('10.0.0.1', 'OPTIONS')).toHaveLength(1);
    t.sessions[0]?.abandon();
    await t.clock.advance(1_000_000);
    expect(t.heard).toEqual(['again ended lost']);
  });

  it('are resumed in a later life, and go on', async () => {
    const t = bed();
    const session = await established(t);
    const stored = structuredClone(session.record);
    session.abandon();
    const again = Session.resume({ agent: t.caller, handler: t.handlerOf('again'), sessionSeconds: 0 }, stored);
    const offered = again.reinvite(speech('10.0.0.3', 6000));
    await t.clock.advance(100);
    expect((await offered).ok).toBe(true);
    t.sessions[0]?.bye();
    await t.clock.advance(100);
    expect(t.heard).toEqual(['party offered 6000', 'again ended bye']);
  });

  it('refuse to be renewed too often', async () => {
    const t = bed();
    t.session(1800);
    t.serving((call) => {
      if (!call.refuseShortSession()) t.answers(call);
    });
    const { result } = await t.call({ headers: { 'Session-Expires': '30' } });
    await t.clock.advance(100);
    expect(t.sent('10.0.0.2', 'SIP/2.0 422')[0]).toContain('Min-SE: 90');
    expect(result.answered ?? result.failed).toBe(422);
  });
});
