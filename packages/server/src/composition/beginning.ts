import { SimulatedAnswers } from '../callback/index.js';
import type { JsonObject } from '../kernel/index.js';
import { SimulatedDesktop } from '../outbound/index.js';
import { SimulatedAgents } from '../telephony/index.js';
import type { Abilities } from './abilities.js';
import { startChats } from './chat.js';
import { followContacts } from './contacts.js';
import type { Domains } from './domains.js';
import type { Ground, Undo } from './ground.js';
import { startOutbound } from './outbound.js';
import type { ServerSettings } from './settings.js';

/** Takes up what an earlier process left, from the network upwards; then the server begins to work by itself. */
export async function recoverAndBegin(
  ground: Ground,
  { network, calls, router, agents }: Abilities,
  { orchestration, callbacks, context, outbound, notifying, chatting }: Domains,
  settings: ServerSettings,
  undo: Undo,
): Promise<void> {
  const { config, clock, activity, log, journal } = ground;
  calls.keepUntilRecovered();
  await network.start();
  undo.push(() => network.close());
  const { driver: _driver, ...behaviour } = config.switchSettings();
  // Configured values are JSON; the simulator checks what they say.
  await network.configure(behaviour as JsonObject);
  await calls.recover();
  await router.start();
  await orchestration.start({ cluster: settings.databaseUrl !== undefined && !settings.testClock });
  undo.push(() => notifying.notifications.stop());
  await notifying.notifications.start();
  await callbacks.startUp();
  undo.push(() => callbacks.shutDown());
  await context.start();
  await startOutbound(outbound);
  const contacts = followContacts(journal, context.contactLinks);
  undo.push(() => contacts.stop());
  await contacts.start();
  const desktop = new SimulatedDesktop({
    ...ground,
    dialing: outbound.dialing,
    agents,
    behaviour: (id) => network.agent(id),
  });
  const { invitations } = callbacks;
  const answers = new SimulatedAnswers({ ...ground, invitations, behaviour: (id) => network.agent(id) });
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
  const simulatedAgents = new SimulatedAgents({ descriptions: network, control, clock, activity, log });
  await simulatedAgents.start();
  await startChats(ground, chatting.chats, network, undo);
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
