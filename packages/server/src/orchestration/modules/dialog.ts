import type { Transaction } from '../../store/sql.js';
import type { Calls } from '../../telephony/index.js';
import type { Action, ActionDefinition, ActionModule, ActionOutcome } from '../action-module.js';
import type { Connections } from '../connections.js';
import { INPUT } from '../dialogs/input.js';
import { PROMPTS } from '../dialogs/prompts.js';
import { interactionsOfSession, lockInteraction } from '../interactions.js';
import type { Treatments } from '../treatments.js';
import { requiredText, text } from './attributes.js';

const COMMON = {
  requestid: { kind: 'location' },
  interactionid: { kind: 'value' },
  device: { kind: 'value' },
  language: { kind: 'value' },
  hints: { kind: 'value' },
} as const;

const CHOICE = {
  name: 'choice',
  attributes: { digit: { kind: 'value', required: true }, value: { kind: 'value' } },
} as const;

interface DialogParts {
  calls: Calls;
  connections: Connections;
  treatments: Treatments;
}

/**
 * `dialog`: what the parties of an interaction hear and key in (ors-interaction-dialog.md 6). Extensions of ours: `record`,
 * `menu`, and the attribute `url` of a prompt.
 */
export function dialogModule({ calls, connections, treatments }: DialogParts): ActionModule {
  const treatment: Pick<ActionDefinition, 'perform' | 'execute'> = {
    perform: (tx, action) => treatments.begin(tx, action),
    execute: (action) => treatments.execute(action),
  };

  async function stop(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = requiredText(action, 'requestid');
    if (await treatments.stop(tx, action.session.id, id)) return { done: { requestid: id } };
    return { error: 'unknown', description: `no dialog ${id} is running`, data: { requestid: id } };
  }

  async function deleteAnnouncement(action: Action): Promise<ActionOutcome> {
    await calls.deleteRecording(requiredText(action, 'userannid'));
    return { done: {} };
  }

  /** The treatment that ends the call. */
  async function cancelCall(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = text(action, 'interactionid') ?? (await interactionsOfSession(tx, action.session.id))[0]?.id ?? '';
    const interaction = await lockInteraction(tx, id);
    if (interaction?.session !== action.session.id || interaction.endedAt !== null) {
      return { error: 'invalidstate', description: 'there is no interaction to end' };
    }
    await connections.end(tx, interaction, action.now);
    return { done: { extensions: {} } };
  }

  return {
    namespaces: ['www.genesyslab.com/modules/dialog'],
    prefix: 'dialog',
    actions: {
      play: { attributes: COMMON, children: [PROMPTS], ...treatment },
      playsound: {
        attributes: {
          ...COMMON,
          type: { kind: 'value', required: true },
          resource: { kind: 'value' },
          duration: { kind: 'value' },
        },
        ...treatment,
      },
      collect: { attributes: COMMON, children: [INPUT, PROMPTS], ...treatment },
      playandcollect: { attributes: COMMON, children: [INPUT, PROMPTS], ...treatment },
      playandverify: { attributes: COMMON, children: [INPUT, PROMPTS], ...treatment },
      menu: {
        attributes: { ...COMMON, attempts: { kind: 'value' } },
        children: [INPUT, PROMPTS, CHOICE],
        ...treatment,
      },
      record: {
        attributes: {
          ...COMMON,
          maxtime: { kind: 'value' },
          silence: { kind: 'value' },
          beep: { kind: 'lenient' },
        },
        children: [INPUT, PROMPTS],
        ...treatment,
      },
      createann: {
        attributes: { ...COMMON, userid: { kind: 'value' } },
        children: [INPUT, PROMPTS],
        ...treatment,
      },
      deleteann: {
        attributes: { ...COMMON, userid: { kind: 'value' }, userannid: { kind: 'value', required: true } },
        execute: deleteAnnouncement,
      },
      start: { attributes: { ...COMMON, type: { kind: 'value', required: true } }, ...treatment },
      pause: { attributes: { ...COMMON, duration: { kind: 'value' } }, ...treatment },
      // Treatments that only a network with an intelligent peripheral has.
      remote: {
        attributes: { ...COMMON, destination: { kind: 'value', required: true }, default: { kind: 'value' } },
        ...treatment,
      },
      setdefaultroute: { attributes: { ...COMMON, destination: { kind: 'value' } }, ...treatment },
      cancelcall: { attributes: COMMON, perform: cancelCall },
      stop: { attributes: { requestid: { kind: 'value', required: true } }, perform: stop },
    },
  };
}
