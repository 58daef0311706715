import { DatabaseUnavailable, type JsonObject, RingbackError } from '../../../kernel/index.js';
import { type Decision, type RouteRequest, type Router, storedTargets } from '../../../routing/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { Action, SessionSubject } from '../../action-module.js';
import type { Actions, Post } from '../../actions.js';
import type { AgentRouting } from '../../agent-routing.js';
import type { BusyTreatments } from './busy-treatments.js';
import { clearsOnTimeout, routes } from './request.js';
import { clearStanding, readSettings, writeSettings } from './settings.js';

/** How the switch of this server is called where the original names a T-Server. */
const SWITCH = 'ringback';

export interface AnswerParts {
  router: Router;
  actions: () => Actions;
  agentRouting: () => AgentRouting;
  post: Post;
  busyTreatments: () => BusyTreatments;
}

/** Answers `<queue:submit>` when the router has found an agent, or the time has run out. */
export function answerSubmits(parts: AnswerParts): void {
  const { router } = parts;

  router.onSelected(async (tx, decision) => {
    const { request } = decision;
    const asked = await parts.actions().pending(tx, request.id);
    if (!asked) return;
    await parts.busyTreatments().stop(tx, asked);
    const resource = resourceOf(decision);
    if (request.interaction !== undefined && routes(asked)) {
      const problem = await routingProblem(tx, request.interaction, resource, asked);
      if (problem !== undefined) {
        await router.release(tx, request.id);
        await answerUnroutable(tx, request, asked, problem);
        return;
      }
    }
    await clearStanding(tx, asked.session.id, request.interaction);
    await parts.actions().complete(tx, request.id, { done: selectionData(decision, resource) });
    if (request.interaction !== undefined && routes(asked)) await withdrawOthers(tx, request.interaction, asked);
  });

  router.onTimeout(async (tx, request) => {
    const asked = await parts.actions().pending(tx, request.id);
    if (!asked) return;
    await parts.busyTreatments().stop(tx, asked);
    if (!clearsOnTimeout(asked)) await keepTargets(tx, request, asked);
    const description = `no target became ready in time in ${request.virtualQueue}`;
    await parts.actions().complete(tx, request.id, { error: 'timeout', description });
  });

  /** The interaction cannot be given to the agent: it goes where the application wants it, or the application hears it. */
  async function answerUnroutable(
    tx: Transaction,
    request: RouteRequest,
    asked: Action,
    problem: string,
  ): Promise<void> {
    const { onRouteError } = await readSettings(tx, asked.session.id, request.interaction);
    if (onRouteError === 'default' && request.interaction !== undefined) {
      const failed = await defaultProblem(tx, request.interaction, asked);
      const description = failed === undefined ? `${problem}; the default destination has it` : `${problem}; ${failed}`;
      await parts.actions().complete(tx, request.id, { error: 'routingfailed', description });
      return;
    }
    await parts.actions().complete(tx, request.id, { error: 'routingfailed', description: problem });
  }

  /** An interaction that an agent has waits for nobody else. */
  async function withdrawOthers(tx: Transaction, interaction: string, { session, requestId }: Action): Promise<void> {
    const others = await router.requestsOf(tx, session.id, interaction);
    for (const id of others) if (id !== requestId) await withdraw(tx, parts, session, id);
  }

  function defaultProblem(tx: Transaction, interaction: string, { session }: Action): Promise<string | undefined> {
    return problemOf(() => parts.agentRouting().routeToDefault(tx, interaction, session));
  }

  /** Connects the selected agent; what is in the way is the application's matter and must not keep the line waiting. */
  function routingProblem(
    tx: Transaction,
    interaction: string,
    resource: JsonObject,
    { session }: Action,
  ): Promise<string | undefined> {
    return problemOf(() => parts.agentRouting().route(tx, interaction, resource, session));
  }
}

/** Takes a waiting request out of the line; its session hears `queue.cancel.done` with the id of the request. */
export async function withdraw(
  tx: Transaction,
  parts: Pick<AnswerParts, 'router' | 'actions' | 'post' | 'busyTreatments'>,
  session: SessionSubject,
  id: string,
): Promise<void> {
  await parts.router.cancel(tx, id);
  const asked = await parts.actions().pending(tx, id);
  if (asked) await parts.busyTreatments().stop(tx, asked);
  await parts.actions().complete(tx, id, 'silent');
  await parts.post(tx, session.id, { name: 'queue.cancel.done', data: { requestid: id } });
}

/** An interaction that has ended waits no longer: its session hears it of each of its requests. */
export async function leaveLine(
  tx: Transaction,
  { router, actions }: { router: Router; actions: Actions },
  interaction: { id: string; session: string | null },
): Promise<void> {
  const { session, id } = interaction;
  if (session === null) return;
  for (const requestId of await router.requestsOf(tx, session, id)) {
    await router.cancel(tx, requestId);
    await actions.complete(tx, requestId, { error: 'unknowncall', description: `the interaction ${id} has ended` });
  }
}

/** The targets of a request that has timed out stay in consideration with the interaction's next request. */
async function keepTargets(tx: Transaction, request: RouteRequest, { session }: Action): Promise<void> {
  const settings = await readSettings(tx, session.id, request.interaction);
  // What was kept before is among the targets of this request.
  const lasting = request.targets.filter(({ untilMs }) => untilMs === undefined);
  const targets = storedTargets(lasting.map((target) => ({ ...target, fromMs: 0 })));
  const standing = { targets, since: settings.standing?.since ?? request.arrival };
  await writeSettings(tx, session.id, request.interaction, { ...settings, standing });
}

/** The object that `<ixn:redirect to=>` and its like take (ors-core-queue.md 3.7). */
function resourceOf({ request, agent }: Decision): JsonObject {
  return {
    type: 'A',
    dn: agent.dn,
    switch: SWITCH,
    agent: agent.id,
    place: agent.dn,
    vq: request.virtualQueue,
  };
}

/** The data of `queue.submit.done` (ors-core-queue.md 3.6). */
function selectionData({ request, agent, target, statServer }: Decision, resource: JsonObject): JsonObject {
  return {
    ...(request.interaction !== undefined && { interactionid: request.interaction }),
    targetselected: `${agent.dn}@${SWITCH}.DN`,
    targetcomponentselected: `${agent.id}@${statServer}.A`,
    targetobjectselected: target,
    vqselected: request.virtualQueue,
    resource,
    access: { prefix: '', rtype: 'RouteTypeUnknown', destination: agent.dn, location: SWITCH, dnis: '' },
  };
}

async function problemOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
    return error.message;
  }
}
