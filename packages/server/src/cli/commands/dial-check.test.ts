import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { dialCheckCommand } from './dial-check.js';

const FILE = `
agents:
  - { id: a100, dn: "2001" }
switch:
  driver: simulator
  trunks:
    carrier: { numberFormat: national, country: DE }
    spare: { weight: 0 }
  dialPlan:
    country: DE
    rules:
      - { name: no mobiles, match: "^\\\\+491", campaigns: [Spring], refuse: mobiles are not called }
  callerIds:
    spring: { numbers: [{ number: "089 100100", attestation: A }], campaigns: [Spring] }
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-dial-check-'));
  await writeFile(join(folder, 'ringback.yaml'), FILE);
  await writeFile(join(folder, 'plain.yaml'), 'switch: { driver: simulator }');
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function printed(...argv: string[]): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(...String(text).trimEnd().split('\n')) > 0);
  await dialCheckCommand().parseAsync(['-f', join(folder, 'ringback.yaml'), ...argv], { from: 'user' });
  return lines;
}

it('prints what was looked at, the number shown and the ways out', async () => {
  expect(await printed('089', '1234567', '--campaign', 'Spring')).toEqual([
    'devices of the house     none has this number',
    'number                   is +49891234567',
    'rule no mobiles          +49891234567 does not match ^\\+491',
    'rules                    none applies: it is dialed',
    'trunks                   carrier, then spare',
    'caller number            +4989100100 (attestation A): pool of campaign Spring; nearest: +49891 in common',
    'result                   trunk carrier: dials 0891234567, showing 089100100',
    'if that is not taken     trunk spare: dials +49891234567, showing +4989100100',
  ]);
  expect(process.exitCode).toBeUndefined();
});

it.for<[string[], string]>([
  [['0171 2345678', '--campaign', 'Spring'], 'result                   refused: mobiles are not called'],
  [['112'], 'result                   refused: an emergency number'],
])('ends with status 1 when the number is refused: %s', async ([argv, last]) => {
  expect((await printed(...argv)).at(-1)).toBe(last);
  expect(process.exitCode).toBe(1);
});

it('knows the telephones of agents', async () => {
  expect((await printed('2001')).at(-1)).toBe('result                   rings the device 2001');
});

it('prints JSON for programs', async () => {
  const decision = JSON.parse((await printed('+49171', '--from', '+4989', '--json')).join('\n'));
  expect(decision).toMatchObject({ route: { kind: 'trunk' }, from: '+4989' });
});

it('says that there is nothing to look at', async () => {
  const [line] = await printed('112', '-f', join(folder, 'plain.yaml'));
  expect(line).toMatch(/^result {19}dials 112 as it is: the switch in .*plain\.yaml has no dial plan/);
});
