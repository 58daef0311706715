import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

/** Submits whose rule is kept elsewhere: attribute `src` of `<queue:submit>` (ors-core-queue.md 3.3). */
const bed = await OrchestrationBed.create();
const rules = new Map<string, string>();
const server = createServer((request, response) => {
  const rule = rules.get(request.url ?? '');
  response.writeHead(rule === undefined ? 404 : 200).end(rule);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has an address of this kind
bed.fetchAllow = '127.0.0.1';
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
for (const id of ['anna', 'bert']) bed.configuration.putAgent(id, { groups: ['Support'], skills: {} });
bed.configuration.groups.set('Support', {});
bed.configuration.queues.set('VQ', {});

beforeEach(async () => {
  bed.heard();
  rules.clear();
  await bed.ready('anna');
});

const HEARS = tells(
  'queue.submit.done queue.update.done error.queue',
  `[_event.name, _event.data.error || _event.data.targetobjectselected || null, _event.data.vqselected || null]`,
);

/** What a session hears of a submit with this source. */
async function submitted(src: string, more = '', targets = ''): Promise<JsonValue[]> {
  await bed.run(
    orsFlow(`<datamodel><data id="r" expr="''"/></datamodel><state id="s"><onentry>
      <queue:submit requestid="_data.r" src="${src}" route="false" ${more}>${targets}</queue:submit></onentry>${HEARS}</state>`),
  );
  const heard = bed.heard();
  await bed.advance(4);
  bed.heard();
  return heard;
}

const XML = `<?xml version="1.0"?><queue:submit xmlns:queue="http://www.genesyslab.com/modules/queue" queue="'VQ'" timeout="5">
  <queue:targets type="agent"><queue:target name="'anna'"/><queue:targetid expr="'bert@.A'"/></queue:targets></queue:submit>`;

test.each([
  ['XML', XML, 'anna@.A'],
  ['JSON', '{"queue":"VQ","timeout":5,"targets":["Support@SS.GA"]}', 'Support@SS.GA'],
  ['JSON with objects', '{"queue":"VQ","targets":[{"name":"anna","type":"agent","statserver":"SS"}]}', 'anna@SS.A'],
  ['a kind of the original', '{"queue":"VQ","kind":"Load Balancing","targets":"anna@.A"}', 'anna@.A'],
])('a rule in %s at an address says whom to select', async (_what, rule, selected) => {
  rules.set('/rule', rule);
  expect(await submitted(`'${origin}/rule'`)).toEqual([['queue.submit.done', selected, 'VQ']]);
});

test('a rule replaces what the submit says itself, and leaves the rest', async () => {
  rules.set('/rule', '{"targets":"anna@.A"}');
  const own = `<queue:targets><queue:targetid expr="'bert@.A'"/></queue:targets>`;
  expect(await submitted(`'${origin}/rule'`, `queue="'VQ'" timeout="0"`, own)).toEqual([
    ['queue.submit.done', 'anna@.A', 'VQ'],
  ]);
});

test('a section of a list object is a rule', async () => {
  bed.lists.set('Rules', { submit: { queue: 'VQ', targets: 'anna@.A' }, late: { targets: 'bert@.A', timeout: '2' } });
  expect(await submitted(`'gdata:config/TX.Rules'`)).toEqual([['queue.submit.done', 'anna@.A', 'VQ']]);
  expect(await submitted(`'gdata:config/Rules/submit'`)).toEqual([['queue.submit.done', 'anna@.A', 'VQ']]);
});

test('user data hold a rule', async () => {
  bed.applications.set('8000', 'by-data');
  bed.routingPoints.add('8000');
  await bed.flow(
    'by-data',
    orsFlow(`<state id="s"><transition event="interaction.added"><queue:submit src="'gdata:udata/rule'" route="false"/></transition>
      ${HEARS}</state>`),
  );
  await bed.simulator.placeInbound({ from: '5551', to: '8000', userData: { rule: '{"targets":"anna@.A"}' } });
  await bed.activity.idle();
  expect(bed.heard()).toEqual([['queue.submit.done', 'anna@.A', 'none']]);
  await bed.advance(4);
  bed.heard();
});

test.each([
  ['that is not there', '/none', '', 'badfetch'],
  ['that is neither XML nor JSON', '/rule', 'whoever', 'invalidparameter'],
  ['of another element', '/rule', '<scxml/>', 'invalidparameter'],
  ['of a kind that there is not', '/rule', '{"kind":"Workforce","targets":"anna@.A"}', 'notsupported'],
  ['without targets', '/rule', '{"queue":"VQ"}', 'notargets'],
])('a rule %s is an error', async (_what, path, rule, error) => {
  if (rule !== '') rules.set(path, rule);
  expect(await submitted(`'${origin}${path}'`)).toEqual([['error.queue.submit', error, null]]);
});

test.each([
  ['another scheme', 'file:///etc/passwd', 'invalidparameter'],
  ['an address that is not allowed', 'http://169.254.169.254/rule', 'badfetch'],
  ['an unknown list object', 'gdata:config/Nothing', 'badfetch'],
])('%s is an error', async (_what, source, error) => {
  expect(await submitted(`'${source}'`)).toEqual([['error.queue.submit', error, null]]);
});

test('a waiting request is changed by a rule, and one whose rule is under way survives a crash', async () => {
  rules.set('/rule', '{"targets":"anna@.A"}');
  await bed.current.agents.notReady('anna');
  const flow = (content: string) =>
    orsFlow(`<datamodel><data id="r" expr="''"/></datamodel><state id="s"><onentry>
      <queue:submit requestid="_data.r" route="false" timeout="60" queue="'VQ'" ${content}</onentry>
      <transition event="change"><queue:update requestid="_data.r" src="'${origin}/rule'"/></transition>${HEARS}</state>`);
  const own = `<queue:targets><queue:targetid expr="'bert@.A'"/></queue:targets></queue:submit>`;
  const session = await bed.run(flow(`>${own}`));
  await bed.post(session, 'change');
  expect(bed.heard()).toEqual([['queue.update.done', null, null]]);
  await bed.run(flow(`src="'${origin}/rule'"/>`));
  await bed.crash();
  await bed.ready('anna');
  expect(bed.heard()).toEqual([['queue.submit.done', 'anna@.A', 'VQ']]);
});
