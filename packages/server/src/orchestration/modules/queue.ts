import type { AttributeDescriptor } from '@ringback/scxml';
import { RingbackError } from '../../kernel/index.js';
import type { RouteChange, Router } from '../../routing/index.js';
import type { Database } from '../../store/index.js';
import type { Sql, Transaction } from '../../store/sql.js';
import type { Action, ActionDefinition, ActionModule, ActionOutcome } from '../action-module.js';
import type { Actions, Post } from '../actions.js';
import type { AgentRouting } from '../agent-routing.js';
import type { PerformanceCounters } from '../counters.js';
import { flag, number, object, text } from './attributes.js';
import { withdraw } from './queue/answers.js';
import { type BusyTreatments, runTreatments } from './queue/busy-treatments.js';
import { queueFunctions } from './queue/functions.js';
import { interactionOf, orderOf, requestOf, timeoutOf } from './queue/request.js';
import { type RuleParts, withRule } from './queue/routing-rule.js';
import { clearStanding, readSettings } from './queue/settings.js';
import { TARGETS, targetsOf } from './queue/targets.js';

export { answerSubmits, leaveLine } from './queue/answers.js';
export { BusyTreatments } from './queue/busy-treatments.js';

interface QueueParts extends RuleParts {
  sql: Sql;
  database: Database;
  router: Router;
  actions: () => Actions;
  post: Post;
  counters: PerformanceCounters;
  agentRouting: () => AgentRouting;
  busyTreatments: () => BusyTreatments;
}

const VALUE: AttributeDescriptor = { kind: 'value' };
const LENIENT: AttributeDescriptor = { kind: 'lenient' };

/** What `submit` and `update` say of whom they want. */
const WANTED = { priority: VALUE, ordertype: VALUE, orderstat: VALUE, timeout: VALUE, src: VALUE, hints: VALUE };

/**
 * `queue`: selection of agents (ors-core-queue.md 3). Hints of ours on `submit`: `arrival` (ms since 1970, the place in
 * the line), `selectable` (false keeps the place without being served yet), `reservation` (seconds), `yields` (while the
 * agent is held, a session that needs one at once may be given him), `priorityIncrement` and `priorityIncrementInterval`
 * (seconds).
 *
 * @param dialog the module whose dialogs may run while a request waits
 */
