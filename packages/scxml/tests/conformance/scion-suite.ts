import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SimulatedHost } from '../../src/host/simulated-host.js';
import type { SessionPool } from '../../src/index.js';
import { isJsonObject, type JsonValue } from '../../src/json.js';
import { type HostSettings, suiteHost } from './run-suite.js';
import { frameworkTests } from './w3c-suite.js';

/** One scripted test of the SCION test framework. */
export interface ScionTest {
  /** `group/name`. */
  readonly name: string;
  readonly group: string;
  readonly url: string;
  readonly script: ScionScript;
}

export interface ScionScript {
  readonly initialConfiguration: string[];
  readonly events: { name: string; data: JsonValue | undefined; after: number; next: string[] }[];
}

/** Their first expectation conflicts with the Recommendation; the second one, for processors that follow it, counts. */
const withLegacyExpectation = new Set(['more-parallel/test10', 'more-parallel/test10b']);

/** The tests that are not the W3C's. */
export async function scionTests(): Promise<ScionTest[]> {
  const tests: ScionTest[] = [];
  for (const group of (await readdir(frameworkTests)).sort()) {
    if (group === 'w3c-ecma') continue;
    for (const file of (await readdir(join(frameworkTests, group))).sort()) {
      if (!file.endsWith('.json')) continue;
      const base = file.slice(0, -'.json'.length);
      const script: JsonValue = JSON.parse(await readFile(join(frameworkTests, group, file), 'utf8'));
      const url = pathToFileURL(join(frameworkTests, group, `${base}.scxml`)).href;
      tests.push({
        name: `${group}/${base}`,
        group,
        url,
        script: readScript(script, withLegacyExpectation.has(`${group}/${base}`)),
      });
    }
  }
  return tests;
}

function readScript(json: JsonValue, isLegacy: boolean): ScionScript {
  if (!isJsonObject(json)) throw new TypeError('A script is an object.');
  const legacy = json.legacySemantics;
  const source = isLegacy && isJsonObject(legacy) ? legacy : json;
  const events = Array.isArray(source.events) ? source.events : [];
  return {
    initialConfiguration: strings(source.initialConfiguration ?? json.initialConfiguration),
    events: events.filter(isJsonObject).map((entry) => {
      const event = isJsonObject(entry.event) ? entry.event : {};
      return {
        name: String(event.name),
        data: event.data,
        after: typeof entry.after === 'number' ? entry.after : 0,
        next: strings(entry.nextConfiguration),
      };
    }),
  };
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String).sort() : [];
}

/** Runs a script; the configurations of atomic states, each beside the expected one. */
export async function runScion(
  pool: SessionPool,
  test: ScionTest,
  settings: HostSettings,
): Promise<{ expected: string[]; actual: string[] }[]> {
  const host: SimulatedHost = suiteHost(pool, settings);
  const session = await host.start(test.url);
  if (session === undefined) throw new Error(`${test.name} was rejected.`);
  await host.settle();
  const text = await readFile(new URL(test.url), 'utf8');
  const atomic = atomicStates(text);
  const active = (): string[] => session.configuration.filter((id) => atomic.has(id)).sort();
  const steps = [{ expected: test.script.initialConfiguration, actual: active() }];
  for (const { name, data, after, next } of test.script.events) {
    if (after > 0) await host.advance(host.now + after);
    host.send(session.id, data === undefined ? { name } : { name, data });
    await host.settle();
    steps.push({ expected: next, actual: active() });
  }
  return steps;
}

/** Ids of states without child states, read without the engine under test. */
function atomicStates(text: string): Set<string> {
  const open: { id: string; hasChild: boolean }[] = [];
  const atomic = new Set<string>();
  const withoutComments = text.replace(/<!--[\s\S]*?-->/g, '');
  for (const tag of withoutComments.matchAll(/<(\/?)(?:\w+:)?(state|parallel|final)\b([^>]*?)(\/?)>/g)) {
    if (tag[1] === '/') {
      const closed = open.pop();
      if (closed !== undefined && !closed.hasChild) atomic.add(closed.id);
      continue;
    }
    const id = /\bid\s*=\s*["']([^"']*)["']/.exec(tag[3] ?? '')?.[1] ?? '';
    const parent = open[open.length - 1];
    if (parent !== undefined) parent.hasChild = true;
    if (tag[4] === '/') atomic.add(id);
    else open.push({ id, hasChild: false });
  }
  return atomic;
}
