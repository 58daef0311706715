import { describe, expect, it } from 'vitest';
import { RingbackError } from '../kernel/index.js';
import { parseTarget } from './target.js';
import { parseTargets, restoredTargets, storedTargets } from './target-list.js';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof RingbackError ? error.code : String(error);
  }
  return undefined;
}

describe('the notation of a target', () => {
  it.each([
    ['Support@GA', 'agent-group', 'Support', '', 'Support@.GA'],
    ['Support@.GA', 'agent-group', 'Support', '', 'Support@.GA'],
    ['Support@StatServer.GA', 'agent-group', 'Support', 'StatServer', 'Support@StatServer.GA'],
    ['AG_X@Stat_Server.GA', 'agent-group', 'AG_X', 'Stat_Server', 'AG_X@Stat_Server.GA'],
    ['Support@Stat.Server.ga', 'agent-group', 'Support', 'Stat.Server', 'Support@Stat.Server.GA'],
    ['a100@A', 'agent', 'a100', '', 'a100@.A'],
    ['az@.A', 'agent', 'az', '', 'az@.A'],
    ['ada@example.com@.A', 'agent', 'ada@example.com', '', 'ada@example.com@.A'],
    ['first.last@StatServer.A', 'agent', 'first.last', 'StatServer', 'first.last@StatServer.A'],
    ['8001.Q', 'queue', '8001', '', '8001@.Q'],
    ['SupportVQ@StatServer.Q', 'queue', 'SupportVQ', 'StatServer', 'SupportVQ@StatServer.Q'],
    ['2001@SIP_Switch.DN', 'dn', '2001', 'SIP_Switch', '2001@SIP_Switch.DN'],
    ['2001@.AP', 'dn', '2001', '', '2001@.AP'],
    ['Spring@Support@StatServer.GC', 'agent-group', 'Support', 'StatServer', 'Spring@Support@StatServer.GC'],
    ['?:(psap3 > 0)@Stat_Server.GA', 'skill', '', 'Stat_Server', '?:psap3>0@Stat_Server.GA'],
    ['?:billing&gt;5@GA', 'skill', '', '', '?:billing>5@.GA'],
    ['?VIP:billing>5@ss.GA', 'skill', 'VIP', 'ss', '?VIP:billing>5@ss.GA'],
    ['Customer Care@.GA', 'agent-group', 'Customer Care', '', 'Customer Care@.GA'],
  ])('%s', (text, kind, name, statServer, reported) => {
    expect(parseTarget(text)).toMatchObject({ kind, name, statServer, text: reported });
  });

  it('takes a threshold and a weight before the name', () => {
    const target = parseTarget('{StatCallsInQueue<10}[25]8001.Q');
    expect(target).toMatchObject({
      kind: 'queue',
      name: '8001',
      weight: 25,
      threshold: { text: 'StatCallsInQueue<10' },
    });
    expect(parseTarget('[5]Support@GA')).toMatchObject({ name: 'Support', weight: 5 });
    expect(parseTarget('{}Support@GA').threshold).toBeUndefined();
  });

  it('takes what the elements say where the text says nothing', () => {
    expect(parseTarget('Support', { type: 'agentgroup', statServer: 'S' })).toMatchObject({ text: 'Support@S.GA' });
    expect(parseTarget('billing>5', { type: 'skill' })).toMatchObject({ kind: 'skill', text: '?:billing>5@.GA' });
    expect(parseTarget('Support@S', { type: 'GA' })).toMatchObject({ name: 'Support', statServer: 'S' });
  });

  it('gives targets that mean the same agents the same key', () => {
    expect(parseTarget('?:billing > 5@ss.GA').key).toBe(parseTarget('?VIP:(billing>5)@GA').key);
    expect(parseTarget('Support@GA').key).toBe(parseTarget('[3]Support@S.GA').key);
    expect(parseTarget('Support@GA').key).not.toBe(parseTarget('Support@A').key);
  });

  it.each([
    ['Support', 'invalid-target'],
    ['Support@StatServer', 'invalid-target'],
    ['Support@S.XY', 'invalid-target'],
    ['@GA', 'invalid-target'],
    ['', 'invalid-target'],
    ['x@.constructor', 'invalid-target'],
    ['{StatCallsInQueue<10 8001.Q', 'invalid-target'],
    ['[x]8001.Q', 'invalid-target'],
    ['{StatMadeUp<10}8001.Q', 'invalid-target'],
    ['?billing>5@.GA', 'invalid-target'],
    ['?:billing>@.GA', 'invalid-target'],
    ['?:billing>5@.A', 'invalid-target'],
    ['Room 3@.GP', 'unsupported-target'],
    ['8999@.RP', 'unsupported-target'],
    ['Label@.DL', 'unsupported-target'],
    ['Q@.GQ', 'unsupported-target'],
    ['Spring@.C', 'unsupported-target'],
  ])('%j is refused: %s', (text, code) => expect(codeOf(() => parseTarget(text))).toBe(code));
});

