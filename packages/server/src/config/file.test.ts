import { describe, expect, test } from 'vitest';
import { ConfigurationFileError, parseConfiguration } from './file.js';

function complaintsOf(text: string): string[] {
  try {
    parseConfiguration(text, 'ringback.yaml');
  } catch (error) {
    if (error instanceof ConfigurationFileError) return error.message.split('\n');
    throw error;
  }
  return [];
}

function objectOf(text: string, name: string): unknown {
  return parseConfiguration(text, 'ringback.yaml').objects.find((object) => object.name === name)?.value;
}

describe('a configuration file', () => {
  test('is read with the example of the interface contract', () => {
    const { objects } = parseConfiguration(EXAMPLE, 'ringback.yaml');
    expect(objects.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'options/callback',
      'services/BasicCallback',
      'services/hours',
      'resources/DNIS',
      'patterns/blocked',
      'lists/GMS_Paused_Services',
      'skills/billing',
      'skills/french',
      'agents/a100',
      'agent-groups/Support',
      'virtual-queues/SupportVQ',
      'dns/8999',
      'dns/commdn1',
      'applications/ocs',
      'applications/desk',
      'calling-lists/spring',
      'campaigns/Spring',
      'campaign-groups/Spring@Support',
      'switch/switch',
    ]);
    expect(objects[7]?.value).toEqual({ name: 'french' });
  });

  test('may be JSON, empty, or name its objects by a map', () => {
    expect(parseConfiguration('', 'x').objects).toEqual([]);
    expect(parseConfiguration('{"agents": {"a1": {"dn": "1"}}}', 'x').objects).toEqual([
      { kind: 'agents', name: 'a1', value: { id: 'a1', dn: '1' } },
    ]);
  });

  test('keeps the text of options as it was written', () => {
    const text = `
services:
  S: { _service: callback, _prefix_dial_out: 091, _cpd_enable: TRUE, _exceptions: , _max_dial_attempts: 2 }
  C: { _service: capacity, _capacity_1: { "1": { "0800": 4 } } }
lists: { L: { section: { key: 007 } } }
resources: { DNIS: [0800123, "0800124"] }
`;
    expect(objectOf(text, 'S')).toEqual({
      _service: 'callback',
      _prefix_dial_out: '091',
      _cpd_enable: 'true',
      _exceptions: '',
      _max_dial_attempts: '2',
    });
    expect(objectOf(text, 'C')).toEqual({ _service: 'capacity', _capacity_1: '{"1":{"0800":4}}' });
    expect(objectOf(text, 'L')).toEqual({ section: { key: '007' } });
    expect(objectOf(text, 'DNIS')).toEqual(['0800123', '0800124']);
  });

  test('may repeat what several objects have in common by anchors', () => {
    const text = `
services:
  A: &a { _service: callback, _ttl: 1, _max_dial_attempts: 2 }
  B: { <<: *a, _ttl: 2 }
switch: { driver: simulator, agents: { a1: &auto { auto: true }, a2: *auto, a3: { <<: *auto, wrapSeconds: 1 } } }
`;
    expect(objectOf(text, 'B')).toEqual({ _service: 'callback', _ttl: '2', _max_dial_attempts: '2' });
    expect(objectOf(text, 'switch')).toMatchObject({
      agents: { a2: { auto: true }, a3: { auto: true, wrapSeconds: 1 } },
    });
    expect(complaintsOf(text.replace('_ttl: 1', '_cpd_enable: 7'))).toEqual([
      'ringback.yaml:3:31: services/A/_cpd_enable is "7", must be true or false',
      'ringback.yaml:3:31: services/B/_cpd_enable is "7", must be true or false',
    ]);
  });

  test.each<[string, string, string]>([
    [
      'a wrong option value',
      'services:\n  B:\n    _service: callback\n    _max_dial_attempts: often\n',
      'ringback.yaml:4:5: services/B/_max_dial_attempts is "often", must be a whole number from 1 to 1000',
    ],
    [
      'an unknown field',
      'agents:\n  - id: a1\n    skils: {}\n',
      'ringback.yaml:3:5: agents/a1/skils is no field of this object; its fields are',
    ],
    ['a missing field', 'dns:\n  - number: "1"\n', 'ringback.yaml:2:5: dns/1/type is missing'],
    [
      'a number where a text belongs',
      'agents:\n  - { id: a1, dn: 2001 }\n',
      'ringback.yaml:2:15: agents/a1/dn is 2001, must be string (write it in quotes)',
    ],
    [
      'a wrong word',
      'switch: { driver: pigeon }\n',
      'ringback.yaml:1:11: switch/driver is "pigeon", must be one of simulator',
    ],
    [
      'a wrong behaviour of the simulated world',
      'switch: { driver: simulator, agents: { a1: { atuo: true } } }\n',
      'ringback.yaml:1:46: switch/agents/a1/atuo is no field of this object; its fields are auto, answerSeconds',
    ],
    [
      'an unknown kind',
      'servces: {}\n',
      'ringback.yaml:1:1: servces is no kind of object; the kinds are options, services',
    ],
    ['an object twice', 'agents: [{ id: a }, { id: a }]\n', 'ringback.yaml:1:21: agents/a is there twice'],
    [
      'an object without a name',
      'agents: [{ dn: "1" }]\n',
      'ringback.yaml:1:10: agents/0 has no name: "id" must be a text',
    ],
    ['a wrong form', 'services: [1]\n', 'ringback.yaml:1:1: services must be a map from name to value'],
    ['a wrong root', '- a\n', 'ringback.yaml:1:1: a configuration file must be a map such as "services: {...}"'],
    ['broken YAML', 'a: "b\nc', 'ringback.yaml:2:2: Missing closing "quote'],
    [
      'a wrong expression',
      'patterns:\n  blocked:\n    premium: "(900"\n',
      'ringback.yaml:3:5: patterns/blocked/premium is no regular expression',
    ],
    [
      'an anchor that refers to itself',
      'lists:\n  a: &a { b: *a }\n',
      'ringback.yaml:2:3: lists/a has anchors that refer to themselves',
    ],
    [
      'a merge of itself',
      'services:\n  a: &a { <<: *a }\n',
      'ringback.yaml:2:3: services/a has anchors that refer to themselves',
    ],
    [
      'two names',
      'agents:\n  a1: { id: a2 }\n',
      'ringback.yaml:2:9: agents/a1/id is "a2", but the object is addressed as "a1"',
    ],
    [
      'a key that occurs twice',
      'services:\n  a: { x: 1 }\n  a: { x: 2 }\n',
      'ringback.yaml:3:3: Map keys must be unique',
    ],
  ])('names the place of %s', (_what, text, complaint) => {
    const [first, ...more] = complaintsOf(text);
    expect(first?.slice(0, complaint.length)).toBe(complaint);
    expect(more).toEqual([]);
  });

  test('names everything that is wrong, in order', () => {
    const complaints = complaintsOf(`
agents: [{ id: a1, skills: { x: high } }]
services: { S: { _service: callback, _ttl: soon, _request_time_bucket: 7 } }
`);
    expect(complaints).toEqual([
      'ringback.yaml:2:30: agents/a1/skills/x is "high", must be integer',
      'ringback.yaml:3:38: services/S/_ttl is "soon", must be a number of seconds, at least 0',
      'ringback.yaml:3:50: services/S/_request_time_bucket is "7", must be 5, 10, 15, 20, 30, 60 or 120',
    ]);
  });
});

