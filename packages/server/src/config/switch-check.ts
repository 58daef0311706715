import { RE2JS } from 're2js';
import { type ErrorDetail, type JsonObject, toE164 } from '../kernel/index.js';
import type { SwitchSettings } from './objects.js';
import { pointerTo } from './option-check.js';

/** Rules for the switch that its schema cannot say. */

/** Members that only one driver reads. */
const OF_DRIVER: Readonly<Partial<Record<keyof SwitchSettings, SwitchSettings['driver']>>> = {
  default: 'simulator',
  numbers: 'simulator',
  agents: 'simulator',
  seed: 'simulator',
  domain: 'sip',
  listen: 'sip',
  publicAddress: 'sip',
  openInbound: 'sip',
  sessionSeconds: 'sip',
  servers: 'asterisk',
  installation: 'asterisk',
  language: 'asterisk',
  speech: 'asterisk',
  musicClass: 'asterisk',
  toneZone: 'asterisk',
  prompts: 'asterisk',
};

export function checkSwitch(_name: string, value: JsonObject): ErrorDetail[] {
  const settings = value as SwitchSettings; // satisfies the schema, which is checked first
  return [
    ...foreignMembers(settings),
    ...driverNeeds(settings),
    ...trunkComplaints(settings),
    ...ruleComplaints(settings),
    ...poolComplaints(settings),
  ];
}

function foreignMembers(settings: SwitchSettings): ErrorDetail[] {
  return Object.entries(OF_DRIVER).flatMap(([member, driver]) =>
    member in settings && settings.driver !== driver
      ? [{ pointer: pointerTo(member), detail: `is for the driver ${driver}, but the driver is ${settings.driver}` }]
      : [],
  );
}

function driverNeeds({ driver, servers, listen, phones, softphone }: SwitchSettings): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  if (driver === 'asterisk' && !Object.values(servers ?? {}).some(({ enabled }) => enabled !== false)) {
    details.push({ pointer: '/servers', detail: 'must name at least one Asterisk server' });
  }
  for (const [index, { transport, certificate, key }] of (listen ?? []).entries()) {
    if (transport === 'tls' && (certificate === undefined || key === undefined)) {
      details.push({ pointer: pointerTo('listen', index), detail: 'needs certificate and key, since it is tls' });
    }
  }
  const browser = Object.entries(phones ?? {}).find(([, { webrtc }]) => webrtc === true);
  if (softphone !== undefined && !URL.canParse(softphone.url)) {
    details.push({
      pointer: '/softphone/url',
      detail: `is "${softphone.url}", must be an address, wss://host:port/ws`,
    });
  }
  if (browser && driver === 'sip') {
    const detail = 'is for the driver asterisk: the driver sip has no media for a browser';
    details.push({ pointer: pointerTo('phones', browser[0], 'webrtc'), detail });
  } else if (browser && softphone === undefined) {
    const detail = `is missing: phone ${browser[0]} is a browser, which must know where to connect`;
    details.push({ pointer: '/softphone', detail });
  }
  return details;
}

function trunkComplaints({ driver, trunks }: SwitchSettings): ErrorDetail[] {
  return Object.entries(trunks ?? {}).flatMap(([name, trunk]) => {
    const details: ErrorDetail[] = [];
    if (driver === 'sip' && trunk.address === undefined) {
      details.push({
        pointer: pointerTo('trunks', name, 'address'),
        detail: 'is missing: the driver sip sends calls there',
      });
    }
    if (trunk.register === true && trunk.username === undefined) {
      details.push({
        pointer: pointerTo('trunks', name, 'username'),
        detail: 'is missing: the trunk is to be registered',
      });
    }
    return details;
  });
}

function ruleComplaints({ trunks = {}, dialPlan }: SwitchSettings): ErrorDetail[] {
  const seen = new Set<string>();
  return (dialPlan?.rules ?? []).flatMap((rule, index) => {
    const details: ErrorDetail[] = [];
    const at = (...steps: (string | number)[]) => pointerTo('dialPlan', 'rules', index, ...steps);
    if (seen.has(rule.name)) details.push({ pointer: at('name'), detail: `is "${rule.name}", as another rule is` });
    seen.add(rule.name);
    const flaw = rule.match === undefined ? undefined : flawOf(rule.match);
    if (flaw !== undefined) details.push({ pointer: at('match'), detail: flaw });
    for (const [place, trunk] of (rule.trunks ?? []).entries()) {
      if (!Object.hasOwn(trunks, trunk)) {
        details.push({ pointer: at('trunks', place), detail: `is "${trunk}", which is no trunk of the switch` });
      }
    }
    return details;
  });
}

function flawOf(expression: string): string | undefined {
  try {
    RE2JS.compile(expression);
    return undefined;
  } catch (error) {
    return `is no regular expression that can be evaluated safely: ${error instanceof Error ? error.message : error}`;
  }
}

function poolComplaints({ callerIds, dialPlan }: SwitchSettings): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const owners = new Map<string, string>();
  const claim = (what: string, pool: string, pointer: string) => {
    const other = owners.get(what);
    if (other === undefined) owners.set(what, pool);
    else details.push({ pointer, detail: `is in the pool "${other}" already` });
  };
  for (const [name, pool] of Object.entries(callerIds ?? {})) {
    for (const [index, { number }] of pool.numbers.entries()) {
      if (toE164(number, dialPlan?.country) !== undefined) continue;
      const detail = `is "${number}", must be a telephone number, such as +49891234567`;
      details.push({ pointer: pointerTo('callerIds', name, 'numbers', index, 'number'), detail });
    }
    for (const member of ['campaigns', 'services'] as const) {
      for (const [index, claimed] of (pool[member] ?? []).entries()) {
        claim(`${member} ${claimed}`, name, pointerTo('callerIds', name, member, index));
      }
    }
    if (pool.default === true) claim('default', name, pointerTo('callerIds', name, 'default'));
  }
  return details;
}
