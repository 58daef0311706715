import { type ChatAgent, ChatRouting, type ChatStaff, type Chats } from '../chat/index.js';
import { sectionOptions } from '../config/index.js';
import { parseTargets } from '../routing/index.js';
import type { Abilities } from './abilities.js';
import type { Ground, Undo } from './ground.js';

type Floor = Pick<Abilities, 'router' | 'agents' | 'simulator'>;

/** Chats that wait begin to be offered to agents. */
export async function startChatRouting(ground: Ground, floor: Floor, chats: Chats, undo: Undo): Promise<void> {
  const routing = new ChatRouting({
    ...ground,
    chats,
    staff: chatStaff(ground, floor),
    offerMs: () => sectionOptions(ground.config, 'chat').integer('offer-timeout') * 1000,
  });
  await routing.start();
  undo.push(() => routing.stop());
}

/** Agents as chats see them: those whom option `_target` of the service means, without one everybody, while they are ready. */
function chatStaff({ config, log }: Ground, { router, agents, simulator }: Floor): ChatStaff {
  const meant = (service: string): ReadonlySet<string> => {
    const text = config.service(service)?._target?.trim();
    if (!text) return new Set(router.staff.ids());
    try {
      const targets = parseTargets(text);
      return new Set(targets.flatMap((target) => router.staff.meantBy(target).map(({ id }) => id)));
    } catch (error) {
      log.warn({ err: error, service }, 'The option _target of a chat service cannot be read: all agents are asked');
      return new Set(router.staff.ids());
    }
  };
  const most = (id: string) => {
    // Automatic agents write as fast as they are asked.
    if (simulator?.agent(id).auto) return Number.POSITIVE_INFINITY;
    const own = Number.parseInt(config.object('agents', id)?.options?.['chats-per-agent'] ?? '', 10);
    return Number.isNaN(own) ? sectionOptions(config, 'chat').integer('chats-per-agent') : own;
  };
  return {
    ready: async (tx, service) => {
      const may = meant(service);
      return (await agents.states(tx)).flatMap(({ id, state, since }): ChatAgent[] =>
        state === 'ready' && may.has(id) ? [{ id, most: most(id), readySince: since }] : [],
      );
    },
    onReady: (handler) =>
      agents.onState(({ state, previous }) => {
        if ((state.state === 'ready') !== (previous.state === 'ready')) handler(state.id, state.state === 'ready');
      }),
  };
}
