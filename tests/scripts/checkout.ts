import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));

const LOCK = {
  packages: {
    '': { name: 'workspace' },
    'packages/server': { name: 'server' },
    'node_modules/tool': { version: '1.0.0' },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  },
};

/** Each notes that it ran, and makes what the real one would make. */
const FAKES: Record<string, string> = {
  'npm.js': `
    note('install');
    fs.mkdirSync('node_modules', { recursive: true });
    console.log('noise of npm');
    fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`,
  'node_modules/typescript/bin/tsc': `
    const isClient = process.argv.includes('packages/client');
    note(process.argv.includes('-p') ? 'types' : isClient ? 'client' : 'compile');
    if (isClient) { write('packages/client/dist/index.js', ''); process.exit(0); }
    if (fs.existsSync('packages/server/src/wrong.ts')) { console.log('wrong.ts is wrong'); process.exit(2); }
    write('packages/scxml/dist/index.js', '');
    for (const file of fs.readdirSync('packages/server/src')) write('packages/server/dist/' + file, '');
    write('packages/server/dist/cli/main.js', 'export async function main(argv) { console.log("ran", ...argv); }');`,
  'node_modules/vite/bin/vite.js': `
    note('bundle');
    write('dist/index.html', '');`,
  'node_modules/@biomejs/biome/bin/biome': "note('lint');",
  'node_modules/dependency-cruiser/bin/dependency-cruise.mjs': "note('floors');",
  'node_modules/vitest/vitest.mjs': `
    const suite = process.argv.includes('tests/telephony/vitest.config.ts') ? 'telephones' : 'tests';
    note(suite);
    const file = process.argv.find((argument) => argument.startsWith('--outputFile.json=')).split('=')[1];
    fs.copyFileSync(suite + '.json', file);
    process.exit(JSON.parse(fs.readFileSync(suite + '.json', 'utf8')).exitStatus);`,
};

const PRELUDE = `
import * as fs from 'node:fs';
import * as path from 'node:path';
const note = (what) => fs.appendFileSync(JOURNAL, what + '\\n');
const write = (file, text) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, text); };
`;

/** A small checkout with the real scripts and, instead of the tools that they call, some that note that they ran. */
export class Checkout {
  private constructor(readonly directory: string) {}

  static async create(): Promise<Checkout> {
    const checkout = new Checkout(await mkdtemp(join(tmpdir(), 'ringback-checkout-')));
    await cp(SCRIPTS, join(checkout.directory, 'scripts'), { recursive: true });
    await checkout.write('package.json', '{ "type": "module" }');
    await checkout.write('package-lock.json', JSON.stringify(LOCK));
    await checkout.write('tsconfig.base.json', '{}');
    for (const name of ['scxml', 'server', 'console', 'client']) {
      await checkout.write(`packages/${name}/package.json`, '{}');
      await checkout.write(`packages/${name}/tsconfig.json`, '{}');
      await checkout.write(`packages/${name}/src/one.ts`, '1');
    }
    const prelude = PRELUDE.replace('JOURNAL', JSON.stringify(join(checkout.directory, 'journal')));
    for (const [file, body] of Object.entries(FAKES)) await checkout.write(file, prelude + body);
    await checkout.write('node_modules/package.json', '{ "type": "module" }');
    await checkout.write('journal', '');
    return checkout;
  }

  async write(file: string, text: string): Promise<void> {
    const path = join(this.directory, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  remove(file: string): Promise<void> {
    return rm(join(this.directory, file), { recursive: true });
  }

  /** What ran since the last call, in order. */
  async ran(): Promise<string[]> {
    const journal = await readFile(join(this.directory, 'journal'), 'utf8');
    await this.write('journal', '');
    return journal.split('\n').filter(Boolean);
  }

  /** Runs a script of the checkout. */
  run(script: string, ...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [`scripts/${script}`, ...args], {
      cwd: this.directory,
      env: { PATH: process.env.PATH, npm_execpath: join(this.directory, 'npm.js') },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
  }

  destroy(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }
}
