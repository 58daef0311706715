import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('../../packages/server/dist/cli/ringback.js', import.meta.url));
const run = promisify(execFile);
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-simulate-'));
});
afterAll(() => rm(directory, { recursive: true }));

const CONFIG = `
services:
  Callback: { _type: ors, _service: callback, _call_direction: USERTERMINATED, _target: "Support@GA", password: s3cret, username: app }
agents: [{ id: a1, dn: "2001", groups: [Support] }]
agentGroups: [{ name: Support }]
dns: [{ number: "8999", type: RoutePoint, options: { application: inbound-routing } }]
users: [{ name: root, password: r, roles: [administrator] }]
`;

const DAY = `
from: 2026-11-23T09:00:00Z
hours: 0.5
seed: 4
callbacks: [{ service: Callback, perHour: 12 }]
calls: [{ to: "8999", perHour: 8 }]
parties: [{ share: 1, outcome: answer, ringSeconds: 2, talkSeconds: 40 }]
`;

it('lives through a day with callbacks and calls, and leaves nothing', { timeout: 180_000 }, async () => {
  const [config, day] = ['config.yaml', 'day.yaml'].map((name) => join(directory, name));
  await writeFile(String(config), CONFIG);
  await writeFile(String(day), DAY);
  const environment = { ...process.env, RINGBACK_CONFIG: config };
  const arguments_ = [ENTRY, 'simulate', String(day), '--json'];
  const { stdout } = await run(process.execPath, arguments_, { env: environment, cwd: directory });
  const report = JSON.parse(stdout);
  expect(report.total.callbacks).toBeGreaterThan(0);
  expect(report.total).toMatchObject({ refused: 0, connected: report.total.callbacks });
  expect(report.outcomes).toEqual({ AGENT_CONNECTED: report.total.callbacks });
  expect(report.total.calls).toBeGreaterThan(0);
  expect(report.total.answered + report.total.abandoned).toBe(report.total.calls);
  expect(report.utilisation).toBeGreaterThan(0);
  expect(report.hours).toMatchObject([{ from: Date.UTC(2026, 10, 23, 9) }]);
  expect(await readdir(directory)).toEqual(['config.yaml', 'day.yaml']);
});
