import type { ChildDescriptor } from '@ringback/scxml';
import { DatabaseUnavailable, type JsonObject, RingbackError } from '../../kernel/index.js';
import { parseTargets, type RouteRequest, type Router, type Target } from '../../routing/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import type { Actions, Post } from '../actions.js';
import type { AgentRouting } from '../agent-routing.js';
import { milliseconds, number, object, objectOf, text } from './attributes.js';

/** A selected target stays reserved for this long when the application only selects (ruling on `targetselected`). */
const SELECT_ONLY_RESERVATION_MS = 3_000;
/** When the router itself connects the agent, the reservation covers the time until the agent's phone rings. */
const ROUTED_RESERVATION_MS = 30_000;

const TARGETS: ChildDescriptor = {
  name: 'targets',
  attributes: { type: { kind: 'lenient' }, statserver: { kind: 'value' } },
  children: [
    {
      name: 'target',
      attributes: {
        name: { kind: 'value' },
        type: { kind: 'lenient' },
        statserver: { kind: 'value' },
        skillexpr: { kind: 'value' },
        weight: { kind: 'value' },
        threshold: { kind: 'value' },
      },
    },
    { name: 'targetid', attributes: { expr: { kind: 'value', required: true } } },
  ],
};

/** Element type names of `<queue:target>` (ors-core-queue.md 3.1) and their abbreviations. */
const TYPE_ABBREVIATIONS: Record<string, string> = {
  agent: 'A',
  place: 'AP',
  agentgroup: 'GA',
  skill: 'GA',
  placegroup: 'GP',
  queue: 'Q',
  queuegroup: 'GQ',
  routepoint: 'RP',
  dn: 'DN',
};

interface QueueParts {
  router: Router;
  actions: () => Actions;
  post: Post;
  agentRouting: () => AgentRouting;
}

/**
 * `queue`: selection of agents (ors-core-queue.md 3). Hints of ours on `submit`: `arrival` (ms since 1970, the place in
 * the line), `selectable` (false keeps the place without being served yet), `reservation` (seconds), `priorityIncrement` and
 * `priorityIncrementInterval` (seconds).
 */
export function queueModule(parts: QueueParts): ActionModule {
  const { router, post } = parts;

  async function submit(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { requestId, session } = action;
    const targets = targetsOf(action);
    const timeout = milliseconds(action, 'timeout');
    const hints = object(action, 'hints');
    const interaction = text(action, 'interactionid');
    const reservation =
      interaction !== undefined && routes(action) ? ROUTED_RESERVATION_MS : SELECT_ONLY_RESERVATION_MS;
    const request: RouteRequest = {
      id: requestId,
      session: session.id,
      ...(interaction !== undefined && { interaction }),
      ...(session.callback !== undefined && { callback: session.callback }),
      virtualQueue: text(action, 'queue') ?? 'none',
      targets,
      priority: number(action, 'priority') ?? 0,
      arrival: Number(hints.arrival ?? action.now),
      selectable: hints.selectable !== false,
      ...increment(hints),
      ...(timeout !== undefined && { timeoutAt: action.now + timeout }),
      reservationMs: hints.reservation === undefined ? reservation : Number(hints.reservation) * 1000,
    };
    await router.submit(tx, request);
    await post(tx, session.id, { name: 'queue.submit.requestid', data: { requestid: requestId } });
    return 'pending';
  }

  async function cancel(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = text(action, 'requestid');
    const waiting = await parts.actions().pendingOf(tx, action.session.id, 'submit');
    const ids = waiting.filter((submit) => isMeant(submit, action)).map(({ requestId }) => requestId);
    if (id !== undefined && ids.length === 0) {
      return { error: 'invalidparameter', description: `there is no waiting request ${id}` };
    }
    for (const request of ids) {
      await router.cancel(tx, request);
      await parts.actions().complete(tx, request, 'silent');
      await post(tx, action.session.id, { name: 'queue.cancel.done', data: { requestid: request } });
    }
    return ids.length > 0 ? 'silent' : { done: {} };
  }

  async function query(_tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = text(action, 'requestid') ?? '';
    const answer = await router.query(id);
    if (!answer) return { error: 'invalidparameter', description: `there is no request ${id}` };
    return {
      done: {
        requestid: id,
        priority: answer.priority,
        positioninqueue: answer.position,
        totalinqueue: answer.total,
        invqwaittime: answer.ewtSeconds,
      },
    };
  }

  async function update(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const id = text(action, 'requestid') ?? '';
    const hints = object(action, 'hints');
    const priority = number(action, 'priority');
    const targets = action.children.length > 0 ? targetsOf(action) : undefined;
    const updated = await router.update(tx, id, {
      ...(priority !== undefined && { priority }),
      ...(typeof hints.selectable === 'boolean' && { selectable: hints.selectable }),
      ...(targets && { targets }),
    });
    if (!updated) return { error: 'invalidparameter', description: `there is no waiting request ${id}` };
    return { done: { requestid: id } };
  }

  return {
    namespaces: ['www.genesyslab.com/modules/queue'],
    prefix: 'queue',
    actions: {
      submit: {
        attributes: {
          requestid: { kind: 'location' },
          interactionid: { kind: 'value' },
          queue: { kind: 'value' },
          priority: { kind: 'value' },
          ordertype: { kind: 'lenient' },
          orderstat: { kind: 'value' },
          timeout: { kind: 'value' },
          clearontimeout: { kind: 'lenient' },
          clearqueue: { kind: 'lenient' },
          route: { kind: 'lenient' },
          src: { kind: 'value' },
          hints: { kind: 'value' },
        },
        children: [TARGETS],
        perform: submit,
      },
      cancel: {
        attributes: {
          requestid: { kind: 'value' },
          interactionid: { kind: 'value' },
          queue: { kind: 'value' },
          hints: { kind: 'value' },
        },
        perform: cancel,
      },
      query: { attributes: { requestid: { kind: 'value', required: true }, hints: { kind: 'value' } }, perform: query },
      update: {
        attributes: {
          requestid: { kind: 'value', required: true },
          priority: { kind: 'value' },
          hints: { kind: 'value' },
        },
        children: [TARGETS],
        perform: update,
      },
    },
  };
}

