import { LoginSessions } from '../config/index.js';
import { BackgroundJobs } from '../store/index.js';
import type { Abilities } from './abilities.js';
import type { Domains } from './domains.js';
import type { Ground, Undo } from './ground.js';

const DAY_MS = 86_400_000;
/** How long statistics of campaigns are kept. */
const STATISTICS_DAYS = 800;
/** How long it is known who changed what. */
const AUDIT_DAYS = 3 * 366;

/** What is done at fixed times of the day: old data leaves. */
export async function scheduleUpkeep(
  { database, clock, activity, log, journal, audit }: Ground,
  { calls, router }: Abilities,
  { orchestration, services, storage, context, outbound, notifying, chatting }: Domains,
  undo: Undo,
): Promise<void> {
  const jobs = new BackgroundJobs({ database, activity, log })
    .add('audit-purge', '12 2 * * *', () => audit.purge(database, clock.now() - AUDIT_DAYS * DAY_MS))
    .add('login-purge', '22 2 * * *', () => new LoginSessions({ database, clock }).purge())
    .add('journal-upkeep', '17 2 * * *', () => journal.upkeep())
    .add('storage-purge', '*/10 * * * *', async () => {
      await services.purge(database);
      await storage.purge(database);
    })
    .add('chat-purge', '27 3 * * *', () => chatting.chats.purge())
    .add('notification-purge', '*/10 * * * *', () => notifying.notifications.purge(database))
    .add('session-purge', '7 * * * *', () => orchestration.sessions.purge(clock.now() - DAY_MS))
    .add('interaction-purge', '17 2 * * *', () => orchestration.purgeInteractions(clock.now() - 90 * DAY_MS))
    .add('document-purge', '47 2 * * *', () => orchestration.source.purge(clock.now() - 7 * DAY_MS))
    .add('campaign-statistics', '*/15 * * * *', () => outbound.campaigns.statistics.upkeep(STATISTICS_DAYS))
    .add('ledger-purge', '52 2 * * *', () => outbound.compliance.purge(database))
    .add('attempt-purge', '57 2 * * *', async () => void (await outbound.dialing.purge(clock.now() - 400 * DAY_MS)))
    .add('call-purge', '37 2 * * *', async () => void (await calls.purge(clock.now() - 90 * DAY_MS)))
    .add('contact-purge', '47 2 * * *', () => context.contactLinks.purge())
    .add('route-purge', '27 2 * * *', async () => void (await router.purge(clock.now() - 30 * DAY_MS)));
  await jobs.start();
  undo.push(() => jobs.stop());
}
