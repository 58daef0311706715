import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../kernel/index.js';
import { ConfigurationFileError, parseConfiguration } from './file.js';
import { shown, withStoredSecrets } from './secrets.js';
import { readSecret } from './switch-secrets.js';

function complaintsOf(text: string): string[] {
  try {
    parseConfiguration(text, 'f');
  } catch (error) {
    if (error instanceof ConfigurationFileError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the switch in a configuration file', () => {
  test.for<[string, string, string]>([
    ['an unknown driver', '{ driver: pbx }', 'f:2:5: switch/driver is "pbx", must be one of simulator, sip, asterisk'],
    [
      'what another driver reads',
      '{ driver: sip, servers: {} }',
      'f:2:18: switch/servers is for the driver asterisk, but the driver is sip',
    ],
    [
      'Asterisk without a server',
      '{ driver: asterisk }',
      'f:2:3: switch/servers must name at least one Asterisk server',
    ],
    [
      'a trunk without address',
      '{ driver: sip, trunks: { a: {} } }',
      'f:2:28: switch/trunks/a/address is missing: the driver sip sends calls there',
    ],
    [
      'a registration without a name',
      '{ driver: sip, trunks: { a: { address: h, register: true } } }',
      'f:2:28: switch/trunks/a/username is missing: the trunk is to be registered',
    ],
    [
      'TLS without certificate',
      '{ driver: sip, listen: [{ transport: tls }] }',
      'f:2:27: switch/listen/0 needs certificate and key, since it is tls',
    ],
    [
      'a rule with a trunk that is not there',
      '{ driver: simulator, dialPlan: { rules: [{ name: r, trunks: [x] }] } }',
      'f:2:64: switch/dialPlan/rules/0/trunks/0 is "x", which is no trunk of the switch',
    ],
    [
      'a caller number that is none',
      '{ driver: simulator, callerIds: { p: { numbers: [{ number: abc }] } } }',
      'f:2:54: switch/callerIds/p/numbers/0/number is "abc", must be a telephone number, such as +49891234567',
    ],
    [
      'a campaign in two pools',
      '{ driver: simulator, callerIds: { p: { numbers: [{ number: "+498912345" }], campaigns: [C] }, ' +
        'q: { numbers: [{ number: "+498912345" }], campaigns: [C] } } }',
      'f:2:151: switch/callerIds/q/campaigns/0 is in the pool "p" already',
    ],
    [
      'a browser without an address to connect to',
      '{ driver: asterisk, servers: { a: { url: "http://h:8088", username: u } }, phones: { "2001": { webrtc: true } } }',
      'f:2:3: switch/softphone is missing: phone 2001 is a browser, which must know where to connect',
    ],
  ])('is refused with its place: %s', ([, text, complaint]) => {
    expect(complaintsOf(`switch:\n  ${text}\n`)).toEqual([complaint]);
  });

  test('refuses an expression that is none, and two rules of a name', () => {
    const rules = '[{ name: r, match: "(" }, { name: r }]';
    expect(complaintsOf(`switch:\n  { driver: simulator, dialPlan: { rules: ${rules} } }\n`)).toEqual([
      expect.stringContaining('switch/dialPlan/rules/0/match is no regular expression'),
      expect.stringContaining('switch/dialPlan/rules/1/name is "r", as another rule is'),
    ]);
  });

  test('may be given in full', () => {
    expect(complaintsOf(FULL)).toEqual([]);
  });
});

const FULL = `
switch:
  driver: asterisk
  servers:
    one: { url: "http://10.0.0.5:8088", username: ringback, secret: { env: ARI_SECRET }, weight: 2 }
  installation: north
  trunks:
    carrier: { endpoint: carrier, numberFormat: national, country: DE, weight: 5 }
  phones:
    "2001": { secret: s3cret, webrtc: true }
  softphone: { url: "wss://pbx.example.com:8089/ws", iceServers: ["stun:stun.example.com"] }
  routingPoints: { "+498970000": "8999" }
  prompts: ringback/
  dialPlan:
    country: DE
    allow: [premium]
    rules: [{ name: all, match: "^\\\\+49", strip: 1, prepend: "0", trunks: [carrier] }]
    otherwise: refuse
  callerIds:
    spring: { numbers: [{ number: "089 100100", attestation: A, areas: ["+4989"] }], select: sticky, default: true }
`;

describe('the secrets of the switch', () => {
  const configured: JsonObject = {
    driver: 'sip',
    trunks: { a: { address: 'h', secret: 'written out' }, b: { address: 'i', secret: { env: 'X' } } },
    phones: { '2001': { secret: 'phone' } },
  };
  const without = {
    driver: 'sip',
    trunks: { a: { address: 'h' }, b: { address: 'i', secret: { env: 'X' } } },
    phones: { '2001': {} },
  };

  test('are shown to nobody', () => {
    expect(shown('switch', 'switch', configured, true)).toEqual(without);
  });

  test('stay as they are when what was shown is stored again', async () => {
    expect(await withStoredSecrets('switch', without, configured, true)).toEqual(configured);
    const changed = { ...without, phones: { '2001': { secret: 'new' }, '2002': {} } };
    expect(await withStoredSecrets('switch', changed, configured, true)).toEqual({
      ...configured,
      phones: { '2001': { secret: 'new' }, '2002': {} },
    });
  });

  test('are read from where they are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-secret-'));
    const file = join(folder, 'secret');
    try {
      await writeFile(file, 'from a file\nsecond line\n');
      expect(readSecret('text', 'w', {})).toBe('text');
      expect(readSecret({ env: 'X' }, 'w', { X: 'from outside' })).toBe('from outside');
      expect(readSecret({ file }, 'w', {})).toBe('from a file');
      expect(() => readSecret({ env: 'X' }, 'switch/trunks/a/secret', {})).toThrow(
        'switch/trunks/a/secret: the environment variable X is not set.',
      );
      expect(() => readSecret({ file: join(folder, 'none') }, 'w', {})).toThrow('cannot be read');
      await writeFile(file, '');
      expect(() => readSecret({ file }, 'w', {})).toThrow('is empty');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
