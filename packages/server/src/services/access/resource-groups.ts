import { RingbackError } from '../../kernel/index.js';

type OptionMap = Readonly<Record<string, string>>;

/** A pool of access numbers, wherever it is configured. */
export interface ResourceGroup {
  readonly name: string;
  readonly strategy: 'RANDOM' | 'LOCAL' | 'CLUSTER';
  readonly members: readonly string[];
  /** Seconds for which a number stays booked. */
  readonly bookingSeconds?: number;
  /** Given out, without being held, when all members are taken. */
  readonly backup?: string;
}

/** A group as an object of kind `resources`. */
interface ConfiguredGroup {
  strategy: ResourceGroup['strategy'];
  members: readonly string[];
  bookingExpirationTimeout?: number;
  backup?: string;
}

export interface ResourceConfiguration {
  /** Names of all objects of kind `resources`. */
  resourceNames(): Iterable<string>;
  resources(name: string): ConfiguredGroup | undefined;
  /** The list object of the original: section to key to value. */
  list(name: string): Readonly<Record<string, OptionMap>> | undefined;
}

/** The list object in which the original keeps its pools; its sections are groups. */
const LIST = 'GMS_Resources';
const STRATEGIES = ['RANDOM', 'LOCAL', 'CLUSTER'] as const;

/**
 * A configured group: an object of kind `resources`, or a section of the list object `GMS_Resources` as the original
 * has it, where keys that begin with an underscore are options and each other key is a number (gms-services.md 3.9).
 * @throws RingbackError `unknown-resource-group`
 */
export function resourceGroup(configuration: ResourceConfiguration, name: string): ResourceGroup {
  const object = configuration.resources(name);
  if (object) {
    const { strategy, members, bookingExpirationTimeout, backup } = object;
    return {
      ...{ name, strategy, members: [...new Set(members)] },
      ...(bookingExpirationTimeout !== undefined && { bookingSeconds: bookingExpirationTimeout }),
      ...(backup !== undefined && { backup }),
    };
  }
  const section = configuration.list(LIST)?.[name];
  if (!section) throw new RingbackError('unknown-resource-group', `Resource group ${name} is not configured`);
  return fromSection(name, section);
}

/** The names of all configured groups, sorted. */
export function groupNames(configuration: ResourceConfiguration): string[] {
  const names = [...configuration.resourceNames(), ...Object.keys(configuration.list(LIST) ?? {})];
  return [...new Set(names)].sort();
}

function fromSection(name: string, section: OptionMap): ResourceGroup {
  const asked = (section._allocation_strategy ?? section._allocate ?? '').trim().toUpperCase();
  const numbers = Object.entries(section).filter(([key, value]) => !key.startsWith('_') && value.trim() !== '');
  const bookingSeconds = readSeconds(section._booking_expiration_timeout);
  const backup = section._backup_resource?.trim();
  return {
    name,
    strategy: STRATEGIES.find((strategy) => strategy === asked) ?? 'RANDOM',
    members: [...new Set(numbers.map(([, number]) => number.trim()))],
    ...(bookingSeconds !== undefined && { bookingSeconds }),
    ...(backup && { backup }),
  };
}

const SHORTEST_BOOKING_S = 5;
const LONGEST_BOOKING_S = 1800;
const USUAL_BOOKING_S = 30;

/** The first of the given texts that is a number, in order of precedence; else what the group says; else 30. */
export function bookingSeconds(group: ResourceGroup, ...given: readonly (string | undefined)[]): number {
  const asked = given.map(readSeconds).find((seconds) => seconds !== undefined);
  const seconds = asked ?? group.bookingSeconds ?? USUAL_BOOKING_S;
  return Math.min(LONGEST_BOOKING_S, Math.max(SHORTEST_BOOKING_S, Math.round(seconds)));
}

/** What is no number is as good as absent. */
function readSeconds(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  const seconds = Number(trimmed);
  return trimmed === '' || !Number.isFinite(seconds) ? undefined : seconds;
}
