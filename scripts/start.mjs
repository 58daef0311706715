// `npm start`: installs and builds what is missing or stale, then runs the server in this process. (The script in
// package.json says `exec`: the shell between npm and this process would otherwise take npm's SIGTERM for itself.)
import { endWithNpm } from './end-with-npm.mjs';
import { prepare } from './prepare.mjs';

await prepare();
endWithNpm();
const { main } = await import('../packages/server/dist/cli/main.js');
await main(['start', ...process.argv.slice(2)]);
