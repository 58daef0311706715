import type { Clock } from '../../kernel/index.js';
import type { Router } from '../../routing/index.js';
import type { Database } from '../../store/index.js';
import type { Sql } from '../../store/sql.js';
import type { Calls } from '../../telephony/index.js';
import type { ActionModule } from '../action-module.js';
import type { Actions, Post } from '../actions.js';
import type { AgentRouting } from '../agent-routing.js';
import type { ApplicationSource } from '../application-source.js';
import type { ConfiguredObjects } from '../configured-objects.js';
import type { Connections } from '../connections.js';
import type { PerformanceCounters } from '../counters.js';
import type { Directory } from '../directory.js';
import type { Errands } from '../errands.js';
import type { InteractionNews } from '../interaction-news.js';
import type { Replies } from '../replies.js';
import type { Sessions } from '../sessions.js';
import type { StatisticFeed } from '../statistic-feed.js';
import type { StatisticValues } from '../statistic-values.js';
import type { Treatments } from '../treatments.js';
import { agentModule } from './agent.js';
import { basicHttpModule } from './basic-http.js';
import { classificationModule } from './classification.js';
import { dialogModule } from './dialog.js';
import { elasticConnectorModule, type SearchServer } from './elasticconnector.js';
import { interactionModule } from './interaction.js';
import { type BusyTreatments, queueModule } from './queue.js';
import { resourceModule } from './resource.js';
import { sessionModule } from './session.js';
import { statisticModule } from './statistic.js';
import { webModule } from './web.js';

/** What the modules carry out their actions with. */
export interface ModuleParts {
  sql: Sql;
  router: Router;
  calls: Calls;
  actions: () => Actions;
  sessions: () => Sessions;
  agentRouting: () => AgentRouting;
  busyTreatments: () => BusyTreatments;
  statistics: { values: StatisticValues; feed: () => StatisticFeed };
  post: Post;
  errands: Errands;
  replies: Replies;
  fetchAllow: () => string;
  configured: ConfiguredObjects;
  database: Database;
  clock: Clock;
  counters: PerformanceCounters;
  source: () => ApplicationSource;
  searchServer: () => SearchServer | undefined;
  mostRedirections: () => number | undefined;
  directory: Directory;
  news: InteractionNews;
  connections: Connections;
  treatments: Treatments;
}

/** The executable content of the orchestration itself; adding a module is adding a file and a line. */
export function ownModules(parts: ModuleParts): ActionModule[] {
  const queue = queueModule(parts, dialogModule(parts));
  return [
    webModule(),
    basicHttpModule(parts),
    sessionModule(parts),
    queue,
    interactionModule(parts, queue.actions.default),
    dialogModule(parts),
    elasticConnectorModule(parts),
    statisticModule(parts),
    resourceModule(),
    agentModule(parts),
    classificationModule(parts),
  ];
}
