import type { AttributeDescriptor } from '@ringback/scxml';
import type { JsonValue } from '../../kernel/index.js';
import type { Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import type { PerformanceCounters } from '../counters.js';
import { MOST_SUBSCRIPTIONS, type StatisticFeed } from '../statistic-feed.js';
import type { StatisticValues } from '../statistic-values.js';
import { number, text } from './attributes.js';

/** Seconds between two updates, unless the application says otherwise, and the shortest that it may ask for. */
const USUAL_INTERVAL_S = 30;
const SHORTEST_INTERVAL_S = 5;
const LONGEST_INTERVAL_S = 86_400;

interface StatisticParts {
  statistics: { values: StatisticValues; feed: () => StatisticFeed };
  counters: PerformanceCounters;
}

const VALUE: AttributeDescriptor = { kind: 'value' };
const ABOUT = { requestid: { kind: 'location' }, object: VALUE, statistic: VALUE, hints: VALUE } as const;

/** `statistic`: figures of agents, groups and queues (ors-core-queue.md 4.2, 4.3). `get` is an extension of ours. */
export function statisticModule({ statistics, counters }: StatisticParts): ActionModule {
  async function subscribe(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { object, statistic } = aboutOf(action);
    if (!statistics.values.knows(object, statistic)) return invalid(`there is no statistic ${statistic} of ${object}`);
    const seconds = number(action, 'interval') ?? USUAL_INTERVAL_S;
    const isAllowed = seconds === 0 || (seconds > SHORTEST_INTERVAL_S && seconds <= LONGEST_INTERVAL_S);
    if (!isAllowed) return invalid(`interval must be 0 or more than ${SHORTEST_INTERVAL_S} seconds, not ${seconds}`);
    const order = { object, statistic, intervalMs: Math.round(seconds * 1000) };
    const isNew = await counters.time('openstat-time', () => statistics.feed().subscribe(tx, action.session.id, order));
    if (isNew === undefined) return invalid(`a session has at most ${MOST_SUBSCRIPTIONS} subscriptions`);
    if (isNew) return { done: {} };
    return { error: 'Subscription Already Active', description: `${statistic} of ${object} is subscribed already` };
  }

  async function unsubscribe(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { object, statistic } = aboutOf(action);
    const wasActive = await statistics.feed().unsubscribe(tx, action.session.id, object, statistic);
    return wasActive ? { done: {} } : invalid(`${statistic} of ${object} is not subscribed`);
  }

  async function get(_tx: Transaction, action: Action): Promise<ActionOutcome> {
    const { object, statistic } = aboutOf(action);
    const value = await statistics.values.value(action.session.id, object, statistic);
    if (value !== undefined) return { done: { object, statistic, value } };
    if (!statistics.values.knows(object, statistic)) return invalid(`there is no statistic ${statistic} of ${object}`);
    return { error: 'StatNotReady', description: `the value of ${statistic} of ${object} is not known` };
  }

  const orNull = (value: JsonValue | undefined): JsonValue => value ?? null;
  return {
    namespaces: ['www.genesyslab.com/modules/statistic'],
    prefix: 'statistic',
    actions: {
      subscribe: {
        attributes: { ...ABOUT, interval: VALUE, threshold: VALUE, change: VALUE },
        perform: subscribe,
      },
      unsubscribe: { attributes: ABOUT, perform: unsubscribe },
      get: { attributes: ABOUT, perform: get },
    },
    lookups: {
      'statistic.sData': async ({ id }, [object = null, statistic = null]) =>
        orNull(await statistics.values.value(id, object, statistic)),
      'statistic.getAvgData': async ({ id }, [objects = null, statistic = null]) =>
        orNull(await statistics.values.average(id, objects, statistic)),
      'statistic.getMinData': async ({ id }, [objects = null, statistic = null]) =>
        orNull(await statistics.values.best(id, objects, statistic, 'min')),
      'statistic.getMaxData': async ({ id }, [objects = null, statistic = null]) =>
        orNull(await statistics.values.best(id, objects, statistic, 'max')),
    },
  };
}

function aboutOf(action: Action): { object: string; statistic: string } {
  return { object: text(action, 'object') ?? '', statistic: text(action, 'statistic') ?? '' };
}

function invalid(description: string): ActionOutcome {
  return { error: 'Request Invalid', description };
}
