import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { families, inertOptions, optionWarnings } from './index.js';

const ROOT = new URL('../../../../', import.meta.url);
const APPLICATIONS = ['callback/callback', 'callback-user-originated/callback-user-originated'];
/** Where the server reads callback options, and where tests set them. */
const CODE = ['packages/server/src/callback', 'packages/server/src/composition', 'packages/server/src/api/gms'];
const TESTS = [...CODE, 'packages/server/tests/callback', 'packages/server/src/calendar'];

const groups = families.find(({ id }) => id === 'callback')?.groups ?? [];
const options = groups.filter(({ title }) => title !== 'Every service').flatMap((group) => group.options);

async function textOf(folders: readonly string[], wanted: (name: string) => boolean): Promise<string> {
  const texts: string[] = [];
  for (const folder of folders) {
    const files = await readdir(new URL(`${folder}/`, ROOT), { withFileTypes: true });
    for (const file of files) {
      if (file.isFile() && wanted(file.name))
        texts.push(await readFile(new URL(`${folder}/${file.name}`, ROOT), 'utf8'));
    }
  }
  return texts.join('\n');
}

const namesIn = (text: string) => new Set(text.match(/_[a-z][a-z0-9_]*[a-z0-9]/g));

describe('every option of callback services', () => {
  test('is read by whom the catalogue says: the shipped applications, the server, or nobody for a reason', async () => {
    const flows = await Promise.all(APPLICATIONS.map((name) => readFile(new URL(`flows/${name}.scxml`, ROOT), 'utf8')));
    const byApplications = namesIn(flows.flatMap((text) => text.match(/_data\._[a-z0-9_]+/g) ?? []).join(' '));
    const byServer = namesIn(await textOf(CODE, (name) => name.endsWith('.ts') && !name.endsWith('.test.ts')));
    const wrong = options.flatMap(({ name, actor, inert }) => {
      if (inert !== undefined) return byApplications.has(name) ? [`${name}: inert, but an application reads it`] : [];
      if (actor === 'nobody') return [`${name}: nobody uses it, and there is no reason`];
      if (options.some(({ formerName }) => formerName === name)) return [];
      const readers = actor === 'application' ? byApplications : byServer;
      return readers.has(name) ? [] : [`${name}: ${actor ?? 'server'} does not read it`];
    });
    expect(wrong).toEqual([]);
  });

  test('that has an effect is set by a test', async () => {
    const set = namesIn(await textOf(TESTS, (name) => name.endsWith('.test.ts') || name.endsWith('-bed.ts')));
    const untested = options.filter(({ name, inert }) => inert === undefined && !set.has(name));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });
});

describe('an option that can have no effect', () => {
  test('is warned of when it is set to something of its own', () => {
    const service = {
      _type: 'ors',
      _service: 'callback',
      _urs_server_url: 'http://urs:7311',
      _urs_request_timeout: '100',
    };
    expect(inertOptions('services', 'Line', service)).toEqual([
      'Option _urs_server_url of service Line has no effect here, because the router is part of this server.',
    ]);
    expect(inertOptions('options', 'callback', { 'log-background-activity': 'true' })).toHaveLength(1);
  });
});

describe('a callback service without what its application needs', () => {
  const CALLBACK = { _type: 'ors', _service: 'callback' };
  test.each([
    [{ ...CALLBACK }, ['_target']],
    [{ ...CALLBACK, _target: ' ' }, ['_target']],
    [{ ...CALLBACK, _target: 'Support@GA' }, []],
    [{ ...CALLBACK, _target: 'Support@GA', _call_direction: 'USERORIGINATED' }, ['_resource_group']],
    [{ ...CALLBACK, _target: 'Support@GA', _call_direction: 'USERORIGINATED', _media_type: 'chat' }, []],
    [{ _type: 'ors', _service: 'mine', _service_type: 'callback' }, []],
    [{ _type: 'builtin', _service: 'office-hours' }, []],
  ] as [Record<string, string>, string[]][])('is warned of: %j', (options, named) => {
    const warnings = optionWarnings('services', 'Line', options);
    expect(warnings.map((warning) => /^Option (\S+) of service Line is not set: /.exec(warning)?.[1])).toEqual(named);
  });
});
