/**
 * What a customer's telephone does, by the last two digits of its number: all others answer and stay until they are hung up.
 */
export const PARTIES = {
  answers: '00',
  'hangs-up': '51',
  rings: '52',
  busy: '53',
  /** The network says so after some ringing, before any timer of ours. */
  'no-answer': '54',
  invalid: '55',
  rejects: '56',
  congestion: '57',
  /** Says a word and listens. */
  'a person': '61',
  /** Says two words and listens. */
  'a brief person': '62',
  'a machine of many words': '63',
  'a machine of one long word': '64',
  'nothing to hear': '65',
  fax: '66',
  /** Keys in 42 six seconds after the answer, and again eight seconds later. */
  'keys-in-42': '71',
} as const;
export type Party = keyof typeof PARTIES;

/** Sounds that parties make once, by party: names of files that SIPp streams. */
export const SOUNDS = {
  'a person': 'person.ulaw',
  'a brief person': 'brief-person.ulaw',
  'a machine of many words': 'many-words.ulaw',
  'a machine of one long word': 'long-word.ulaw',
  fax: 'fax.ulaw',
} as const;

/** How long everybody rings before they answer. */
const RING_MS = 300;
const TALK_MS = 6000;
/** The payload type of telephone events that Asterisk offers. */
const TELEPHONE_EVENT = 101;

const REFUSALS: Partial<Record<Party, string>> = {
  busy: '486 Busy Here',
  invalid: '404 Not Found',
  rejects: '603 Decline',
  congestion: '503 Service Unavailable',
};

/** Variables of the scenario. */
const [CSEQ, FROM, TO] = [1, 2, 3];
const FIRST_PARTY = 10;
/** Labels. */
const [ANSWER, REINVITE, TAKEN_BACK, HANG_UP, OVER, UP] = [900, 901, 902, 903, 904, 905];

// The keys of a constant object are its own.
const parties: readonly Party[] = (Object.keys(PARTIES) as Party[]).filter((party) => party !== 'answers');
const labelOf = (party: Party) => FIRST_PARTY * (parties.indexOf(party) + 1);

/**
 * A scenario of SIPp for the called side. It notes what happens as lines `invite|up|over CALL-ID TO`, one `invite` for each
 * call however often the INVITE was repeated.
 */
export function calledScenario(): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="called parties">
 <recv request="INVITE" rrs="true"><action>
  <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="${CSEQ}"/>
  <ereg regexp=".*" search_in="hdr" header="From:" assign_to="${FROM}"/>
  <ereg regexp=".*" search_in="hdr" header="To:" assign_to="${TO}"/>
  ${parties.map((party) => `<ereg regexp="sip:[^@]*${PARTIES[party]}@" search_in="hdr" header="To:" assign_to="${labelOf(party)}"/>`).join('\n  ')}
  ${note('invite')}
 </action></recv>
 ${parties.map((party) => `<nop next="${labelOf(party)}" test="${labelOf(party)}"/>`).join('\n ')}
 ${ringAndAnswer(UP)}
 <label id="${UP}"/>
 ${untilBye()}
 ${parties.map((party) => `<label id="${labelOf(party)}"/>\n ${behaviour(party)}`).join('\n ')}
 <label id="${REINVITE}"/>
 ${send('200 OK', { sdp: true })}
 <recv request="ACK" next="${UP}"/>
 <label id="${TAKEN_BACK}"/>
 ${send('200 OK', { tag: false })}
 ${send('487 Request Terminated', { cseq: `[$${CSEQ}] INVITE`, repeat: true })}
 <recv request="ACK" next="${OVER}"/>
 <label id="${HANG_UP}"/>
 ${bye()}
 <recv response="200"/>
 <nop next="${OVER}"/>
 <label id="${ANSWER}"/>
 ${send('200 OK', { tag: false })}
 <label id="${OVER}"/>
 <nop><action>${note('over')}</action></nop>
