import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OrchestrationBed, orsFlow } from './testing.js';

/**
 * The fragments of "Orchestration Server Integration" as they are printed there. Repaired is what the text of the
 * document has lost: underscores at the beginning and inside of names, empty strings, and the `<script>` of the last
 * transition.
 */
const IDENTIFY = `
  <state id="IdentifyByPhoneNumber">
    <onentry>
      <if cond="_data.context_management_services_url == undefined || _data.context_management_services_url == ''">
        <raise event="servererror">
          <param name="description" expr="'context_management_services_url property not configured'" />
        </raise>
      <else/>
        <script>
          _data.CustomerCount = 0;
          var includeProfile = "no";
          var includeExtension = "unique";
          includeProfile="no";
          includeExtension="unique";
        </script>
        <session:fetch requestid="_data.requestid" srcexpr="_data.context_management_services_url + '/profiles'"
            method="'get'" type="'application/json'">
          <param name="include_profile" expr="includeProfile"/>
          <param name="include_extensions" expr="includeExtension"/>
          <param name="PhoneNumber" expr="ANI"/>
        </session:fetch>
      </if>
    </onentry>
    <transition event="error.session.fetch" target="Exit_Error">
      <log expr="'Error ' + _event.data.error + ':' + _event.data.description" />
    </transition>
    <transition event="session.fetch.done" cond="_event.data.content == ''" target="Exit_Error">
      <assign location="CustomerCount" expr="0" />
      <log expr="'Error No customer found'" />
    </transition>
    <transition event="session.fetch.done" target="Exit_final">
      <script>
        _data.CustomerData = _event.data.content != '' ? eval('(' + _event.data.content + ')') : new Array();
        if (_data.CustomerData.length == 1) {
          if (App_IdentifyByPhoneNumber_IncludeExtension=="unique") {
            _data.CustomerData = [{'customer_id' : _data.CustomerData[0].customer_id}];
          }
        }
      </script>
      <log expr="'IdentifyByPhoneNumber: ' + CustomerData.length + ' Customer record(s) found'"/>
    </transition>
  </state>`;

/** The rest of an application that contains the fragment: what it names besides, and where it leads. */
const APPLICATION = orsFlow(
  `<datamodel>
    <data id="context_management_services_url"/><data id="ANI" expr="'5551'"/>
    <data id="CustomerCount"/><data id="CustomerData"/><data id="requestid"/>
  </datamodel>
  <script>var App_IdentifyByPhoneNumber_IncludeExtension = 'unique';</script>
  <state id="block" initial="IdentifyByPhoneNumber">${IDENTIFY}
    <transition event="servererror" target="Exit_Error"><probe:tell what="_event.data.description"/></transition>
  </state>
  <state id="Exit_Error"><onentry><probe:tell what="['Exit_Error', _data.CustomerCount]"/></onentry></state>
  <state id="Exit_final"><onentry><probe:tell what="['Exit_final', _data.CustomerData]"/></onentry></state>`,
  'block',
).replace('xmlns:ws=', 'xmlns:session="www.genesyslab.com/modules/session" xmlns:ws=');

/** "The general mapping to <fetch>" of the Outbound section, for each of its requests. */
const RECORDS: [what: string, resource: string, request: string, record: string][] = [
  ['Adding a New Record', 'records', 'AddRecord', "{ GSW_PHONE: '5551', GSW_CAMPAIGN_NAME: 'Spring' }"],
  ['Updating an Existing Record', 'records', 'UpdateCallCompletionStats', '{ GSW_CALL_RESULT: 33 }'],
  ['Reschedule an Existing Record', 'records', 'RecordReschedule', "{ GSW_DATE_TIME: '01/02/2026 10:00' }"],
  ['Reject an Existing Record', 'records', 'RecordReject', '{}'],
  ['Cancel an Existing Record', 'records', 'RequestRecordCancel', '{}'],
  ['Complete an Existing Record', 'records', 'RecordProcessed', '{ GSW_CALL_RESULT: 33 }'],
  ['Add the Customer to Do Not Contact List', 'phones', 'DoNotCall', "{ GSW_PHONE: '5551' }"],
  ['the same for a customer', 'customer_ids', 'DoNotCall', "{ GSW_CUSTOMER_ID: 'c1' }"],
];

