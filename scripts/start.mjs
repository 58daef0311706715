// `npm start`: installs and builds what is missing or stale, then runs the server in this process.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('../packages/server/dist/cli/main.js');
await main(['start', ...process.argv.slice(2)]);