/** Answers `<queue:submit>` when the router has found an agent, or the time has run out. */
export function answerSubmits(parts: QueueParts): void {
  const { router } = parts;

  router.onSelected(async (tx, { request, agent, target }) => {
    const resource: JsonObject = {
      type: 'A',
      dn: agent.dn,
      switch: 'ringback',
      agent: agent.id,
      place: agent.dn,
      vq: request.virtualQueue,
    };
    const done: JsonObject = {
      ...(request.interaction !== undefined && { interactionid: request.interaction }),
      targetselected: `${agent.dn}@ringback.DN`,
      targetcomponentselected: `${agent.id}@.A`,
      targetobjectselected: target,
      vqselected: request.virtualQueue,
      resource,
    };
    const asked = await parts.actions().pending(tx, request.id);
    if (asked && request.interaction !== undefined && routes(asked)) {
      const problem = await routingProblem(tx, request.interaction, resource, asked);
      if (problem !== undefined) {
        await parts.actions().complete(tx, request.id, { error: 'routingfailed', description: problem });
        await router.release(tx, request.id);
        return;
      }
    }
    await parts.actions().complete(tx, request.id, { done });
  });

  router.onTimeout(async (tx, request) => {
    const description = `no target became ready in time in ${request.virtualQueue}`;
    await parts.actions().complete(tx, request.id, { error: 'timeout', description });
  });

  /** Connects the selected agent; what is in the way is the application's matter and must not keep the line waiting. */
  async function routingProblem(
    tx: Transaction,
    interaction: string,
    resource: JsonObject,
    { session }: Action,
  ): Promise<string | undefined> {
    try {
      await parts.agentRouting().route(tx, interaction, resource, session);
      return undefined;
    } catch (error) {
      if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
      return error.message;
    }
  }
}

/** An interaction that has ended waits no longer; its session hears of the end itself, not of its requests. */
export async function leaveLine(
  tx: Transaction,
  { router, actions }: { router: Router; actions: Actions },
  interaction: { id: string; session: string },
): Promise<void> {
  for (const submit of await actions.pendingOf(tx, interaction.session, 'submit')) {
    if (text(submit, 'interactionid') !== interaction.id) continue;
    await router.cancel(tx, submit.requestId);
    await actions.complete(tx, submit.requestId, 'silent');
  }
}

/** The priority grows by `priorityIncrement` for every `priorityIncrementInterval` seconds of waiting. */
function increment(hints: JsonObject): Pick<RouteRequest, 'priorityIncrement' | 'priorityIncrementIntervalMs'> {
  const by = Number(hints.priorityIncrement ?? 0);
  const seconds = Number(hints.priorityIncrementInterval ?? 0);
  return by > 0 && seconds > 0 ? { priorityIncrement: by, priorityIncrementIntervalMs: seconds * 1000 } : {};
}

/** Whether a `<queue:cancel>` names this waiting submit: by its id, or by interaction and queue. */
function isMeant(submit: Action, cancel: Action): boolean {
  return (['requestid', 'interactionid', 'queue'] as const).every((name) => {
    const wanted = text(cancel, name);
    if (wanted === undefined) return true;
    return wanted === (name === 'requestid' ? submit.requestId : text(submit, name));
  });
}

/** Whether the router itself is to connect the agent (default). */
function routes({ attributes: { route } }: Action): boolean {
  return route !== false && route !== 'false';
}

function targetsOf(action: Action): Target[] {
  const targets: Target[] = [];
  for (const element of action.children.filter(({ name }) => name === 'targets')) {
    for (const child of element.children) {
      if (child.name === 'targetid') targets.push(...parseTargets(String(child.attributes.expr ?? '')));
      else targets.push(...parseTargets(notation(objectOf(element.attributes, 'targets'), child.attributes)));
    }
  }
  if (targets.length === 0) throw new RingbackError('notargets', 'the request names no target');
  return targets;
}

/** `<queue:target name= type= ...>` in the notation of `<queue:targetid>`. */
function notation(targets: JsonObject, target: JsonObject): string {
  const type = String(target.type ?? targets.type ?? 'agent');
  const name = String(target.name ?? '');
  const subject = target.skillexpr === undefined ? name : `?${name}:${String(target.skillexpr)}`;
  const threshold = target.threshold === undefined ? '' : `{${String(target.threshold)}}`;
  const weight = target.weight === undefined ? '' : `[${String(target.weight)}]`;
  return `${threshold}${weight}${subject}@${String(target.statserver ?? '')}.${TYPE_ABBREVIATIONS[type] ?? type}`;
}
