import type { TestProject } from 'vitest/node';
import { prepareAsterisk } from '../../scripts/asterisk-root.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the unpacked root of Asterisk is; without one, why. */
    asterisk: { root: string } | { missing: string };
  }
}

/** Global set-up of vitest: one Asterisk root for all files. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const prepared = await prepareAsterisk();
  if ('missing' in prepared) {
    process.stderr.write(`telephony tests skipped: ${prepared.missing}\n`);
    project.provide('asterisk', prepared);
    return () => undefined;
  }
  process.stderr.write(`telephony tests: Asterisk ${prepared.version} in ${prepared.root}\n`);
  project.provide('asterisk', { root: prepared.root });
  return prepared.remove;
}
