import type { Abilities } from './abilities.js';
import { startChatRouting } from './chat-routing.js';
import { followContacts } from './contacts.js';
import type { Domains } from './domains.js';
import type { Ground, Undo } from './ground.js';
import { startOutbound } from './outbound.js';
import type { ServerSettings } from './settings.js';
import { startSimulatedPeople } from './simulated-people.js';
import { simulatedBehaviour } from './switch.js';

/** Takes up what an earlier process left, from the network upwards; then the server begins to work by itself. */
export async function recoverAndBegin(
  ground: Ground,
  { network, simulator, calls, router, agents, phones }: Abilities,
  domains: Domains,
  settings: ServerSettings,
  undo: Undo,
): Promise<void> {
  const { orchestration, callbacks, context, outbound, notifying, chatting } = domains;
  const settingsOfSwitch = ground.config.switchSettings();
  calls.keepUntilRecovered();
  await network.start();
  undo.push(() => network.close());
  await simulator?.configure(simulatedBehaviour(ground));
  if (!simulator && settingsOfSwitch.driver === 'sip') phones.assumeOffline(Object.keys(settingsOfSwitch.phones ?? {}));
  await calls.recover();
  await router.start();
  await orchestration.start({ cluster: settings.databaseUrl !== undefined && !settings.testClock });
  undo.push(() => notifying.notifications.stop());
  await notifying.notifications.start();
  await callbacks.startUp();
  undo.push(() => callbacks.shutDown());
  await context.start();
  await startOutbound(outbound);
  const contacts = followContacts(ground.journal, context.contactLinks);
  undo.push(() => contacts.stop());
  await contacts.start();
  await chatting.chats.start();
  undo.push(() => chatting.chats.stop());
  await startChatRouting(ground, { router, agents, simulator }, chatting.chats, undo);
  if (simulator) await startSimulatedPeople(ground, simulator, { agents }, domains, undo);
}
