import { type Clock, RingbackError } from '../../kernel/index.js';
import { objectOf, statisticOf } from './metric.js';

type OptionMap = Readonly<Record<string, string>>;

/** Values of statistics, from routing. */
export interface StatisticSource {
  /** @returns undefined if there is no such statistic of such an object, or no value of it */
  value(object: string, statistic: string): Promise<number | undefined>;
  knows(object: string, statistic: string): boolean;
}

/** What a client sees. */
export interface Peek {
  value: string;
  /** Seconds since the value became what it is, as far as it was asked for. */
  age: number;
}

const NOTIFICATION_MODES = ['nonotification', 'reset', 'immediate'];
/** More statistics than these are not kept open. */
const MOST_OPEN = 10_000;
const SECTION = 'stat.';

/**
 * Peeks at statistics (gms-services.md 10.1). The first request of a statistic opens it; a value has the age of its last
 * change, so that an old value is a current one all the same, and a request may ask for one that is no older than it says.
 */
export class StatisticPeeks {
  readonly #open = new Map<string, { value: string; since: number }>();

  constructor(
    private readonly parts: {
      source: StatisticSource;
      clock: Clock;
      section: (name: string) => OptionMap;
    },
  ) {}

  /**
   * @param definition `objectId`, `objectType`, `metric` or `statisticType`; `tenant`, `tenantPassword`,
   *   `notificationMode`, `filter`, `timeProfile`, `timeRange`, `timeRange2` are accepted
   * @param maxAge seconds
   * @throws RingbackError `ill-defined-statistic`
   */
  async peek(definition: OptionMap, maxAge?: number): Promise<Peek> {
    const { object, statistic, name } = this.#definitionOf(definition);
    const value = await this.parts.source.value(object, statistic);
    if (value === undefined) throw illDefined(`${name} has no value`);
    const now = this.parts.clock.now();
    const key = `${object} ${statistic}`;
    const text = String(Math.round(value * 1000) / 1000);
    const known = this.#open.get(key);
    const age = known ? Math.floor((now - known.since) / 1000) : 0;
    if (known?.value === text && (maxAge === undefined || age <= maxAge)) return { value: text, age };
    if (this.#open.size >= MOST_OPEN) this.#open.clear();
    this.#open.set(key, { value: text, since: now });
    return { value: text, age: 0 };
  }

  /**
   * A statistic that section `stat.NAME` defines.
   * @throws RingbackError `unknown-statistic`, `ill-defined-statistic`
   */
  async preconfigured(name: string, maxAge?: number): Promise<Peek> {
    const definition = this.parts.section(SECTION + name);
    if (Object.keys(definition).length === 0) {
      throw new RingbackError('unknown-statistic', `Statistic ${name} is not configured`);
    }
    return this.peek(definition, maxAge);
  }

  #definitionOf(definition: OptionMap): { object: string; statistic: string; name: string } {
    const { objectId = '', objectType = '', tenant = '', notificationMode = '' } = definition;
    const metric = definition.metric || definition.statisticType || '';
    const name = `${objectType} '${objectId}' (Tenant '${tenant}')`;
    if (objectId === '') throw illDefined('objectId is missing');
    if (metric === '') throw illDefined('metric is missing');
    if (notificationMode !== '' && !NOTIFICATION_MODES.includes(notificationMode.toLowerCase())) {
      throw illDefined(`notificationMode '${notificationMode}' is none of NoNotification, Reset, Immediate`);
    }
    const object = objectOf(objectType, objectId);
    if (object === undefined) throw illDefined(`objectType '${objectType}' is not known`);
    const statistic = statisticOf(metric);
    if (this.parts.source.knows(object, statistic)) return { object, statistic, name };
    throw illDefined(`${name} is not known, or has no statistic '${metric}'`);
  }
}

function illDefined(message: string): RingbackError {
  return new RingbackError('ill-defined-statistic', message);
}
