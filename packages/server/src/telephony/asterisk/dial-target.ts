import type { DialRequest } from '../switch.js';
import type { Hop } from './carried-leg.js';
import type { AsteriskSettings } from './settings.js';

type Endpoints = Pick<AsteriskSettings, 'phones' | 'trunks' | 'endpoint'>;

/** What a number may be made of: nothing that means something else in a dial string of Asterisk. */
const NUMBER = /^[A-Za-z0-9+*#._-]{1,80}$/;
/** Header names and values that can be written into one header. */
const HEADER_NAME = /^[A-Za-z0-9!%'*+._`~-]{1,80}$/;
const ONE_LINE = /^[^\r\n]*$/;

/**
 * Where a leg is dialed from one server: the endpoint of the phone, or of each trunk in turn.
 * @returns none when there is no such phone or trunk, or the number cannot be one
 */
export function hopsFor({ to, from, route }: DialRequest, server: string, settings: Endpoints): Hop[] {
  const { phones = {}, trunks = {}, endpoint = 'PJSIP/{number}' } = settings;
  if (!route || route.kind === 'device') {
    const phone = phones[route?.device ?? to];
    const at = typeof phone === 'object' ? phone[server] : phone;
    if (at !== undefined) return [{ endpoint: at, from }];
    return route || phone !== undefined || !NUMBER.test(to) ? [] : [{ endpoint: filled(endpoint, to), from }];
  }
  return route.hops.flatMap((hop) => {
    const trunk = trunks[hop.trunk];
    return trunk === undefined || !NUMBER.test(hop.to) ? [] : [{ endpoint: filled(trunk, hop.to), from: hop.from }];
  });
}

function filled(endpoint: string, number: string): string {
  return endpoint.replaceAll('{number}', number);
}

/** The caller shown, as Asterisk takes it: `"name" <number>`; undefined when there is none. */
export function callerId(name: string | undefined, number: string): string | undefined {
  const shown = printable(number).replace(/[<>"\s]/g, '');
  const quoted = printable(name ?? '').replace(/["\\]/g, '');
  if (quoted === '') return shown === '' ? undefined : shown;
  return `"${quoted}" <${shown}>`;
}

/** Channel variables: which application it belongs to, and the headers of the INVITE; impossible headers are left out. */
export function variablesFor(application: string, headers: DialRequest['headers'] = {}): Record<string, string> {
  const variables: Record<string, string> = { RINGBACK_APPLICATION: application };
  for (const [name, value] of Object.entries(headers)) {
    if (HEADER_NAME.test(name) && ONE_LINE.test(value)) variables[`PJSIP_HEADER(add,${name})`] = value;
  }
  return variables;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '').trim();
}
