import { type ChatDesk, chatAnswer, chatPath } from '../api/index.js';
import { Chats, described, requestChat, SimulatedChatAgents } from '../chat/index.js';
import { type ServiceRecord, ServiceRecords, type Services, type Storage } from '../services/index.js';
import type { Simulator } from '../telephony/index.js';
import type { Ground, Undo } from './ground.js';
import type { Notifying } from './notifications.js';

export interface Chatting {
  chats: Chats;
  /** The service behind an id, while it lives. */
  serviceOf: (id: string) => Promise<ServiceRecord | undefined>;
}

/** Chats, and the service that starts them. */
export function composeChats(
  ground: Ground,
  { notifications }: Notifying,
  { services, storage }: { services: Services; storage: Storage },
): Chatting {
  const { config, database, clock } = ground;
  const records = new ServiceRecords(clock);
  const chats = new Chats({
    ...ground,
    notifications,
    service: (name) => config.service(name),
    nicknameOf: (id) => {
      const agent = config.object('agents', id);
      return agent?.enabled ? agent.firstName || id : undefined;
    },
    show: chatAnswer,
  });
  services.addBuiltin('request-chat', requestChat({ database, records, storage, pathOf: chatPath }));
  return { chats, serviceOf: (id) => records.read(database, id) };
}

/** Automatic agents of the simulated floor begin to answer chats. */
export async function startSimulatedChats(
  ground: Ground,
  chats: Chats,
  simulator: Simulator,
  undo: Undo,
): Promise<void> {
  const isThere = (id: string) => ground.config.object('agents', id)?.enabled ?? false;
  const simulated = new SimulatedChatAgents({
    ...ground,
    chats,
    agents: {
      automatic: () => simulator.agents().filter((id) => simulator.agent(id).auto && isThere(id)),
      answerSeconds: (id) => simulator.agent(id).answerSeconds,
    },
  });
  await simulated.start();
  undo.push(() => simulated.stop());
}

/** Chats, as agents look at them. */
export function chatDesk(chats: Chats): ChatDesk {
  return {
    list: async (state) => (await chats.list(state === 'open' ? ['waiting', 'talking'] : [state])).map(described),
    find: async (id) => {
      const found = await chats.find(id);
      return found && { chat: described(found.chat), lines: found.lines };
    },
    join: async (id, agent) => described(await chats.join(id, agent)),
    say: async (id, agent, text) => described(await chats.agent(id, agent, (party) => ({ type: 'say', party, text }))),
    pushUrl: async (id, agent, url) =>
      described(
        await chats.agent(id, agent, (party) => ({ type: 'notice', party, event: 'Notice.PushUrl', text: url })),
      ),
    typing: async (id, agent, started) =>
      described(await chats.agent(id, agent, (party) => ({ type: 'typing', party, started }))),
    leave: async (id, agent) => described(await chats.agent(id, agent, (party) => ({ type: 'leave', party }))),
  };
}
