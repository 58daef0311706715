// Builds what is stale and runs one benchmark: `npm run bench -- booking [arguments]` runs bench/booking/booking.ts.
// One with a package of its own (peers to compare with) gets that installed first and runs its bench.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const own = existsSync(`${root}/bench/${name}/package.json`);
if (!name || (!own && !existsSync(`${root}/bench/${name}/${name}.ts`))) {
  console.error(`There is no benchmark '${name ?? ''}': name a folder of bench/.`);
  process.exit(2);
}
const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
run(process.execPath, ['scripts/build.mjs']);
if (own) {
  if (!existsSync(`${root}/bench/${name}/node_modules`)) run('npm', ['install', '--prefix', `bench/${name}`]);
  run(process.execPath, [`bench/${name}/bench.mjs`, ...rest]);
  process.exit(0);
}
run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'bench']);
run(process.execPath, [`bench/dist/${name}/${name}.js`, ...rest]);
