import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Activity, ManualClock, silentLogger } from '../../src/kernel/index.js';
import { Simulator } from '../../src/telephony/simulator/index.js';

const HOOKS = new URL('./typescript-hooks.mjs', import.meta.url).href;
const PROCESS = fileURLToPath(new URL('./dialing-process.ts', import.meta.url));

/** Legs that are dialed while the process is being killed; all of them together fit into the ledger's two segments. */
const BEYOND = 20;

/** Runs the dialing process, kills it with SIGKILL after so many legs, and tells which legs it had seen taken. */
async function dialUntilKilled(directory: string, legs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', HOOKS, PROCESS, directory, String(legs + BEYOND)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close');
  const taken: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    taken.push(line);
    if (taken.length === legs) child.kill('SIGKILL');
  }
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
  return taken;
}

it('the ledger knows every call that was taken, whenever the process is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ringback-ledger-kill-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const taken: string[] = [];
  for (const legs of [1, 37, 203, 555, 18]) {
    taken.push(...(await dialUntilKilled(directory, legs)));
    const activity = new Activity();
    const simulator = new Simulator({
      directory,
      clock: new ManualClock(Date.now(), activity),
      activity,
      log: silentLogger,
      agentOf: () => undefined,
      normalise: () => undefined,
    });
    await simulator.start();
    const reports = await simulator.reconcile(taken);
    expect(reports.filter(({ known }) => !known)).toEqual([]);
    await simulator.close();
  }
  const placed = ['ledger.jsonl', 'ledger.1.jsonl'].flatMap((name) =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"e":"call"'))
      .map((line) => JSON.parse(line).call.id),
  );
  expect(new Set(placed).size).toBe(placed.length);
  expect(new Set(placed)).toEqual(new Set([...placed, ...taken]));
}, 120_000);
