import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfiguration } from '../../packages/server/src/config/index.js';
import { configurationFiles } from '../../packages/server/src/telephony/asterisk/configuration-files.js';

const FOLDER = fileURLToPath(new URL('../../containers', import.meta.url));
const ROOT = dirname(FOLDER);

interface Service {
  build?: string | { context: string; dockerfile?: string };
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  env_file?: string;
  command?: string[];
}
interface Composition {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const read = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');
const composition = parse(read('compose.yaml')) as Composition; // its form is what is tested
const services = Object.entries(composition.services);

/** Where an image is built, and by which file. */
function buildOf({ build }: Service): { context: string; file: string } | undefined {
  if (build === undefined) return undefined;
  const { context, dockerfile = 'Dockerfile' } = typeof build === 'string' ? { context: build } : build;
  const folder = resolve(FOLDER, context);
  return { context: folder, file: join(folder, dockerfile) };
}

describe('the composition of containers', () => {
  it.each(services)('has everything that %s is built from and mounts', (_name, service) => {
    const build = buildOf(service);
    if (build) {
      const text = readFileSync(build.file, 'utf8');
      expect(text).toMatch(/^FROM /m);
      for (const [, sources = ''] of text.matchAll(/^COPY (?!--from)(?:--\S+ )?(.+) \S+$/gm)) {
        for (const source of sources.split(' ')) expect(existsSync(join(build.context, source)), source).toBe(true);
      }
    }
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(resolve(FOLDER, source)), source).toBe(true);
      else expect(Object.keys(composition.volumes)).toContain(source);
    }
    for (const other of Object.keys(service.depends_on ?? {}))
      expect(Object.keys(composition.services)).toContain(other);
  });

  it('has a configuration without an error, whose secrets all have a place', () => {
    const text = read('ringback.yaml');
    expect(parseConfiguration(text, 'ringback.yaml').objects.map(({ kind }) => kind)).toContain('switch');
    const secrets = [...text.matchAll(/\{ env: (\w+) \}/g)].map(([, name]) => name);
    const given = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(secrets.length).toBeGreaterThan(2);
    expect(given).toEqual(expect.arrayContaining(secrets));
  });

  it('mounts what Ringback writes for Asterisk where Asterisk includes it', () => {
    const writer = composition.services['asterisk-config'];
    expect(writer?.command).toEqual(expect.arrayContaining(['asterisk-config', '--directory', '/etc/asterisk']));
    expect(writer?.volumes).toContain('asterisk-config:/etc/asterisk/ringback');
    expect(composition.services.asterisk?.volumes).toContain('asterisk-config:/etc/asterisk/ringback');
    const files = configurationFiles({
      ...{ applications: ['ringback'], user: 'u', secret: 's', bindAddress: '127.0.0.1', port: 8088 },
      ...{ amdContext: 'amd', phones: [], trunks: [] },
    });
    const [, appended = ''] = /for part in ([\w ]+); do/.exec(read('asterisk', 'Dockerfile')) ?? [];
    const included = appended.split(' ').map((part) => `ringback/${part}.conf`);
    if (read('asterisk', 'pjsip.conf').includes('#include ringback/pjsip.conf')) included.push('ringback/pjsip.conf');
    expect(included.sort()).toEqual(files.map(({ name }) => name).sort());
  });

  it('starts Asterisk by a script that the shell understands', () => {
    expect(execFileSync('sh', ['-n', join(FOLDER, 'asterisk', 'entrypoint.sh')], { encoding: 'utf8' })).toBe('');
  });

  it('keeps passwords and what is built at home out of the images', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', 'containers/.env']));
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('containers/.env');
  });
});
