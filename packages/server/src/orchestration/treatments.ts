import { RingbackError } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import type { Sql, Transaction } from '../store/sql.js';
import type { Calls, TreatmentResult } from '../telephony/index.js';
import type { Action, ActionOutcome } from './action-module.js';
import type { Actions, Post } from './actions.js';
import { afterStep, FIRST_STEP, interrupted, LOST, requestOf, type TreatmentRequest } from './dialogs/dialog-plan.js';
import { checkPrompts } from './dialogs/prompts.js';
import type { Errands } from './errands.js';
import type { InteractionNews } from './interaction-news.js';
import { type Interaction, interactionsOfSession, lockInteraction, setTreatment } from './interactions.js';
import { mergeUserData } from './user-data.js';

/** The leg does not hear: not yet, or not any more. */
const NOT_UP: ReadonlySet<string> = new Set(['leg-ended', 'leg-not-answered', 'unknown-leg']);

/**
 * What a dialog waits for, as its action's subject: `treatment:INTERACTION:LEG:STEP:REPLACED`, each encoded as in an address,
 * since ids may have colons. The first word is known to `Actions`, which carries such actions out again after a crash.
 */
interface Position {
  interaction: string;
  leg: string;
  step: string;
  /** The treatment that is to be stopped before this one begins. */
  replaced: string;
}

/**
 * What the parties of interactions hear and key in. An interaction has one treatment at a time: a new one replaces the
 * one before, whose answer comes first. Where a dialog stands is its action's subject, so that after a crash each step is
 * asked for again; the network then tells its end, or starts nothing anew.
 */
export class Treatments {
  constructor(
    private readonly parts: {
      database: Database;
      calls: Calls;
      actions: Actions;
      news: InteractionNews;
      post: Post;
      errands: Errands;
    },
  ) {}

  /** Performs a dialog: finds its leg, checks what the application asks for, and replaces the treatment under way. */
  async begin(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const interaction = await this.#interactionOf(tx, action);
    const leg = await this.#legOf(tx, interaction, action);
    checkPrompts(action);
    requestOf(action, FIRST_STEP);
    const replaced = await this.#answerRunning(tx, interaction);
    await setTreatment(tx, interaction.id, action.requestId);
    if (action.name === 'start') {
      const { session, requestId } = action;
      await this.parts.post(tx, session.id, { name: 'dialog.start.requestid', data: { requestid: requestId } });
    }
    return { pending: subjectOf({ interaction: interaction.id, leg, step: FIRST_STEP, replaced }) };
  }

  /** Executes the step at which a dialog stands. */
  async execute(action: Action): Promise<ActionOutcome> {
    const { database, actions, calls } = this.parts;
    const position = positionOf(await actions.subjectOf(database, action.requestId));
    if (!position) return 'silent';
    const { leg, step, replaced } = position;
    try {
      if (replaced !== '') await calls.stopTreatment(replaced);
      await this.#treat(leg, treatmentId(action.requestId, step), requestOf(action, step));
    } catch (error) {
      if (!(error instanceof RingbackError) || !NOT_UP.has(error.code)) throw error;
      throw new RingbackError('invalidstate', error.message, [], { cause: error });
    }
    return 'pending';
  }

  /** Handler for `Calls.onTreated`. */
  treated = async (tx: Transaction, id: string, result: TreatmentResult): Promise<void> => {
    const { actions, errands, news } = this.parts;
    const requestId = id.split('#', 1)[0] ?? id;
    const position = positionOf(await actions.subjectOf(tx, requestId));
    const action = position && (await actions.pending(tx, requestId));
    if (!action || treatmentId(requestId, position.step) !== id) return;
    const next = afterStep(action, position.step, result);
    if ('answer' in next) {
      // What a voice application attached to the call is known before the application's end is.
      if (result.type === 'application' && Object.keys(result.userData).length > 0) {
        await mergeUserData(tx, news, position.interaction, result.userData);
      }
      return actions.complete(tx, requestId, next.answer);
    }
    const { leg } = position;
    await actions.waitFor(tx, requestId, subjectOf({ ...position, step: next.step, replaced: '' }));
    tx.afterCommit(() =>
      errands.run('going on with a dialog', () =>
        this.#treat(leg, treatmentId(requestId, next.step), requestOf(action, next.step)),
      ),
    );
  };

