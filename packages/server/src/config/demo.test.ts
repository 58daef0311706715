import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseConfiguration } from './index.js';

test('the packaged demo is a valid configuration', async () => {
  const text = await readFile(new URL('../../demo/ringback.yaml', import.meta.url), 'utf8');
  const { objects } = parseConfiguration(text, 'demo/ringback.yaml');
  const service = (name: string) => objects.find((object) => object.kind === 'services' && object.name === name)?.value;
  expect(service('BasicCallback')).toMatchObject({
    _service: 'callback',
    _target: 'Support@GA',
    _request_time_bucket: '5',
    _max_request_by_time_bucket: '5',
  });
  expect(service('office_capacity')).toMatchObject({ _capacity_7: '{"7":{}}' });
  expect(objects.filter(({ kind }) => kind === 'agents')).toHaveLength(4);
});
