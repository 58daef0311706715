import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Activity, ManualClock, silentLogger, toE164 } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import { Simulator, type SimulatorOptions } from './simulator.js';

/** When the tests' clocks begin: 2030-01-01T00:00:00Z. */
export const START = 1_893_456_000_000;

export interface TestNetwork {
  simulator: Simulator;
  clock: ManualClock;
  activity: Activity;
  directory: string;
  /** Everything that was sent, in order. */
  events: SwitchEvent[];
  advance(seconds: number): Promise<void>;
  /** The process dies and starts again `downSeconds` later; afterwards `simulator` and `events` are new. */
  crash(downSeconds?: number): Promise<void>;
}

/** A directory of its own for a test; it is removed when the test is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ringback-simulator-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A started simulator on a clock that the test moves, where `2001` is the phone of agent `a1` and `2002` that of `a2`. */
export async function testNetwork(options: Partial<SimulatorOptions> = {}): Promise<TestNetwork> {
  const activity = new Activity();
  const clock = new ManualClock(START, activity);
  const directory = options.directory ?? temporaryDirectory();
  const make = () =>
    new Simulator({
      clock,
      activity,
      log: silentLogger,
      agentOf: (dn) => ({ 2001: 'a1', 2002: 'a2' })[dn],
      normalise: (number) => toE164(number, 'US'),
      ...options,
      directory,
    });
  const network: TestNetwork = {
    simulator: make(),
    clock,
    activity,
    directory,
    events: [],
    advance: (seconds) => clock.advance(seconds * 1000),
    crash: async (downSeconds = 0) => {
      // A dead process neither closes its files nor hears its timers; here the object just falls silent.
      await network.simulator.close();
      await clock.advance(downSeconds * 1000);
      network.simulator = make();
      await begin();
    },
  };
  async function begin(): Promise<void> {
    network.events = [];
    network.simulator.subscribe((event) => network.events.push(event));
    await network.simulator.start();
  }
  await begin();
  onTestFinished(() => network.simulator.close());
  return network;
}

/** A dial request with the usual values. */
export function call(legId: string, to: string, changes: { timeoutMs?: number; callProgress?: boolean } = {}) {
  return { legId, to, from: '8999', timeoutMs: 30_000, callProgress: false, ...changes };
}