  /** Ends a dialog of the session; whether it was under way. No other event follows. */
  async stop(tx: Transaction, session: string, requestId: string): Promise<boolean> {
    const { actions } = this.parts;
    const action = await actions.pending(tx, requestId);
    if (action?.session.id !== session) return false;
    const position = positionOf(await actions.subjectOf(tx, requestId));
    if (!position) return false;
    await actions.complete(tx, requestId, 'silent');
    this.#stopAfter(tx, treatmentId(requestId, position.step));
    return true;
  }

  /** Somebody talks to the party from now on: what is played to it ends. */
  async interrupt(tx: Transaction, interaction: Interaction): Promise<void> {
    const running = await this.#answerRunning(tx, interaction);
    if (running !== '') this.#stopAfter(tx, running);
  }

  /** The interaction is over, and so is its dialog. */
  async interactionEnded(tx: Transaction, { treatment }: Interaction): Promise<void> {
    if (treatment !== null) await this.parts.actions.complete(tx, treatment, LOST);
  }

  /** Answers the treatment under way, which is about to end; its id in the network, or ''. */
  async #answerRunning(tx: Transaction, { treatment }: Interaction): Promise<string> {
    if (treatment === null) return '';
    const { actions } = this.parts;
    const action = await actions.pending(tx, treatment);
    const position = positionOf(await actions.subjectOf(tx, treatment));
    if (!action || !position) return '';
    await actions.complete(tx, treatment, interrupted(action));
    return treatmentId(treatment, position.step);
  }

  #stopAfter(tx: Transaction, id: string): void {
    const { calls, errands } = this.parts;
    tx.afterCommit(() => errands.run('stopping a treatment', () => calls.stopTreatment(id)));
  }

  async #treat(leg: string, id: string, request: TreatmentRequest): Promise<void> {
    const { calls } = this.parts;
    switch (request.kind) {
      case 'play':
        return calls.play(leg, id, request.media);
      case 'collect':
        return calls.collect(leg, id, request.request);
      case 'record':
        return calls.record(leg, id, request.request);
      case 'application':
        return calls.runApplication(leg, id, request.request);
    }
  }

  /** The interaction that the action names, or that has the device, or the session's first. */
  async #interactionOf(tx: Transaction, action: Action): Promise<Interaction> {
    const { interactionid: id } = action.attributes;
    const [first] = typeof id === 'string' && id !== '' ? [] : await interactionsOfSession(tx, action.session.id);
    const named = first?.id ?? (typeof id === 'string' ? id : '');
    const interaction = await lockInteraction(tx, named);
    if (interaction?.session === action.session.id && interaction.endedAt === null) return interaction;
    throw new RingbackError('invalidstate', 'there is no interaction to treat');
  }

  /** The party with the device that the action names, or the one for whom the interaction is. */
  async #legOf(tx: Sql, interaction: Interaction, { attributes }: Action): Promise<string> {
    const device = attributes.device === undefined || attributes.device === null ? '' : String(attributes.device);
    const legs = (await this.parts.news.legs(tx, interaction)).map(({ leg }) => leg);
    const named = legs.find((leg) => device !== '' && leg.number === device && leg.role !== 'inbound');
    const leg = named ?? legs.find(({ id }) => id === interaction.customer);
    if (leg && leg.state !== 'ended') return leg.id;
    throw new RingbackError('invalidstate', 'there is no party to treat');
  }
}

function subjectOf({ interaction, leg, step, replaced }: Position): string {
  return ['treatment', ...[interaction, leg, step, replaced].map(encodeURIComponent)].join(':');
}

function positionOf(subject: string | undefined): Position | undefined {
  const [kind, interaction, leg, step, replaced = ''] = (subject ?? '').split(':').map(decodeURIComponent);
  if (kind !== 'treatment' || interaction === undefined || leg === undefined || step === undefined) return undefined;
  return { interaction, leg, step, replaced };
}

/** Under what id the network knows a step. */
function treatmentId(requestId: string, step: string): string {
  return step === FIRST_STEP ? requestId : `${requestId}#${step}`;
}
