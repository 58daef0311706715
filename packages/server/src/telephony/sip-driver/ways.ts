import { heldOffer } from '../sip/sdp.js';
import type { SipDialPlan, SipRoute } from '../sip/settings.js';
import { isToken } from '../sip/text.js';
import { bracketed } from '../sip/transport.js';
import { formatAddress, parseUri, sipUri } from '../sip/uri.js';
import type { Cause, DialRequest } from '../switch.js';
import type { Way } from './dialing.js';
import type { Registrar } from './registrar.js';
import type { Trunk } from './trunk.js';

export interface WaysParts {
  registrar: Registrar;
  trunks: ReadonlyMap<string, Trunk>;
  /** How many calls are on a trunk. */
  callsOn: (trunk: string) => number;
  dialPlan: SipDialPlan | undefined;
  /** The domain of our addresses towards phones. */
  domain: string;
  sessionSeconds: number;
  noReplyMs: number;
}

/** The ways to a party, in the order in which they are tried, those of one group at once; or why there is none. */
export function waysTo(request: DialRequest, parts: WaysParts): readonly (readonly Way[])[] | Cause {
  return parts.registrar.knows(request.to) ? waysToPhone(request, parts) : waysByTrunk(request, parts);
}

/** A phone that offers silence at first rings at all its contacts. */
function waysToPhone(request: DialRequest, { registrar, domain, sessionSeconds }: WaysParts): Way[][] | Cause {
  const contacts = registrar.contactsOf(request.to);
  if (contacts.length === 0) return 'device-offline';
  const group = contacts.map(({ contact, flow }) => ({
    device: request.to,
    call: {
      uri: contact,
      from: callerAddress(request, request.from, domain),
      to: formatAddress({ uri: sipUri(request.to, bracketed(domain)), parameters: new Map() }),
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
  const { trunks, dialPlan } = parts;
  const everywhere = () => [...trunks.keys()].map((trunk) => ({ trunk, number: request.to }));
  const routes: readonly SipRoute[] = dialPlan ? dialPlan({ to: request.to, from: request.from }) : everywhere();
  if (routes.length === 0) return 'invalid-number';
  const open = routes.flatMap((route) => {
    const trunk = trunks.get(route.trunk);
    const { maxCalls = Number.POSITIVE_INFINITY } = trunk?.settings ?? {};
    return trunk && parts.callsOn(trunk.name) < maxCalls ? [{ route, trunk }] : [];
  });
  if (open.length === 0) return 'congestion';
  // One that is down is tried last: it may have come up since somebody looked.
  const inOrder = [...open.filter(({ trunk }) => trunk.isUp), ...open.filter(({ trunk }) => !trunk.isUp)];
  return inOrder.map(({ route, trunk }) => [wayOver(trunk, route, request, parts)]);
}

function wayOver(trunk: Trunk, route: SipRoute, request: DialRequest, parts: WaysParts): Way {
  const { credentials, fromUser, offer } = trunk.settings;
  const from = route.from ?? request.from;
  const { domain } = trunk;
  const identity =
    fromUser === undefined || from === '' || from === fromUser
      ? {}
      : { 'P-Asserted-Identity': callerAddress(request, from, domain) };
  const uri = trunk.uriOf(route.number);
  return {
    trunk: trunk.name,
    call: {
      uri,
      from: callerAddress(request, fromUser ?? from, domain),
      to: formatAddress({ uri: parseUri(uri), parameters: new Map() }),
      peer: trunk.peer,
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