describe('a list of targets', () => {
  it('is separated by commas outside of thresholds and names in quotes', () => {
    const list = parseTargets('{StatCallsInQueue<10}[25]8001.Q, ?:"a,b">2@.GA ,Support@GA,');
    expect(list.map(({ text }) => text)).toEqual(['8001@.Q', '?:"a,b">2@.GA', 'Support@.GA']);
  });

  const steps = [
    { target: 'Support@S.GA', timeout: '10', clear: 'true', stat_to_check: '', stat_operator: '', stat_value: '' },
    {
      target: '?:billing>5@S.GA',
      timeout: 20,
      stat_to_check: 'RStatAgentsTotal',
      stat_operator: '>=',
      stat_value: '2',
    },
    { target: 'Sales@S.GA', timeout: '', clear: true },
  ];
  const expected = [
    { text: 'Support@S.GA', fromMs: 0, untilMs: 10_000 },
    { text: '?:billing>5@S.GA', fromMs: 10_000, threshold: { text: 'RStatAgentsTotal>=2' } },
    { text: 'Sales@S.GA', fromMs: 30_000 },
  ];

  it.each([
    ['as a value', steps],
    ['as text', JSON.stringify(steps)],
    ['as text in single quotes', JSON.stringify(steps).replaceAll('"', "'")],
  ])('may be a JSON array of steps, %s', (_how, value) => {
    const targets = parseTargets(value);
    expect(targets).toMatchObject(expected);
    expect(targets[2]).not.toHaveProperty('untilMs');
  });

  it('takes a single step and quoted skills in single-quoted JSON', () => {
    expect(parseTargets(`{'target': '?:"Customer Care">2@.GA'}`)).toMatchObject([{ text: '?:"Customer Care">2@.GA' }]);
  });

  it.each([
    ['', 'nothing'],
    ['[]', 'no step'],
    ['[{"timeout": 3}]', 'a step without target'],
    ['[{"target": "Support@GA", "timeout": "soon"}]', 'a timeout that is no number'],
    ['[{"target": "Support@GA", "stat_to_check": "RStatAgentsReady", "stat_operator": "~"}]', 'an unknown operator'],
    ['[{"target": "Support@GA", "stat_to_check": "RStatAgentsReady", "stat_value": "x"}]', 'a value that is no number'],
    ['[{"target": "Support@GA"', 'broken JSON'],
  ])('%j is refused: %s', (text) => expect(codeOf(() => parseTargets(text))).toBe('invalid-target'));

  it('survives being stored', () => {
    const targets = [
      ...parseTargets(steps),
      ...parseTargets('{StatCallsInQueue<10}[25]8001.Q,Spring@Support@S.GC,2@.AP'),
    ];
    expect(restoredTargets(storedTargets(targets))).toEqual(targets);
  });
});
