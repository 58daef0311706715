import { describe, inject } from 'vitest';

const prepared = inject('asterisk');

/** The root of Asterisk, for tests inside `describeWithTelephones`. */
export function asteriskRoot(): string {
  if ('missing' in prepared) throw new Error(prepared.missing);
  return prepared.root;
}

/** Tests that need Asterisk, SIPp and baresip: skipped where the machine lacks them. */
export function describeWithTelephones(name: string, tests: () => void): void {
  describe.skipIf('missing' in prepared)(name, tests);
}

/** How often tests of crashes and cuts are repeated; `RINGBACK_TELEPHONY_ROUNDS`. */
export function rounds(usually: number): number {
  const asked = process.env.RINGBACK_TELEPHONY_ROUNDS;
  if (asked === undefined) return usually;
  if (!/^[1-9]\d*$/.test(asked)) throw new Error(`RINGBACK_TELEPHONY_ROUNDS is a whole number from 1, not '${asked}'.`);
  return Number(asked);
}
