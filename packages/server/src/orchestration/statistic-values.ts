import { type Clock, instant, isObject, type JsonValue } from '../kernel/index.js';
import { type RequestCounts, type Router, requestFigure, requestStatisticNamed } from '../routing/index.js';
import { type Sql, statement } from '../store/sql.js';
import { interactionsOfSession } from './interactions.js';

/** How the interactions of a routing point fared since a time. */
const COUNT_AT_POINT = statement(
  'statistic-count-at-point',
  `select count(*)::int as entered,
          count(*) filter (where r.distributed)::int as distributed,
          count(*) filter (where r.answered)::int as answered,
          count(*) filter (where i.ended_at is not null and r.distributed is not true)::int as lost,
          coalesce(extract(epoch from sum(r.selected_at - i.created_at) filter (where r.distributed)), 0)::float8
            as "distributedSeconds",
          coalesce(extract(epoch from sum(i.ended_at - i.created_at) filter (where r.distributed is not true)), 0)::float8
            as "lostSeconds"
     from interaction i
     left join lateral (
       select bool_or(q.state in ('selected', 'released', 'expired')) as distributed,
              bool_or(q.answered_at is not null) as answered, min(q.ended_at) filter (where q.agent is not null) as selected_at
         from route_request q where q.interaction = i.id
     ) r on true
    where i.kind = 'inbound' and i.dnis = $1 and i.created_at >= $2`,
);

/** Which of several objects an application asks for. */
export type Extreme = 'min' | 'max';

/**
 * Values of statistics as applications ask for them (ors-core-queue.md 4.2): of targets, virtual queues, `R` (everything
 * that was routed) and `RP` (the routing point at which the session's interaction has arrived).
 */
export class StatisticValues {
  constructor(
    private readonly sql: Sql,
    private readonly router: Router,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined if there is no such statistic of such an object */
  async value(session: string, object: JsonValue, statistic: JsonValue): Promise<number | undefined> {
    const asked = questionOf(object, statistic);
    if (!asked) return undefined;
    if (asked.object !== 'RP') return this.router.statistics.value(asked.object, asked.statistic);
    const known = requestStatisticNamed(asked.statistic);
    const point = known && (await this.#routingPointOf(session));
    return known && point !== undefined ? requestFigure(known, await this.#countAt(point)) : undefined;
  }

  /** Whether an application may ask for it. */
  knows(object: JsonValue, statistic: JsonValue): boolean {
    const asked = questionOf(object, statistic);
    if (!asked) return false;
    if (asked.object === 'RP') return requestStatisticNamed(asked.statistic) !== undefined;
    return this.router.statistics.knows(asked.object, asked.statistic);
  }

  /** The mean of a statistic over objects; undefined if it is known of none. */
  async average(session: string, objects: JsonValue, statistic: JsonValue): Promise<number | undefined> {
    const values = (await this.#values(session, objects, statistic)).map(({ value }) => value);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  /** The first of the objects with the lowest or highest value. */
  async best(session: string, objects: JsonValue, statistic: JsonValue, extreme: Extreme): Promise<string | undefined> {
    const sign = extreme === 'max' ? -1 : 1;
    const values = await this.#values(session, objects, statistic);
    return values.sort((a, b) => sign * (a.value - b.value))[0]?.object;
  }

  async #values(
    session: string,
    objects: JsonValue,
    statistic: JsonValue,
  ): Promise<{ object: string; value: number }[]> {
    const found: { object: string; value: number }[] = [];
    for (const object of objectsOf(objects)) {
      const value = await this.value(session, object, statistic);
      if (value !== undefined) found.push({ object, value });
    }
    return found;
  }

  async #routingPointOf(session: string): Promise<string | undefined> {
    const interaction = (await interactionsOfSession(this.sql, session))[0];
    return interaction?.kind === 'inbound' ? interaction.dnis : undefined;
  }

  async #countAt(point: string): Promise<RequestCounts> {
    const since = this.router.day.startOf(this.clock.now());
    const [counts] = await this.sql.query<RequestCounts>(COUNT_AT_POINT, [point, instant(since)]);
    return counts ?? { entered: 0, distributed: 0, answered: 0, lost: 0, distributedSeconds: 0, lostSeconds: 0 };
  }
}

/** More objects than these are not looked at. */
const MOST_OBJECTS = 200;

/**
 * What is asked for: an object and the name of a statistic, or a definition `{object, objectType, statType}` that says
 * both; of a definition's time profiles and filters there is only the one of the day.
 */
function questionOf(object: JsonValue, statistic: JsonValue): { object: string; statistic: string } | undefined {
  const definition = isObject(object) ? object : { object };
  const name = definition.object ?? definition.objectId;
  const asked = statistic ?? definition.statType ?? definition.statistic;
  if (typeof name !== 'string' || typeof asked !== 'string' || name === '' || asked === '') return undefined;
  const type = definition.objectType;
  const isTyped = typeof type !== 'string' || type === '' || /[@.]/.test(name) || name === 'R' || name === 'RP';
  return { object: isTyped ? name : `${name}@.${ABBREVIATIONS[type.toLowerCase()] ?? type}`, statistic: asked };
}

/** Types of objects by their names in statistic definitions. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  agent: 'A',
  groupagents: 'GA',
  agentgroup: 'GA',
  queue: 'Q',
  virtualqueue: 'Q',
  agentplace: 'AP',
  place: 'AP',
  campaigngroup: 'GC',
};

/** Objects as an array or a comma-separated list; commas inside of expressions do not separate. */
function objectsOf(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf).slice(0, MOST_OBJECTS);
  if (typeof value !== 'string') return [];
  const parts = value.split(/,(?![^()]*\))/).map((part) => part.trim());
  return parts.filter((part) => part !== '').slice(0, MOST_OBJECTS);
}