const EXAMPLE = `
options:
  callback: { max-attempts: "3" }
services:
  BasicCallback: { _type: ors, _service: callback, _call_direction: USERTERMINATED, _target: "Support@GA" }
  hours:         { _type: builtin, _service: office-hours, _bh_regular1: "Mon-Fri 09:00-18:00", _timezone: UTC }
resources:   { DNIS: ["8003449999", "8003449998"] }
patterns:    { blocked: { premium: "^900.*", test: "555.*" } }
lists:       { GMS_Paused_Services: { services: { BasicCallback: "false" } } }
skills:      [billing, french]
agents:
  - { id: a100, dbid: 100, firstName: Ada, lastName: Byron, dn: "2001", skills: { billing: 7 }, groups: [Support] }
agentGroups: [{ name: Support, dbid: 201 }]
virtualQueues: [{ name: SupportVQ }]
dns:
  - { number: "8999", type: RoutePoint }
  - { number: commdn1, type: CommDN, options: { outbound_contact_server: "true" } }
applications:
  - { name: ocs, dbid: 150, type: OutboundContactServer, connections: [] }
  - { name: desk, dbid: 301, type: ThirdPartyApplication, password: s3cret, connections: [ocs] }
callingLists: [{ name: spring, dbid: 401 }]
campaigns:    [{ name: Spring, dbid: 501, callingLists: [{ name: spring, share: 10 }] }]
campaignGroups: [{ campaign: Spring, group: Support, dbid: 601, dialMode: Progressive, optimizeBy: BusyFactor, optimizeGoal: 80 }]
switch:       { driver: simulator }
`;
