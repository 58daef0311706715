#!/usr/bin/env node
// The command line of a checkout, fresh ones included: installs and builds what is missing or stale, then runs it.
import { endWithNpm } from '../scripts/end-with-npm.mjs';
import { prepare } from '../scripts/prepare.mjs';

await prepare();
endWithNpm();
const { main } = await import('../packages/server/dist/cli/main.js');
await main(process.argv.slice(2));
