import { describe, expect, it } from 'vitest';
import { RingbackError } from '../../kernel/index.js';
import { changedSettings, scriptOf, UNDESCRIBED } from './settings.js';
import { parseSettingsChange, settingsAsJson } from './settings-input.js';

function pointersOf(body: unknown): string[] {
  try {
    parseSettingsChange(body);
  } catch (error) {
    if (!(error instanceof RingbackError)) throw error;
    expect(error.code).toBe('invalid-simulator-settings');
    return error.details.map(({ pointer }) => pointer);
  }
  return [];
}

/** The settings after several bodies were put. */
function put(...bodies: unknown[]) {
  return bodies.reduce<typeof UNDESCRIBED>(
    (settings, body) => changedSettings(settings, parseSettingsChange(body)),
    UNDESCRIBED,
  );
}

describe('the description of the simulated world', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, []],
    [
      'everything',
      {
        default: { outcome: 'busy', ringSeconds: 0.25, talkSeconds: null, digits: '1*#D' },
        numbers: { '5115': { sequence: [{ outcome: 'busy' }, { outcome: 'answer', talkSeconds: 0 }] }, '1': null },
        agents: {
          a100: { auto: true, answerSeconds: 0, wrapSeconds: 1.5, preview: 'ignore', disposition: { result: 33 } },
        },
        seed: -7,
      },
      [],
    ],
    ['no object', [], ['']],
    ['null', null, ['']],
    ['an unknown member', { defaults: {} }, ['/defaults']],
    ['an unknown outcome', { default: { outcome: 'maybe' } }, ['/default/outcome']],
    [
      'wrong numbers',
      { default: { ringSeconds: -1, talkSeconds: '5' }, seed: 1.5 },
      ['/default/ringSeconds', '/default/talkSeconds', '/seed'],
    ],
    ['numbers that are none', { default: { ringSeconds: Number.NaN } }, ['/default/ringSeconds']],
    ['a number with special characters', { numbers: { 'a/b~c': { digits: 'x' } } }, ['/numbers/a~1b~0c/digits']],
    ['an empty sequence', { numbers: { 1: { sequence: [] } } }, ['/numbers/1/sequence']],
    [
      'a wrong member of a sequence',
      { numbers: { 1: { sequence: [{}, { outcome: 'x' }, { sequence: [{}] }] } } },
      ['/numbers/1/sequence/1/outcome', '/numbers/1/sequence/2/sequence'],
    ],
    ['a party that is none', { numbers: { 1: 'busy' } }, ['/numbers/1']],
    [
      'a wrong agent',
      { agents: { a: { auto: 'yes', preview: 'no', wrapSeconds: true, disposition: [], x: 1 } } },
      ['/agents/a/x', '/agents/a/auto', '/agents/a/wrapSeconds', '/agents/a/preview', '/agents/a/disposition'],
    ],
  ])('is checked: %s', (_name, body, pointers) => {
    expect(pointersOf(body)).toEqual(pointers);
  });

  it('is sent back as it was put', () => {
    const body = {
      default: { outcome: 'busy' },
      numbers: { '5115': { ringSeconds: 2 } },
      agents: { a1: { auto: true } },
      seed: 4,
    };
    expect(settingsAsJson(put(body))).toEqual(body);
    expect(settingsAsJson(put())).toEqual({ default: {}, numbers: {}, agents: {}, seed: 1 });
  });

  it('keeps what a change does not name', () => {
    const settings = put(
      { default: { ringSeconds: 3 }, numbers: { 1: { outcome: 'busy' }, 2: {} }, agents: { a: { auto: true } } },
      { default: { talkSeconds: 1 }, numbers: { 2: null, 3: {} }, agents: { a: { wrapSeconds: 0 }, b: {} }, seed: 9 },
    );
    expect(settingsAsJson(settings)).toEqual({
      default: { ringSeconds: 3, talkSeconds: 1 },
      numbers: { 1: { outcome: 'busy' }, 3: {} },
      agents: { a: { auto: true, wrapSeconds: 0 }, b: {} },
      seed: 9,
    });
  });

  it('replaces what is said of a number as a whole', () => {
    const settings = put(
      { numbers: { 1: { ringSeconds: 9, sequence: [{ outcome: 'busy' }] } } },
      { numbers: { 1: { outcome: 'fax' } } },
    );
    expect(settingsAsJson(settings)).toMatchObject({ numbers: { 1: { outcome: 'fax' } } });
  });

  it('ends the sequence of everybody when everybody gets one outcome', () => {
    const sequence = [{ outcome: 'busy' }];
    expect(settingsAsJson(put({ default: { sequence } }, { default: { outcome: 'fax' } }))).toMatchObject({
      default: { outcome: 'fax' },
    });
    expect(put({ default: { sequence } }, { default: { ringSeconds: 2 } }).default.sequence).toEqual(sequence);
    expect(put({ default: { sequence } }, { default: null }).default).toEqual({});
  });
});

describe('how a party behaves', () => {
  it('is as usual when nothing is said', () => {
    expect(scriptOf(UNDESCRIBED, undefined, 0)).toEqual({ outcome: 'answer', ringMs: 1000, talkMs: 5000, digits: '' });
  });

  it('is as for everybody where nothing is said of it, and as for all its attempts where nothing is said of one', () => {
    const settings = put({
      default: { ringSeconds: 0.5, talkSeconds: null, outcome: 'busy' },
      numbers: { 1: { digits: '7', sequence: [{ outcome: 'no-answer' }, { ringSeconds: 2, talkSeconds: 0.25 }] } },
    });
    const party = settings.numbers.get('1');
    expect(scriptOf(settings, party, 0)).toEqual({ outcome: 'no-answer', ringMs: 500, talkMs: null, digits: '7' });
    expect(scriptOf(settings, party, 1)).toEqual({ outcome: 'busy', ringMs: 2000, talkMs: 250, digits: '7' });
    expect(scriptOf(settings, party, 7)).toEqual(scriptOf(settings, party, 1));
    expect(scriptOf(settings, undefined, 0)).toEqual({ outcome: 'busy', ringMs: 500, talkMs: null, digits: '' });
  });
});