function recordFlow(resource: string, request: string, record: string): string {
  return orsFlow(`<datamodel><data id="ocs"/><data id="reqid"/><data id="record"/></datamodel>
    <state id="s">
      <onentry>
        <script>_data.record = ${record};</script>
        <session:fetch requestid="_data.reqid" srcexpr="_data.ocs + '/${resource}/7?req=${request}'" method="'post'"
            enctype="'application/json'" type="'application/json'">
          <param name="record" expr="_data.record"/>
        </session:fetch>
      </onentry>
      <transition event="session.fetch.done" cond="_event.data.requestid == _data.reqid">
        <probe:tell what="['done', eval('(' + _event.data.content + ')')]"/>
      </transition>
      <transition event="error.session.fetch" cond="_event.data.requestid == _data.reqid">
        <probe:tell what="['error', _event.data.error, typeof _event.data.description]"/>
      </transition>
    </state>`).replace('xmlns:ws=', 'xmlns:session="www.genesyslab.com/modules/session" xmlns:ws=');
}

const bed = await OrchestrationBed.create();
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
const asked: { method: string; url: string; type: string; body: string }[] = [];
const web = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, type: headers['content-type'] ?? '', body });
    answer(request, response, body);
  });
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  // It listens on a port, not on a pipe.
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  bed.fetchAllow = '127.0.0.1';
});
beforeEach(() => {
  asked.length = 0;
  bed.heard();
});
afterAll(() => {
  web.close();
});

describe('IdentifyByPhoneNumber', () => {
  test.each([
    ['one customer', 200, '[{"customer_id": "c1", "LastName": "Smith"}]', ['Exit_final', [{ customer_id: 'c1' }]]],
    [
      'several',
      200,
      '[{"customer_id": "c1"}, {"customer_id": "c2"}]',
      ['Exit_final', [{ customer_id: 'c1' }, { customer_id: 'c2' }]],
    ],
    ['nobody', 200, '[]', ['Exit_final', []]],
    ['no content', 200, '', ['Exit_Error', 0]],
    ['a refusal', 400, '{"error": "no such key"}', ['Exit_Error', 0]],
    ['a failure', 503, 'later', ['Exit_Error', 0]],
  ])('%s', async (_what, status, content, expected) => {
    answer = (_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(content);
    await bed.run(APPLICATION, { context_management_services_url: `${origin}/cs` });
    expect(bed.heard()).toEqual([expected]);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /cs/profiles?include_profile=no&include_extensions=unique&PhoneNumber=5551',
    ]);
  });

  test.each([[{}], [{ context_management_services_url: '' }]])('no address: %j', async (parameters) => {
    await bed.run(APPLICATION, parameters);
    expect(bed.heard()).toEqual(['context_management_services_url property not configured', ['Exit_Error', null]]);
    expect(asked).toEqual([]);
  });

  test('a server that does not answer', async () => {
    await bed.run(APPLICATION, { context_management_services_url: 'http://127.0.0.1:1' });
    expect(bed.heard()).toEqual([['Exit_Error', 0]]);
  });
});

describe('requests about outbound records', () => {
  test.each(RECORDS)('%s (%s %s)', async (_what, resource, request, record) => {
    answer = (_request, response, body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    await bed.run(recordFlow(resource, request, record), { ocs: origin });
    const sent = JSON.parse(asked[0]?.body ?? '');
    expect(asked).toMatchObject([{ method: 'POST', url: `/${resource}/7?req=${request}`, type: 'application/json' }]);
    expect(Object.keys(sent)).toEqual(['record']);
    expect(bed.heard()).toEqual([['done', sent]]);
  });

  test.each(RECORDS)('%s (%s %s), refused', async (_what, resource, request, record) => {
    answer = (_request, response) => response.writeHead(404).end('unknown record');
    await bed.run(recordFlow(resource, request, record), { ocs: origin });
    expect(bed.heard()).toEqual([['error', 404, 'string']]);
  });
});
