import type { ChildDescriptor } from '@ringback/scxml';
import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/sql.js';
import type { Calls, Media } from '../../telephony/index.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import type { Actions } from '../actions.js';
import type { Errands } from '../errands.js';
import { interactionsOfSession, readInteraction } from '../interactions.js';
import { number, requiredText, text } from './attributes.js';

const COMMON = {
  requestid: { kind: 'location' },
  interactionid: { kind: 'value' },
  device: { kind: 'value' },
  language: { kind: 'value' },
  hints: { kind: 'value' },
} as const;

const PROMPTS: ChildDescriptor = {
  name: 'prompts',
  attributes: { type: { kind: 'lenient' } },
  children: [
    {
      name: 'prompt',
      attributes: {
        intid: { kind: 'value' },
        number: { kind: 'value' },
        userannid: { kind: 'value' },
        text: { kind: 'value' },
        url: { kind: 'value' },
        interrupt: { kind: 'lenient' },
      },
    },
  ],
};

const INPUT: ChildDescriptor = {
  name: 'input',
  attributes: {
    max_digits: { kind: 'value' },
    term_digits: { kind: 'value' },
    start_timeout: { kind: 'value' },
    digit_timeout: { kind: 'value' },
    total_timeout: { kind: 'value' },
  },
};

/** The customer does not hear: not yet, or not any more. */
const NOT_UP: ReadonlySet<string> = new Set(['leg-ended', 'leg-not-answered', 'unknown-leg']);

const TONES = ['music', 'ringback', 'busy', 'fastbusy', 'silence'] as const;

/** Of digits, and of seconds to wait for them. */
const MOST = 86_400;

interface DialogParts {
  sql: Sql;
  calls: Calls;
  actions: () => Actions;
  errands: Errands;
}

/** `dialog`: what the customer hears and keys in (ors-interaction-dialog.md 6). `prompt/@url` is an extension of ours. */
export function dialogModule({ sql, calls, actions, errands }: DialogParts): ActionModule {
  /** Stores which leg is treated, so that the execution after the commit, or after a crash, addresses the same. */
  async function onLeg(tx: Transaction, action: Action): Promise<ActionOutcome> {
    await legOf(tx, action);
    return { pending: `treatment:${action.requestId}` };
  }

  async function legOf(tx: Sql, action: Action): Promise<string> {
    const id = text(action, 'interactionid');
    const interaction = id ? await readInteraction(tx, id) : (await interactionsOfSession(tx, action.session.id))[0];
    if (interaction?.session !== action.session.id || interaction.endedAt !== null) {
      throw new RingbackError('invalidstate', 'there is no interaction to treat');
    }
    return interaction.customer;
  }

  async function play(action: Action): Promise<ActionOutcome> {
    return treat(action, (leg) => calls.play(leg, action.requestId, mediaOf(action)));
  }

  async function collect(action: Action): Promise<ActionOutcome> {
    const input = action.children.find(({ name }) => name === 'input')?.attributes ?? {};
    const seconds = (name: string, otherwise: number) => Math.round(positive(input, name, otherwise) * 1000);
    return treat(action, (leg) =>
      calls.collect(leg, action.requestId, {
        maxDigits: Math.ceil(positive(input, 'max_digits', 1)),
        terminators: String(input.term_digits ?? '#'),
        firstDigitTimeoutMs: seconds('start_timeout', 10),
        totalTimeoutMs: seconds('total_timeout', 30),
      }),
    );
  }

  async function treat(action: Action, start: (leg: string) => Promise<void>): Promise<ActionOutcome> {
    const leg = await legOf(sql, action);
    try {
      await start(leg);
    } catch (error) {
      if (!(error instanceof RingbackError) || !NOT_UP.has(error.code)) throw error;
      throw new RingbackError('invalidstate', error.message, [], { cause: error });
    }
    return 'pending';
  }

  async function stop(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'requestid');
    const running = await actions().pending(tx, id);
    if (!running) return { error: 'unknown', description: `no dialog ${id} is running` };
    await actions().complete(tx, id, { done: { extensions: {} } });
    tx.afterCommit(() => errands.run('stopping a treatment', () => calls.stopTreatment(id)));
    return { done: { requestid: id } };
  }

  return {
    namespaces: ['www.genesyslab.com/modules/dialog'],
    prefix: 'dialog',
    actions: {
      play: { attributes: COMMON, children: [PROMPTS], perform: onLeg, execute: play },
      playsound: {
        attributes: {
          ...COMMON,
          type: { kind: 'value', required: true },
          resource: { kind: 'value' },
          duration: { kind: 'value' },
        },
        perform: onLeg,
        execute: play,
      },
      collect: { attributes: COMMON, children: [INPUT, PROMPTS], perform: onLeg, execute: collect },
      playandcollect: { attributes: COMMON, children: [INPUT, PROMPTS], perform: onLeg, execute: collect },
      stop: { attributes: { requestid: { kind: 'value', required: true } }, perform: stop },
    },
  };
}

function positive(input: JsonObject, name: string, otherwise: number): number {
  const value = Number(input[name] ?? otherwise);
  if (value > 0 && value <= MOST) return value;
  const wanted = `${name} must be a number above 0, at most ${MOST}`;
  throw new RingbackError('invalid-parameter', `${wanted}, not ${JSON.stringify(input[name])}`);
}

function mediaOf(action: Action): Media {
  if (action.name === 'playsound') return tone(action);
  const prompt = action.children.find(({ name }) => name === 'prompts')?.children[0]?.attributes ?? {};
  if (prompt.url !== undefined) return { kind: 'file', url: String(prompt.url) };
  if (prompt.text !== undefined) return { kind: 'text', text: String(prompt.text) };
  const announcement = prompt.userannid ?? prompt.intid ?? prompt.number;
  if (announcement === undefined) throw new RingbackError('invalid-parameter', 'the prompt names nothing to play');
  return { kind: 'file', url: `announcement:${String(announcement)}` };
}

function tone(action: Action): Media {
  const type = requiredText(action, 'type');
  const found = TONES.find((known) => known === type);
  if (!found) throw new RingbackError('invalid-parameter', `type must be one of ${TONES.join(', ')}, not ${type}`);
  const duration = number(action, 'duration');
  const resource = text(action, 'resource');
  if (found === 'music' && resource !== undefined) return { kind: 'file', url: resource, loop: duration === undefined };
  return { kind: 'tone', tone: found, ...(duration !== undefined && { durationMs: duration * 1000 }) };
}
