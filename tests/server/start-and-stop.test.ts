import { execFileSync, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, ServerProcess, type ServerProcessOptions } from './server-process.js';

const ENTRY = fileURLToPath(new URL('../../packages/server/dist/cli/ringback.js', import.meta.url));
/** PostgreSQL recovers, beside other tests. */
const PATIENCE_MS = 150_000;
const started: ServerProcess[] = [];

async function server(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const created = await ServerProcess.create(options);
  started.push(created);
  return created;
}

/** Runs a command of the program to its end. */
function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ status: number | null; error: string; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, ...env } });
    let error = '';
    let output = '';
    child.stderr.on('data', (chunk) => {
      error += chunk;
    });
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (status) => resolve({ status, error, output }));
  });
}

afterEach(async () => {
  for (const one of started.splice(0)) await one.dispose();
});

describe('start', () => {
  it('serves health, readiness, metrics, the API description and its page', async () => {
    const one = await (await server()).start();
    expect((await one.get('/healthz')).status).toBe(200);
    expect((await one.get('/readyz')).status).toBe(200);
    expect((await one.get('/metrics')).text).toMatch(/^# HELP /m);
    const description = (await one.get('/api/v1/openapi.json')).json as { openapi: string; paths: object };
    expect(description.openapi).toMatch(/^3\.1/);
    expect(Object.keys(description.paths)).toContain('/api/v1/services');
    expect((await one.get('/docs/')).text).toContain('<html');
    expect((await one.get('/console/')).text).toContain('<div id="root">');
  });

  it('refuses a second server on the same data directory, and names the first', async () => {
    const one = await (await server()).start();
    const second = await run(['start', '--port', '0', '--data', one.data]);
    expect(second.status).toBe(1);
    expect(second.error).toContain(String(one.pid));
    expect((await one.get('/healthz')).status).toBe(200);
  });

  it('refuses an address that others can reach unless authentication is configured', async () => {
    const one = await server();
    const refused = await run(['start', '--host', '0.0.0.0', '--port', '0', '--data', one.data]);
    expect(refused.status).toBe(1);
    expect(refused.error).toMatch(/authentication/i);
  });

  it('names file, line, object and field of a wrong configuration, and starts nothing', async () => {
    const one = await server({
      config: 'services:\n  Support:\n    _type: ors\n    _service: callback\n    _max_dial_attempts: "many"\n',
    });
    await expect(one.start()).rejects.toThrow(/\.yaml.*5.*Support.*_max_dial_attempts/s);
    expect(await readdir(one.data)).toEqual([]);
  });

  it.each([
    ['--port', '70000'],
    ['--port', 'http'],
  ])('refuses %s %s', async (...flags) => {
    const refused = await run(['start', ...flags]);
    expect(refused.status).toBe(1);
    expect(refused.error).toContain('port');
  });

  it('prints help for each command', async () => {
    for (const command of ['start', 'apply', 'import', 'simulate', 'export', 'migrate', 'check']) {
      const help = await run([command, '--help']);
      expect(help.status, command).toBe(0);
      expect(help.output).toContain('Usage: ringback');
    }
  });
});

describe('stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly on %s with status 0, and its database too', async (signal) => {
    const one = await (await server()).start();
    const pid = await postmasterOf(one);
    expect(await one.end(signal)).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('recovers by itself after kill -9, with a PostgreSQL left behind', async () => {
    const one = await (await server()).start();
    await one.put('/api/v1/services/kept', { _type: 'ors', _service: 'hello' });
    const pid = await postmasterOf(one);
    await one.end('SIGKILL');
    expect(isAlive(pid)).toBe(true);
    await one.start();
    expect((await one.get('/api/v1/services/kept')).status).toBe(200);
  });
});

describe('a database that goes away', () => {
  it('is answered with 503 and is used again when it is back, without a restart', async () => {
    const one = await (await server()).start();
    const pid = await postmasterOf(one);
    process.kill(pid, 'SIGKILL');
    const away = await eventually(
      () => one.put('/api/v1/services/late', { _type: 'ors', _service: 'hello' }),
      ({ status }) => status === 503 || status < 300,
      PATIENCE_MS,
    );
    // It may have been back already.
    expect([503, 200, 201]).toContain(away.status);
    const back = await eventually(
      () => one.put('/api/v1/services/late', { _type: 'ors', _service: 'hello' }),
      ({ status }) => status < 300,
      PATIENCE_MS,
    );
    expect([200, 201]).toContain(back.status);
    expect(
      await eventually(
        () => one.get('/readyz'),
        ({ status }) => status === 200,
        PATIENCE_MS,
      ),
    ).toBeTruthy();
  }, 500_000);
});

/** The process id of the embedded PostgreSQL, from its own file. */
async function postmasterOf(one: ServerProcess): Promise<number> {
  const content = await readFile(join(one.data, 'postgres', 'postmaster.pid'), 'utf8');
  return Number(content.split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
