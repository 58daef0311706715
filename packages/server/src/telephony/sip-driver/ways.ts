import { heldOffer } from '../sip/sdp.js';
import { isToken } from '../sip/text.js';
import { bracketed, type Peer } from '../sip/transport.js';
import { formatAddress, parseUri, sipUri } from '../sip/uri.js';
import type { Cause, DialRequest } from '../switch.js';
import type { Way } from './dialing.js';
import type { Registrar } from './registrar.js';
import type { Trunk } from './trunk.js';

/** One trunk to try, with the numbers as it wants them. */
type Hop = Extract<NonNullable<DialRequest['route']>, { kind: 'trunk' }>['hops'][number];

export interface WaysParts {
  registrar: Registrar;
  trunks: ReadonlyMap<string, Trunk>;
  /** How many calls are on a trunk. */
  callsOn: (trunk: string) => number;
  /** The domain of our addresses towards phones. */
  domain: string;
  sessionSeconds: number;
  noReplyMs: number;
}

/** The ways to a party, in the order in which they are tried, those of one group at once; or why there is none. */
export function waysTo(request: DialRequest, parts: WaysParts): readonly (readonly Way[])[] | Cause {
  const device = phoneOf(request, parts.registrar);
  return device === undefined ? waysByTrunk(request, parts) : waysToPhone(device, request, parts);
}

/** The phone that a request is for, if it is for one. */
export function phoneOf({ to, route }: DialRequest, registrar: Registrar): string | undefined {
  if (route) return route.kind === 'device' ? route.device : undefined;
  return registrar.knows(to) ? to : undefined;
}

/** A phone is offered silence at first, and rings at all its contacts. */
function waysToPhone(device: string, request: DialRequest, parts: WaysParts): Way[][] | Cause {
  const { registrar, domain, sessionSeconds } = parts;
  const contacts = registrar.contactsOf(device);
  if (contacts.length === 0) return 'device-offline';
  const group = contacts.map(({ contact, flow }) => ({
    device,
    call: {
      uri: contact,
      from: callerAddress(request, request.from, domain),
      to: formatAddress({ uri: sipUri(device, bracketed(domain)), parameters: new Map() }),
      peer: flow,
      keepsFlow: true,
      offer: heldOffer(),
      sessionSeconds,
      headers: ownHeaders(request),
    },
  }));
  return [group];
}

function waysByTrunk(request: DialRequest, parts: WaysParts): Way[][] | Cause {
  const { trunks } = parts;
  const everywhere = () => [...trunks.keys()].map((trunk) => ({ trunk, to: request.to, from: request.from }));
  const hops: readonly Hop[] = request.route?.kind === 'trunk' ? request.route.hops : everywhere();
  if (hops.length === 0) return 'invalid-number';
  const open = hops.flatMap((hop) => {
    const trunk = trunks.get(hop.trunk);
    const { maxCalls = Number.POSITIVE_INFINITY } = trunk?.settings ?? {};
    return trunk && parts.callsOn(trunk.name) < maxCalls ? [{ hop, trunk }] : [];
  });
  if (open.length === 0) return 'congestion';
  // One that is down is tried last: it may have come up since somebody looked.
  const inOrder = [...open.filter(({ trunk }) => trunk.isUp), ...open.filter(({ trunk }) => !trunk.isUp)];
  const ways = inOrder.flatMap(({ hop, trunk }) =>
    trunk.peers().map((peer) => [wayOver(trunk, peer, hop, request, parts)]),
  );
  return ways.length === 0 ? 'congestion' : ways;
}

function wayOver(trunk: Trunk, peer: Peer, hop: Hop, request: DialRequest, parts: WaysParts): Way {
  const { credentials, fromUser, offer } = trunk.settings;
  const { from } = hop;
  const { domain } = trunk;
  const identity =
    fromUser === undefined || from === '' || from === fromUser
      ? {}
      : { 'P-Asserted-Identity': callerAddress(request, from, domain) };
  const uri = trunk.uriOf(hop.to);
  return {
    trunk: trunk.name,
    call: {
      uri,
      from: callerAddress(request, fromUser ?? from, domain),
      to: formatAddress({ uri: parseUri(uri), parameters: new Map() }),
      peer,
      keepsFlow: false,
      routes: trunk.routes,
      ...(credentials && { credentials }),
      ...(offer === 'held' && { offer: heldOffer() }),
      sessionSeconds: parts.sessionSeconds,
      noReplyMs: parts.noReplyMs,
      headers: { ...ownHeaders(request), ...identity },
    },
  };
}

/** RFC 3261 8.1.1.3: who keeps the number back is anonymous. */
function callerAddress({ callerName }: DialRequest, from: string, domain: string): string {
  if (from === '') return '"Anonymous" <sip:anonymous@anonymous.invalid>';
  const uri = sipUri(from, domain);
  return formatAddress({ uri, parameters: new Map(), ...(callerName !== undefined && { display: callerName }) });
}

/** Headers that the dialer may add: those of private use, so that none of the protocol's is touched. */
function ownHeaders({ headers = {} }: DialRequest): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => isToken(name) && /^(x|p)-/i.test(name));
  return Object.fromEntries(own);
}
