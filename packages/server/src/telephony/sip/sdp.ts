import { Malformed } from './text.js';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One medium of a session: its `m=` line, and the lines below it as they stand. */
export interface SdpMedia {
  kind: string;
  port: number;
  /** `RTP/AVP`, ... */
  protocol: string;
  formats: string[];
  lines: string[];
}

/** A session description (RFC 8866), as far as third-party call control has to understand it. */
export interface Sdp {
  origin: { user: string; id: string; version: string; address: string };
  /** The lines between `o=` and the first `m=`, other than `s=`, as they stand. */
  lines: string[];
  name: string;
  media: SdpMedia[];
}

const MAX_LINES = 2000;

/** Parses a description; throws `Malformed`. Keeps every line that it does not understand. */
export function parseSdp(body: Buffer): Sdp {
  const lines = body
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  if (lines.length > MAX_LINES) throw new Malformed('The session description is too long.', 488);
  if (lines[0] !== 'v=0') throw new Malformed('The session description must begin with "v=0".', 488);
  const sdp: Sdp = {
    origin: { user: '-', id: '0', version: '0', address: 'IN IP4 0.0.0.0' },
    name: '-',
    lines: [],
    media: [],
  };
  for (const line of lines.slice(1)) {
    if (!/^[a-z]=/.test(line)) throw new Malformed(`"${line.slice(0, 40)}" is no line of a session description.`, 488);
    const value = line.slice(2);
    const medium = sdp.media.at(-1);
    if (line.startsWith('m=')) sdp.media.push(parseMedia(value));
    else if (medium) medium.lines.push(line);
    else if (line.startsWith('o=')) sdp.origin = parseOrigin(value);
    else if (line.startsWith('s=')) sdp.name = value;
    else sdp.lines.push(line);
  }
  return sdp;
}

function parseMedia(value: string): SdpMedia {
  const [kind = '', port = '', protocol = '', ...formats] = value.trim().split(/\s+/);
  const found = /^(\d{1,5})(?:\/\d+)?$/.exec(port);
  if (!found || Number(found[1]) > 65_535 || protocol === '' || formats.length === 0) {
    throw new Malformed(`"m=${value.slice(0, 40)}" is no medium.`, 488);
  }
  return { kind, port: Number(found[1]), protocol, formats, lines: [] };
}

function parseOrigin(value: string): Sdp['origin'] {
  const [user = '', id = '', version = '', ...address] = value.trim().split(/\s+/);
  if (!/^\d+$/.test(id) || !/^\d+$/.test(version) || address.length !== 3) {
    throw new Malformed(`"o=${value.slice(0, 40)}" is no origin.`, 488);
  }
  return { user, id, version, address: address.join(' ') };
}

export function formatSdp(sdp: Sdp): Buffer {
  const { user, id, version, address } = sdp.origin;
  const media = sdp.media.flatMap(({ kind, port, protocol, formats, lines }) => [
    `m=${kind} ${port} ${protocol} ${formats.join(' ')}`,
    ...lines,
  ]);
  const lines = ['v=0', `o=${user} ${id} ${version} ${address}`, `s=${sdp.name}`, ...sdp.lines, ...media];
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'utf8');
}

/** Who may be heard: the medium's own direction, else the session's; nobody where the address is 0.0.0.0 (RFC 2543). */
export function directionOf(sdp: Sdp, medium: SdpMedia): Direction {
  const connection = [...sdp.lines, ...medium.lines].findLast((line) => line.startsWith('c='));
  if (connection?.trim().endsWith(' 0.0.0.0')) return 'inactive';
  const stated = [...sdp.lines, ...medium.lines].flatMap((line) => {
    const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line);
    // The pattern has found one of the four.
    return found ? [found[1] as Direction] : [];
  });
  return stated.at(-1) ?? 'sendrecv';
}

/** The same description with every medium in this direction. */
export function withDirection(sdp: Sdp, direction: Direction): Sdp {
  const without = (lines: readonly string[]) =>
    lines.filter((line) => !/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.test(line));
  return {
    ...sdp,
    lines: without(sdp.lines),
    media: sdp.media.map((medium) => ({ ...medium, lines: [...without(medium.lines), `a=${direction}`] })),
  };
}

/** The origin that all descriptions of one dialog have: each new one counts its version up (RFC 3264 8). */
export function withOrigin(sdp: Sdp, origin: { id: string; version: number; host: string }): Sdp {
  const family = origin.host.includes(':') ? 'IP6' : 'IP4';
  const address = `IN ${family} ${origin.host}`;
  return { ...sdp, origin: { user: 'ringback', id: origin.id, version: String(origin.version), address } };
}

/**
 * An offer that connects to nobody: audio in the usual codecs, sent to no address (RFC 3725, "black hole"). A leg is
 * dialed with it before it is known with whom it will speak.
 */
export function heldOffer(): Sdp {
  return {
    origin: { user: 'ringback', id: '0', version: '0', address: 'IN IP4 0.0.0.0' },
    name: '-',
    lines: ['c=IN IP4 0.0.0.0', 't=0 0'],
    media: [
      {
        kind: 'audio',
        port: 9,
        protocol: 'RTP/AVP',
        formats: ['0', '8', '101'],
        lines: [
          'a=rtpmap:0 PCMU/8000',
          'a=rtpmap:8 PCMA/8000',
          'a=rtpmap:101 telephone-event/8000',
          'a=fmtp:101 0-15',
          'a=inactive',
        ],
      },
    ],
  };
}

/** An answer to an offer that lets it wait: as many media, each inactive, those other than audio refused (RFC 3264 6). */
export function heldAnswer(offer: Sdp): Sdp {
  const media = offer.media.map((medium) => ({
    kind: medium.kind,
    port: medium.kind === 'audio' && medium.port > 0 ? 9 : 0,
    protocol: medium.protocol,
    formats: medium.formats,
    lines: [...medium.lines.filter((line) => line.startsWith('a=rtpmap:') || line.startsWith('a=fmtp:')), 'a=inactive'],
  }));
  return { ...heldOffer(), media };
}

/** An offer in a session with these media before: none may go away, so those that it lacks are refused (RFC 3264 8). */
export function fittedOffer(sdp: Sdp, before: Sdp | undefined): Sdp {
  return { ...sdp, media: [...sdp.media, ...(before?.media ?? []).slice(sdp.media.length).map(refusedMedium)] };
}

/** An answer with as many media as the offer, those that it lacks refused (RFC 3264 6). */
export function fittedAnswer(sdp: Sdp, offer: Sdp): Sdp {
  return { ...sdp, media: offer.media.map((medium, at) => sdp.media[at] ?? refusedMedium(medium)) };
}

function refusedMedium({ kind, protocol, formats }: SdpMedia): SdpMedia {
  return { kind, port: 0, protocol, formats, lines: [] };
}
