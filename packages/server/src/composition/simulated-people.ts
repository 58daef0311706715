import { SimulatedAnswers } from '../callback/index.js';
import { SimulatedDesktop } from '../outbound/index.js';
import { SimulatedAgents, type Simulator } from '../telephony/index.js';
import type { Abilities } from './abilities.js';
import { startSimulatedChats } from './chat.js';
import type { Domains } from './domains.js';
import type { Ground, Undo } from './ground.js';

/** Agents of the simulated floor begin to work by themselves: at their telephones, desktops and chats. */
export async function startSimulatedPeople(
  ground: Ground,
  simulator: Simulator,
  { agents }: Pick<Abilities, 'agents'>,
  { callbacks, outbound, chatting }: Pick<Domains, 'callbacks' | 'outbound' | 'chatting'>,
  undo: Undo,
): Promise<void> {
  const { config, clock, activity, log } = ground;
  const behaviour = (id: string) => simulator.agent(id);
  const desktop = new SimulatedDesktop({ ...ground, dialing: outbound.dialing, agents, behaviour });
  const { invitations } = callbacks;
  const answers = new SimulatedAnswers({ ...ground, invitations, behaviour });
  const control = {
    login: (id: string) => agents.login(id),
    ready: (id: string) => agents.ready(id),
    wrapDone: async (id: string) => {
      await desktop.wrapUp(id);
      await agents.wrapDone(id);
    },
    state: async (id: string) => (config.object('agents', id) ? (await agents.state(id)).state : undefined),
    onState: (handler: (id: string, state: string) => void) =>
      agents.onState(({ state }) => handler(state.id, state.state)),
  };
  const simulatedAgents = new SimulatedAgents({ descriptions: simulator, control, clock, activity, log });
  await simulatedAgents.start();
  await startSimulatedChats(ground, chatting.chats, simulator, undo);
  desktop.start();
  undo.push(() => desktop.stop());
  answers.start();
  undo.push(() => answers.stop());
  const forget = config.onChange(({ kind }) => {
    if (kind === 'agents') void activity.run(() => simulatedAgents.configurationChanged());
  });
  undo.push(forget);
  undo.push(() => simulatedAgents.stop());
}
