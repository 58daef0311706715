import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed, orsFlow } from './testing.js';

const bed = await OrchestrationBed.create();

let server: Server;
let asked: string[] = [];
let status = 200;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding gives buffers
    asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString('utf8')}`.trim());
    expect(request.headers.authorization).toBe(`Basic ${Buffer.from('elastic:secret').toString('base64')}`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"_id":"7","_index":"calls","_version":2,"result":"created"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked = [];
  status = 200;
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  bed.searchServer = { url: `http://127.0.0.1:${port}/es/`, username: 'elastic', password: 'secret' };
  bed.heard();
});

/** Runs actions one after the other, each after the answer of the one before; what the application heard. */
async function run(...actions: string[]): Promise<JsonValue[]> {
  const states = actions.map(
    (action, at) => `<state id="s${at}"><onentry>${action.replace('/>', ' requestid="_data.r"/>')}</onentry>
      <transition event="elasticconnector error.elasticconnector" target="s${at + 1}">
        <probe:tell what="[_event.name, _event.data.requestid === _data.r, _event.data.error || null]"/></transition></state>`,
  );
  const namespace = 'xmlns:es="www.genesyslab.com/modules/elasticconnector"';
  const text = orsFlow(
    `<datamodel><data id="r" expr="''"/></datamodel>${states.join('')}<final id="s${actions.length}"/>`,
    's0',
  ).replace('<scxml ', `<scxml ${namespace} `);
  await bed.run(text);
  await bed.until(() => bed.told.length === actions.length);
  return bed.heard();
}

const DOC = `index="'calls'" type="'call'" doc="{a: 1}"`;

describe('elasticconnector', () => {
  test('creates, changes and deletes documents', async () => {
    const told = await run(
      `<es:createdoc id="'7'" ${DOC}/>`,
      `<es:createdoc index="'calls'" type="'call'" document="{b: 2}"/>`,
      `<es:updatedoc id="'7/8'" ${DOC}/>`,
      `<es:deletedoc id="'7'" index="'calls'" type="'call'"/>`,
    );
    expect(told).toEqual(
      ['createdoc', 'createdoc', 'updatedoc', 'deletedoc'].map((name) => [`elasticconnector.${name}.done`, true, null]),
    );
    expect(asked).toEqual([
      'PUT /es/calls/call/7 {"a":1}',
      expect.stringMatching(/^PUT \/es\/calls\/call\/[\w.~-]+ \{"b":2\}$/),
      'POST /es/calls/call/7%2F8/_update {"doc":{"a":1}}',
      'DELETE /es/calls/call/7',
    ]);
  });

  test('makes the index with its settings first', async () => {
    await run(`<es:createdoc id="'7'" ${DOC} settings="{number_of_shards: 1}"/>`);
    expect(asked).toEqual(['PUT /es/calls {"settings":{"number_of_shards":1}}', 'PUT /es/calls/call/7 {"a":1}']);
  });

  test('sends a template once, and again only with a higher order', async () => {
    const template = (order: number) =>
      `<es:createindextemplate name="'mine'" index="'calls-*'" type="'call'" order="${order}" mapping="{properties: {}}"/>`;
    const told = await run(template(1), template(1), template(2), template(1));
    expect(told).toEqual(Array(4).fill(['elasticconnector.createindextemplate.done', true, null]));
    expect(asked).toEqual([
      'PUT /es/_template/mine {"index_patterns":["calls-*"],"order":1,"mappings":{"call":{"properties":{}}}}',
      'PUT /es/_template/mine {"index_patterns":["calls-*"],"order":2,"mappings":{"call":{"properties":{}}}}',
    ]);
  });

  test.each([
    ['performance-*', 5, 'notallowed'],
    ['performance-2026-01-01', 5, 'notallowed'],
    ['*', 5, 'notallowed'],
    ['session-*', 0, 'notallowed'],
    ['calls-*', -1, 'invalidparameter'],
  ])('A32: refuses a template for %s with order %d', async (index, order, error) => {
    const told = await run(
      `<es:createindextemplate name="'x'" index="'${index}'" type="'t'" order="${order}" mapping="{}"/>`,
    );
    expect(told).toEqual([['error.elasticconnector.createindex', true, error]]);
    expect(asked).toEqual([]);
  });

  test('accepts a template for sessions with an order', async () => {
    const told = await run(
      `<es:createindextemplate name="'s'" index="'session-*'" type="'t'" order="3" mapping="{}"/>`,
    );
    expect(told).toEqual([['elasticconnector.createindextemplate.done', true, null]]);
  });

  test('says what the server refuses, and that there is none', async () => {
    status = 409;
    const template = `<es:createindextemplate name="'y'" index="'y'" type="'t'" order="1" mapping="{}"/>`;
    expect(await run(`<es:createdoc id="'7'" ${DOC}/>`, template)).toEqual([
      ['error.elasticconnector.createdoc', true, 409],
      ['error.elasticconnector.createindex', true, 409],
    ]);
    bed.searchServer = { url: 'http://127.0.0.1:1' };
    expect(await run(`<es:createdoc id="'7'" ${DOC}/>`, template)).toEqual([
      ['error.elasticconnector.createdoc', true, 'noanswer'],
      ['error.elasticconnector.createindex', true, 'timeout'],
    ]);
    bed.searchServer = undefined;
    expect(await run(`<es:deletedoc id="'7'" index="'x'"/>`, `<es:updatedoc id="''" ${DOC}/>`)).toEqual([
      ['error.elasticconnector.deletedoc', true, 'unavailable'],
      ['error.elasticconnector.updatedoc', true, 'invalidparameter'],
    ]);
  });
});
