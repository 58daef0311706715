import { beforeAll, describe, expect, test } from 'vitest';
import { Importer } from '../../outbound/list/index.js';
import { type ListBed, listBed, OWNER } from '../../outbound/list/testing.js';
import { adminServer, type TestServer } from './testing.js';

let bed: ListBed;
let server: TestServer;
let counter = 0;

beforeAll(async () => {
  bed = await listBed();
  await bed.configuration.put('options', 'OCServer', { 'default-country': 'US', customer_id: 'crm' });
  const { database, lists, clock } = bed;
  server = await adminServer({
    configuration: bed.configuration,
    records: {
      ...{ database, lists, clock, doNotCallList: lists.doNotCallList },
      importer: new Importer({ database, lists, clock }),
      handlesOf: async (_list, records) => new Map(records.map(({ recordId }) => [recordId, 1000 + recordId])),
    },
  });
});

async function newList(value: Parameters<ListBed['list']>[1] = {}): Promise<string> {
  counter += 1;
  return bed.list(`list ${counter}`, value);
}

const path = (list: string, rest = '/records') => `/calling-lists/${encodeURIComponent(list)}${rest}`;

async function send(list: string, type: string, body: string | Buffer, rest?: string) {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/api/v1${path(list, rest)}`,
    headers: { 'content-type': type },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function columnsOf(list: string, ...names: string[]): Promise<unknown[][]> {
  const { body } = await server.send('GET', path(list));
  return (body as Record<string, unknown>[]).map((record) => names.map((name) => record[name]));
}

describe('import', () => {
  test('inserts the good lines and tells what is wrong with the others, by physical line', async () => {
    const list = await newList();
    const file = [
      'contact_info;contact_info_type;tz_dbid;daily_from;daily_till;city',
      '5551;4;PST;08:00;64800;Berlin',
      '"5552";1;America/New_York;0;86400;"a ""quoted""; text',
      'over two lines"',
      ';1;PST;0;86400;',
      '5553;99;PST;0;86400;',
      '5554;1;Mars;0;86400;',
      '5555;1;PST;0',
      '5556;1;122;7;7;',
      '',
      '5557;Mobile;122;;;Oslo',
    ].join('\r\n');
    const { status, body } = await send(list, 'text/csv', file);
    expect(status).toBe(200);
    expect(body).toMatchObject({ inserted: 3, rejected: 5 });
    expect(body.errors).toEqual([
      { line: 5, reason: 'contact_info is missing' },
      { line: 6, reason: expect.stringContaining('contact_info_type is "99"') },
      { line: 7, reason: expect.stringContaining('tz_dbid is "Mars"') },
      { line: 8, reason: 'has 4 values, the header has 6 columns' },
      { line: 9, reason: expect.stringContaining('daily_till is the same as daily_from') },
    ]);
    expect(
      await columnsOf(list, 'contact_info', 'contact_info_type', 'tz_name', 'tz_dbid', 'daily_from', 'city'),
    ).toEqual([
      ['5551', 4, 'PST', 122, 28_800, 'Berlin'],
      ['5552', 1, 'America/New_York', undefined, 0, 'a "quoted"; text\r\nover two lines'],
      ['5557', 4, 'PST', 122, 28_800, 'Oslo'],
    ]);
  });

  test('generates record_id, chain_id and chain_n where they are missing, and refuses numbers that are taken', async () => {
    const list = await newList();
    const file = 'record_id,chain_id,chain_n,contact_info\n7,3,1,a1\n,3,,a2\n8,3,1,again\n7,9,1,again\n,,,b1\n,3,,a3\n';
    const { body } = await send(list, 'text/csv', file);
    expect(body).toMatchObject({
      inserted: 4,
      rejected: 2,
      errors: [
        { line: 4, reason: 'number 1 of chain 3 is already in the list' },
        { line: 5, reason: 'record_id 7 is already in the list' },
      ],
    });
    const records = await columnsOf(list, 'contact_info', 'chain_id', 'chain_n', 'record_id');
    const chain = records.filter(([, chainId]) => chainId === 3).map(([phone, , chainN]) => [phone, chainN]);
    expect(chain).toEqual([
      ['a1', 1],
      ['a2', 2],
      ['a3', 3],
    ]);
    expect(records.find(([phone]) => phone === 'b1')?.[1]).toBeGreaterThan(9);
    const { body: second } = await send(list, 'text/csv', file);
    expect(second).toMatchObject({ inserted: 3, rejected: 3 });
  });

  test.each<[string, string, Buffer]>([
    ['a UTF-8 mark', 'text/csv', Buffer.from('\ufeffcontact_info,city\n1,Zürich\n')],
    ['UTF-16', 'text/csv', Buffer.from('\ufeffcontact_info\tcity\r\n1\tZürich\r\n', 'utf16le')],
    ['a charset', 'text/csv; charset=windows-1252', Buffer.from('contact_info|city\n1|Zürich', 'latin1')],
  ])('reads a file with %s', async (_what, type, file) => {
    const list = await newList();
    expect((await send(list, type, file)).body).toMatchObject({ inserted: 1, rejected: 0 });
    expect(await columnsOf(list, 'contact_info', 'city')).toEqual([['1', 'Zürich']]);
  });

  test('refuses the lines alone whose bytes are no text, and a quote that never closes', async () => {
    const list = await newList();
    const file = Buffer.concat([
      Buffer.from('contact_info,city\n1,Bern\n2,Z'),
      Buffer.from([0xfc]),
      Buffer.from('rich\n3,"open\n4,Basel\n5,"closed" text\n6,Genf\n'),
    ]);
    expect((await send(list, 'text/csv', file)).body).toMatchObject({
      inserted: 3,
      errors: [
        { line: 3, reason: 'city has characters that cannot be decoded' },
        { line: 4, reason: 'something follows the closing quote of a value' },
        { line: 6, reason: 'something follows the closing quote of a value' },
      ],
    });
    expect(await columnsOf(list, 'contact_info')).toEqual([['1'], ['4'], ['6']]);
  });

  test('reads JSON lines, with types, nulls and custom columns', async () => {
    const list = await newList({
      fields: [
        { name: 'age', type: 'int' },
        { name: 'tier', defaultValue: 'none' },
      ],
    });
    const lines = [
      '{"phone":"1","age":"42","vip":true,"note":null}',
      '[1]',
      '{oops',
      '{"contact_info":2,"age":"old"}',
      '{"GSW_PHONE":3,"crm":"C-3","score":1.5}',
    ];
    const { body } = await send(list, 'application/x-ndjson', lines.join('\n'));
    expect(body).toMatchObject({
      inserted: 2,
      rejected: 3,
      errors: [
        { line: 2, reason: 'is no JSON object' },
        { line: 3, reason: expect.stringContaining('is no JSON') },
        { line: 4, reason: 'age is "old", must be a whole number' },
      ],
    });
    expect(await columnsOf(list, 'contact_info', 'age', 'vip', 'tier', 'crm', 'score')).toEqual([
      ['1', 42, 'true', 'none', undefined, undefined],
      ['3', undefined, undefined, 'none', 'C-3', 1.5],
    ]);
    expect((await server.send('GET', path(list, '/records?customer_id=C-3'))).body).toMatchObject([
      { contact_info: '3' },
    ]);
  });

  test.each<[string, string, string, string, number]>([
    ['no header', 'text/csv', '', 'invalid-header', 422],
    ['a header without contact_info', 'text/csv', 'name\nx\n', 'invalid-header', 422],
    ['a column twice', 'text/csv', 'contact_info,GSW_PHONE\n1,2\n', 'invalid-header', 422],
    ['an encoding that nobody knows', 'text/csv; charset=klingon', 'contact_info\n1\n', 'unknown-encoding', 415],
    ['another type', 'text/html', '<p>', 'unsupported-media-type', 415],
  ])('refuses a file with %s, and imports nothing', async (_what, type, file, code, status) => {
    const list = await newList();
    const answer = await send(list, type, file);
    expect([answer.status, answer.body.type]).toEqual([status, `urn:ringback:problem:${code}`]);
    expect(await columnsOf(list)).toEqual([]);
  });

  test('refuses a list that does not exist', async () => {
    expect((await send('nowhere', 'text/csv', 'contact_info\n1\n')).status).toBe(404);
  });

  test('writes many records in batches, with progress, and goes on after a line', async () => {
    const list = await newList();
    const lines = Array.from({ length: 6000 }, (_, index) => (index === 4000 ? ',' : `${index},EST`));
    const file = `contact_info,tz_name\n${lines.join('\n')}\n`;
    expect((await send(list, 'text/csv', file)).body).toMatchObject({
      inserted: 5999,
      rejected: 1,
      errors: [{ line: 4002 }],
    });
    const { body } = await server.send('GET', path(list, '/imports'));
    expect(body).toMatchObject([
      { state: 'done', line: 6001, inserted: 5999, rejected: 1, bytes: file.length, totalBytes: file.length },
    ]);
    const rest = await send(list, 'text/csv', file, '/records?after_line=5999');
    expect(rest.body).toMatchObject({ inserted: 2, rejected: 0 });
    expect((await server.send('GET', path(list, '/counts'))).body).toEqual([
      { record_type: 2, record_status: 1, call_result: 28, count: 6001 },
    ]);
  });

  test('keeps what was committed when the client goes away, and says how far it came', async () => {
    const list = await newList();
    const { database, lists, clock } = bed;
    async function* source() {
      yield Buffer.from(`contact_info\n${Array.from({ length: 5000 }, (_, index) => index).join('\n')}\n`);
      yield Buffer.from('9001\n9002\n');
      throw new Error('aborted');
    }
    const importer = new Importer({ database, lists, clock });
    await expect(importer.import({ list, format: 'csv', source: source() })).rejects.toThrow('aborted');
    const { body } = await server.send('GET', path(list, '/imports'));
    expect(body).toMatchObject([{ state: 'interrupted', problem: 'aborted', line: 5001, inserted: 5000 }]);
    expect((await server.send('GET', path(list, '/counts'))).body).toMatchObject([{ count: 5000 }]);
  });
});

describe('reading', () => {
  test('pages through the list and finds records by number, chain and phone', async () => {
    const list = await newList();
    await send(list, 'text/csv', 'chain_id,contact_info\n1,2015550101\n1,2015550102\n2,2015550103\n');
    const first = await server.send('GET', path(list, '/records?limit=2'));
    expect(first.body).toHaveLength(2);
    const next = /<\/api\/v1(.*)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? '';
    expect((await server.send('GET', next)).body).toMatchObject([{ contact_info: '2015550103' }]);
    expect((await server.send('GET', path(list, '/records?chain_id=1'))).body).toHaveLength(2);
    const byPhone = await server.send('GET', path(list, `/records?phone=${encodeURIComponent('+1 201 555 0102')}`));
    expect(byPhone.body).toMatchObject([{ contact_info: '2015550102', chain_n: 2 }]);
    expect((await server.send('GET', path(list, '/records?record_id=x'))).status).toBe(400);
    expect((await server.send('GET', path('nowhere'))).status).toBe(404);
  });

  test('shows the handle of a record while it is held', async () => {
    const list = await newList();
    const { recordId } = await bed.add(list);
    expect((await server.send('GET', path(list, `/records/${recordId}`))).body).not.toHaveProperty('record_handle');
    await bed.retrieve(list);
    const { body } = await server.send('GET', path(list, `/records/${recordId}`));
    expect(body).toMatchObject({ record_status: 2, record_handle: 1000 + recordId, group_id: OWNER.groupId });
  });

  test.each(['csv', 'ndjson'])('exports as %s what an import takes', async (format) => {
    const [list, copy] = [await newList(), await newList()];
    const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const file =
      'contact_info,record_type,dial_sched_time,agent_id,tz_name,note\n"1,2",5,01/05/2026 10:00,a1,EST," say ""hi"" "\n3,,,,,\n';
    await send(list, 'text/csv', file);
    const answer = await server.app.inject({ url: `/api/v1${path(list)}`, headers: { accept: type } });
    expect(answer.headers['content-type']).toContain(type);
    expect((await send(copy, type, answer.body)).body).toMatchObject({ inserted: 2, rejected: 0 });
    expect((await server.send('GET', path(copy))).body).toEqual((await server.send('GET', path(list))).body);
    expect((await server.send('GET', path(copy, '/records?phone=1%2C2'))).body).toMatchObject([
      { dial_sched_time: Date.UTC(2026, 0, 5, 15) / 1000, note: ' say "hi" ' },
    ]);
  });
});

describe('changes by hand', () => {
  test('add one record, change it, open it again', async () => {
    const list = await newList();
    const added = await server.send('POST', path(list), { contact_info: '2015550107', city: 'Rome' });
    expect(added).toMatchObject({ status: 201, body: { contact_info: '2015550107', record_status: 1, chain_n: 1 } });
    const one = path(list, `/records/${(added.body as { record_id: number }).record_id}`);
    expect((await server.send('PATCH', one, { record_status: 5, city: null, call_result: 'Busy' })).body).toMatchObject(
      {
        ...{ record_status: 5, call_result: 6 },
        ...{ contact_info: '2015550107' },
      },
    );
    expect((await server.send('GET', one)).body).not.toHaveProperty('city');
    expect((await server.send('PATCH', one, { record_status: 1 })).body).toMatchObject({ record_status: 1 });
    expect((await server.send('PATCH', one, { record_status: 2 })).status).toBe(422);
    expect((await server.send('PATCH', one, { daily_from: 'noon' })).status).toBe(422);
    expect((await server.send('PATCH', path(list, '/records/99'), { city: 'x' })).status).toBe(404);
    expect((await server.send('POST', path(list), { contact_info: '' })).status).toBe(422);
  });

  test('take every column that a line of a file may have', async () => {
    const list = await newList();
    const columns = { record_id: 77, chain_id: 9, treatments: '5@1@1@1', media_ref: 3, switch_id: 5, group_id: 201 };
    const added = await server.send('POST', path(list), { phone: '2015550109', ...columns });
    expect(added).toMatchObject({ status: 201, body: { contact_info: '2015550109', chain_n: 1, ...columns } });
    expect((await server.send('POST', path(list), { phone: '2015550109', record_id: 77 })).status).toBe(409);
    const one = path(list, '/records/77');
    expect((await server.send('PATCH', one, { treatments: '6@1@1@1', chain_id: 9 })).body).toMatchObject({
      treatments: '6@1@1@1',
    });
    const emptied = await server.send('PATCH', one, { treatments: null, media_ref: null });
    expect(emptied.status).toBe(200);
    expect(emptied.body).not.toHaveProperty('treatments');
    expect(emptied.body).not.toHaveProperty('media_ref');
    expect((await server.send('PATCH', one, { chain_id: 10 })).status).toBe(422);
    expect((await server.send('PATCH', one, { treatments: ['busy'] })).status).toBe(422);
  });

  test('refuse a record that is held, and the deletion of lists with records', async () => {
    const list = await newList();
    const { recordId } = await bed.add(list);
    await bed.retrieve(list);
    expect((await server.send('PATCH', path(list, `/records/${recordId}`), { attempt: 1 })).status).toBe(409);
    expect((await server.send('DELETE', path(list))).status).toBe(409);
    expect((await server.send('DELETE', path(list, ''))).status).toBe(409);
    await bed.inTransaction((tx) => bed.lists.takeBack(tx, OWNER, 'ready'));
    expect((await server.send('DELETE', path(list))).body).toEqual({ deleted: 1 });
    expect((await server.send('DELETE', path(list, ''))).status).toBe(204);
    expect((await server.send('DELETE', path(list))).status).toBe(404);
  });
});

describe('the do-not-call list', () => {
  test('takes numbers and customers, one by one', async () => {
    expect((await server.send('POST', '/dnc', { phone: '(201) 555-0108' })).status).toBe(201);
    expect((await server.send('POST', '/dnc', { phone: '+12015550108' })).status).toBe(200);
    expect((await server.send('POST', '/dnc', { customer_id: 'C-1', message: 'by letter' })).status).toBe(201);
    expect((await server.send('GET', '/dnc?phone=2015550108')).body).toMatchObject([
      { phone: '(201) 555-0108', internal: true },
    ]);
    expect((await server.send('GET', '/dnc?customer_id=C-1')).body).toMatchObject([{ message: 'by letter' }]);
    expect((await server.send('DELETE', '/dnc', { phone: '201.555.0108' })).status).toBe(204);
    expect((await server.send('DELETE', '/dnc?phone=2015550108')).status).toBe(404);
    expect((await server.send('DELETE', '/dnc?customer_id=C-1')).status).toBe(204);
    for (const body of [{}, { phone: '' }, { phone: 'x'.repeat(65) }, []]) {
      expect((await server.send('POST', '/dnc', body)).status).toBe(422);
    }
  });

  test('takes many at once, with or without a header, and gives them back in pages', async () => {
    const post = async (type: string, payload: string, method: 'POST' | 'DELETE' = 'POST') =>
      (await server.app.inject({ method, url: '/api/v1/dnc', headers: { 'content-type': type }, payload })).json();
    expect(await post('text/csv', '2015550901\n"2015550902"\n2015550901\n')).toEqual({
      ...{ inserted: 2, existing: 1, rejected: 0, errors: [] },
    });
    expect(await post('text/csv', 'customer_id;phone\nC-9;\n;2015550903\nC-10;2015550904\n;\n')).toEqual({
      ...{ inserted: 4, existing: 0, rejected: 1 },
      errors: [{ line: 5, reason: 'must have a phone or a customer_id' }],
    });
    expect(await post('application/x-ndjson', '{"phone":2015550905}\n{"fax":1}\n')).toMatchObject({
      inserted: 1,
      rejected: 1,
    });
    expect((await post('text/csv', 'name\nx\n')).type).toBe('urn:ringback:problem:invalid-header');
    const first = await server.send('GET', '/dnc?limit=4');
    expect(first.body).toHaveLength(4);
    const next = /<\/api\/v1(.*)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? '';
    expect((await server.send('GET', next)).body).toHaveLength(3);
    expect(await post('text/csv', 'phone\n2015550901\n2015550999\n', 'DELETE')).toMatchObject({
      deleted: 1,
      absent: 1,
    });
  });
});

test('the words for the columns of records that are numbers', async () => {
  expect(await server.send('GET', '/record-terms')).toMatchObject({
    status: 200,
    body: {
      record_type: { 2: 'General', 7: 'NoCall' },
      record_status: { 1: 'Ready', 9: 'ChainReady' },
      call_result: { 0: 'Ok', 6: 'Busy', 53: 'Wrong Number' },
      contact_info_type: { 1: 'HomePhone', 4: 'Mobile' },
    },
  });
});