</scenario>
`;
}

function behaviour(party: Party): string {
  const refusal = REFUSALS[party];
  if (refusal !== undefined) return `${send(refusal, { repeat: true })}\n <recv request="ACK" next="${OVER}"/>`;
  switch (party) {
    case 'rings':
      return `${send('180 Ringing')}\n <recv request="CANCEL" next="${TAKEN_BACK}"/>`;
    case 'no-answer':
      return `${send('180 Ringing')}
 <recv request="CANCEL" timeout="1000" ontimeout="${labelOf(party) + 1}" next="${TAKEN_BACK}"/>
 <label id="${labelOf(party) + 1}"/>
 ${send('480 Temporarily Unavailable', { repeat: true })}
 <recv request="ACK" next="${OVER}"/>`;
    case 'hangs-up':
      return `${ringAndAnswer(labelOf(party) + 2)}
 <label id="${labelOf(party) + 2}"/>
 <recv request="BYE" timeout="${TALK_MS}" ontimeout="${HANG_UP}" next="${ANSWER}"/>`;
    case 'keys-in-42':
      return `${ringAndAnswer(labelOf(party) + 2)}
 <label id="${labelOf(party) + 2}"/>
 <recv request="BYE" timeout="6000" ontimeout="${labelOf(party) + 3}" next="${ANSWER}"/>
 <label id="${labelOf(party) + 3}"/>
 ${keyIn('4', 1)}
 ${keyIn('2', 2)}
 <recv request="BYE" timeout="8000" ontimeout="${labelOf(party) + 4}" next="${ANSWER}"/>
 <label id="${labelOf(party) + 4}"/>
 ${keyIn('4', 3)}
 ${keyIn('2', 4)}
 <nop next="${UP}"/>`;
    case 'nothing to hear':
      return `${ringAndAnswer(UP)}`;
    default:
      return `${ringAndAnswer(labelOf(party) + 2, true)}
 <label id="${labelOf(party) + 2}"/>
 <nop next="${UP}"><action><exec rtp_stream="${soundOf(party)},1,0"/></action></nop>`;
  }
}

function soundOf(party: Party): string {
  const sound = (SOUNDS as Partial<Record<Party, string>>)[party];
  if (sound === undefined) throw new Error(`There is no sound for '${party}'.`);
  return sound;
}

let labels = 500;

/** Rings, can be taken back meanwhile, answers; goes on at `next`. */
function ringAndAnswer(next: number, stream = false): string {
  labels += 1;
  return `${send('180 Ringing')}
 <recv request="CANCEL" timeout="${RING_MS}" ontimeout="${labels}" next="${TAKEN_BACK}"/>
 <label id="${labels}"/>
 ${send('200 OK', { sdp: true, repeat: true, stream })}
 <recv request="ACK" next="${next}"><action>${note('up')}</action></recv>`;
}

/** Whatever comes meanwhile, among it new offers, until the other side hangs up. */
function untilBye(): string {
  return `<recv request="INVITE" optional="true" next="${REINVITE}"/>
 <recv request="BYE" next="${ANSWER}"/>`;
}

function note(what: string): string {
  return `<log message="${what} [call_id] [$${TO}]"/>`;
}

interface Sending {
  sdp?: boolean;
  /** Until it is acknowledged. */
  repeat?: boolean;
  /** Media comes from a stream, which has ports of its own. */
  stream?: boolean;
  /** The To header gets our tag; false: it has one. */
  tag?: boolean;
  cseq?: string;
}

function send(status: string, { sdp = false, repeat = false, stream = false, tag = true, cseq }: Sending = {}): string {
  const port = stream ? '[rtpstream_audio_port]' : '[media_port]';
  const body = sdp
    ? `Content-Type: application/sdp
Content-Length: [len]

v=0
o=party 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio ${port} RTP/AVP 0 ${TELEPHONE_EVENT}
a=rtpmap:0 PCMU/8000
a=rtpmap:${TELEPHONE_EVENT} telephone-event/8000
a=fmtp:${TELEPHONE_EVENT} 0-15`
    : 'Content-Length: 0\n';
  return `<send${repeat ? ' retrans="500"' : ''}><![CDATA[
SIP/2.0 ${status}
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:]${tag ? ';tag=[pid]t[call_number]' : ''}
[last_Call-ID:]
${cseq === undefined ? '[last_CSeq:]' : `CSeq: ${cseq}`}
Contact: <sip:party@[local_ip]:[local_port]>
${body}
]]></send>`;
}

/** A digit as SIP INFO. */
function keyIn(digit: string, cseq: number): string {
  const body = `Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=${digit}
Duration=160
`;
  return `${request('INFO', cseq, body)}
 <recv response="200"/>`;
}

function bye(): string {
  return request('BYE', 1, 'Content-Length: 0\n');
}

/** From the called side, so with the headers of the INVITE exchanged. */
function request(method: string, cseq: number, body: string): string {
  return `<send retrans="500"><![CDATA[
${method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From:[$${TO}];tag=[pid]t[call_number]
To:[$${FROM}]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Max-Forwards: 70
${body}
]]></send>`;
}