export function queueModule(parts: QueueParts, dialog: ActionModule): ActionModule {
  const { router, post } = parts;

  async function submit(tx: Transaction, action: Action): Promise<ActionOutcome> {
    if (hasRule(action)) return 'pending';
    const { requestId, session } = action;
    const targets = targetsOf(action);
    const interaction = await interactionOf(tx, session, text(action, 'interactionid'));
    if (flag(action, 'clearqueue')) await clearQueue(tx, action, interaction?.id);
    const settings = await readSettings(tx, session.id, interaction?.id);
    const request = await requestOf(tx, router, action, { targets, interaction, settings });
    await parts.counters.time('urs-request-time', () => named(() => router.submit(tx, request)));
    await post(tx, session.id, { name: 'queue.submit.requestid', data: { requestid: requestId } });
    if (interaction) await parts.busyTreatments().begin(tx, action, interaction.id);
    return 'pending';
  }

  /** Takes all that the interaction waits for out of consideration. */
  async function clearQueue(tx: Transaction, { session }: Action, interaction: string | undefined): Promise<void> {
    for (const id of await router.requestsOf(tx, session.id, interaction ?? null))
      await withdraw(tx, parts, session, id);
    await clearStanding(tx, session.id, interaction);
  }

  async function cancel(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { session } = action;
    const id = text(action, 'requestid');
    const interaction = text(action, 'interactionid');
    const wanted = interaction === undefined ? undefined : (await interactionOf(tx, session, interaction))?.id;
    const waiting = await router.requestsOf(tx, session.id, wanted ?? null, text(action, 'queue') ?? null);
    const meant = id === undefined ? waiting : waiting.filter((one) => one === id);
    if (id !== undefined && meant.length === 0) {
      return { error: 'invalidparameter', description: `there is no waiting request ${id}`, data: { requestid: id } };
    }
    for (const one of meant) await withdraw(tx, parts, session, one);
    if (id === undefined) await clearStanding(tx, session.id, wanted ?? (await interactionOf(tx, session))?.id);
    return meant.length > 0 ? 'silent' : { done: {} };
  }

  async function query(_tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = text(action, 'requestid') ?? '';
    const answer = await router.query(id);
    if (!answer) return unknownRequest(id);
    return {
      done: {
        requestid: id,
        priority: answer.priority,
        positioninqueue: answer.position,
        totalinqueue: answer.total,
        invqwaittime: answer.ewtSeconds,
        // Between these, 80 of 100 such waits end.
        invqwaittimelow: answer.ewtLowSeconds,
        invqwaittimehigh: answer.ewtHighSeconds,
      },
    };
  }

  async function update(tx: Transaction, action: Action): Promise<ActionOutcome> {
    if (hasRule(action)) return 'pending';
    const id = text(action, 'requestid') ?? '';
    const waiting = await router.requestsOf(tx, action.session.id);
    const isChanged = waiting.includes(id) && (await router.update(tx, id, await changeOf(tx, action, id)));
    if (!isChanged) return unknownRequest(id);
    const treatments = action.children.find(({ name }) => name === 'runtreatments');
    if (treatments) await parts.busyTreatments().replace(tx, id, treatments);
    return { done: { requestid: id } };
  }

  async function changeOf(tx: Transaction, action: Action, id: string): Promise<RouteChange> {
    const { selectable } = object(action, 'hints');
    const priority = number(action, 'priority');
    const targets = action.children.some(({ name }) => name === 'targets') ? targetsOf(action) : undefined;
    const order = orderOf(action);
    const known = text(action, 'ordertype') === undefined ? undefined : (await router.request(tx, id))?.preferences;
    const { order: _, ...others } = known ?? {};
    const isReordered = text(action, 'ordertype') !== undefined;
    return {
      ...(priority !== undefined && { priority: Math.round(priority) }),
      ...(typeof selectable === 'boolean' && { selectable }),
      ...(targets && { targets }),
      ...(isReordered && { preferences: { ...others, ...(order && { order }) } }),
      ...(text(action, 'timeout') !== undefined && { timeoutAt: timeoutOf(action) ?? null }),
    };
  }

  /** Sends the interaction to the default destination of its routing point. */
  async function toDefault(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { session } = action;
    const interaction = await interactionOf(tx, session, text(action, 'interactionid'));
    if (!interaction) return { error: 'unknowncall', description: 'the session has no interaction' };
    await clearQueue(tx, action, interaction.id);
    const destination = text(action, 'destination');
    await parts.agentRouting().routeToDefault(tx, interaction.id, session, destination);
    return { done: { interactionid: interaction.id } };
  }

  /** Performs an action with the rule that it names, which has to be looked for first. */
  function withSource(
    perform: (tx: Transaction, action: Action) => Promise<ActionOutcome>,
  ): Pick<ActionDefinition, 'perform' | 'execute' | 'isExecuted'> {
    return {
      perform,
      isExecuted: hasRule,
      execute: async (action) => {
        const complete = await withRule(parts.sql, parts, action);
        return parts.database.transaction(async (tx) =>
          (await parts.actions().becomes(tx, complete)) ? perform(tx, complete) : 'silent',
        );
      },
    };
  }

  return {
    namespaces: ['www.genesyslab.com/modules/queue'],
    prefix: 'queue',
    ...queueFunctions(parts),
    actions: {
      submit: {
        attributes: {
          ...WANTED,
          requestid: { kind: 'location' },
          interactionid: VALUE,
          queue: VALUE,
          ordertype: LENIENT,
          clearontimeout: LENIENT,
          clearqueue: LENIENT,
          route: LENIENT,
        },
        children: [TARGETS, runTreatments(dialog)],
        ...withSource(submit),
      },
      cancel: { attributes: { requestid: VALUE, interactionid: VALUE, queue: VALUE, hints: VALUE }, perform: cancel },
      query: { attributes: { requestid: VALUE, hints: VALUE }, perform: query },
      update: {
        attributes: { ...WANTED, requestid: VALUE, ordertype: LENIENT },
        children: [TARGETS, runTreatments(dialog)],
        ...withSource(update),
      },
      default: {
        attributes: { requestid: { kind: 'location' }, interactionid: VALUE, destination: VALUE, hints: VALUE },
        perform: toDefault,
      },
    },
  };
}

/** Whether an action is still to be completed with a rule that is kept elsewhere. */
function hasRule(action: Action): boolean {
  return text(action, 'src') !== undefined;
}

function unknownRequest(id: string): ActionOutcome {
  return { error: 'invalidparameter', description: `there is no waiting request ${id}`, data: { requestid: id } };
}

/** What routing calls wrong gets the names of the original's error events (ors-core-queue.md 3.6). */
async function named(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RingbackError) || error.code !== 'no-targets') throw error;
    throw new RingbackError('notargets', error.message, [], { cause: error });
  }
}
