import {
  type CallingList,
  type Configuration,
  OptionReader,
  readCallAction,
  readCallResult,
  readTreatmentAction,
  sectionFamily,
} from '../../config/index.js';
import { type FieldDefinition, fieldType } from './fields.js';
import type { Treatment } from './treatment.js';
import type { TreatmentSettings } from './treatment-decision.js';

/** A calling list as it is configured, with what it refers to and all defaults filled in. */
export interface ListSettings extends TreatmentSettings {
  readonly name: string;
  readonly dbid?: number | undefined;
  readonly enabled: boolean;
  /** Zone of records that name none: a zone object or an IANA name. */
  readonly timeZone: string;
  /** In the order of the configuration; none that are disabled. */
  readonly treatments: readonly Treatment[];
  /** Address or name of an SCXML document that takes the place of the treatments (option `treatment-uri`). */
  readonly treatmentUri?: string | undefined;
  readonly filter?: ListFilter | undefined;
  /** User-defined columns with a type of their own; others are texts. */
  readonly fields: readonly FieldDefinition[];
  /** Column that identifies the customer (option `customer_id` of section `OCServer`). */
  readonly customerColumn?: string | undefined;
  /** Country of numbers in national notation (option `default-country` of section `OCServer`). */
  readonly country?: string | undefined;
  /** Do-not-call entries keep records from being dialed (option `check_dnc_list`). */
  readonly checkDoNotCall: boolean;
  /** They keep callbacks from being dialed too (option `check_dnc_callback`). */
  readonly checkDoNotCallForCallbacks: boolean;
}

/** The filter of a list, valid as it is stored. */
export interface ListFilter {
  readonly name: string;
  readonly criteria?: string | undefined;
  readonly order?: string | undefined;
}

/** What the lists need of the configuration. */
export type ListConfiguration = Pick<Configuration, 'object' | 'objects' | 'section' | 'onChange'>;

const SECTION = 'OCServer';
const DEFAULT_MAX_ATTEMPTS = 10;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/**
 * The settings of a list. What an object says in its options goes before section `OCServer`.
 * @returns undefined when there is no such list
 */
export function listSettings(configuration: ListConfiguration, name: string): ListSettings | undefined {
  const list = configuration.object('calling-lists', name);
  if (!list) return undefined;
  const options = optionsOf(configuration, list);
  return {
    name,
    dbid: list.dbid,
    enabled: list.enabled,
    timeFrom: secondOfDay(list.timeFrom),
    timeUntil: secondOfDay(list.timeUntil),
    combine: options.text('window-combine') === 'list-overrides' ? 'list-overrides' : 'intersect',
    maxAttempts: list.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    scheduleThresholdMs: options.seconds('treatment_sched_threshold') * SECOND_MS,
    timeZone: list.timeZone ?? options.text('time-zone'),
    treatments: (list.treatments ?? []).flatMap((treatment) => treatmentOf(configuration, treatment)),
    treatmentUri: options.text('treatment-uri') || undefined,
    filter: filterOf(configuration, list.filter),
    fields: (list.fields ?? []).map((field) => ({ ...field, type: fieldType(field.type) })),
    customerColumn: customerColumn(configuration),
    country: countryOf(configuration),
    checkDoNotCall: options.flag('check_dnc_list'),
    checkDoNotCallForCallbacks: options.flag('check_dnc_callback'),
  };
}

/** Column of calling lists that identifies the customer. */
export function customerColumn(configuration: ListConfiguration): string | undefined {
  return configuration.section(SECTION).customer_id?.trim() || undefined;
}

/** Country of numbers in national notation. */
export function countryOf(configuration: ListConfiguration): string | undefined {
  return configuration.section(SECTION)['default-country']?.trim().toUpperCase() || undefined;
}

function optionsOf(configuration: ListConfiguration, list: CallingList): OptionReader {
  const values = { ...configuration.section(SECTION), ...list.options };
  return new OptionReader(values, sectionFamily(SECTION), (name) => configuration.section(name));
}

function filterOf(configuration: ListConfiguration, name: string | undefined): ListFilter | undefined {
  const filter = name === undefined ? undefined : configuration.object('filters', name);
  if (!filter?.enabled) return undefined;
  const { criteria, order } = filter;
  return {
    name: filter.name,
    ...(criteria?.trim() && { criteria }),
    ...(order?.trim() && { order }),
  };
}

function treatmentOf(configuration: ListConfiguration, name: string): Treatment[] {
  const treatment = configuration.object('treatments', name);
  const callResult = readCallResult(treatment?.callResult);
  const action = readTreatmentAction(treatment?.applyToRecord);
  if (!treatment?.enabled || callResult === undefined || action === undefined) return [];
  const call = readCallAction(treatment.applyToCall);
  const destination = treatment.destinationDN?.trim() ?? '';
  // Apply to Call without a destination: the treatment is ignored (spec 5.4). Who drops a call needs none.
  if (call !== undefined && call !== 'Drop' && destination === '') return [];
  return [
    {
      name,
      id: String(treatment.dbid ?? name),
      callResult,
      action,
      number: treatment.numberInSequence ?? 1,
      cycleAttempt: treatment.cycleAttempt ?? (action.startsWith('Retry') ? 0 : 1),
      intervalMs: (treatment.interval ?? 0) * MINUTE_MS,
      incrementMs: (treatment.increment ?? 0) * MINUTE_MS,
      date: treatment.date,
      ...(call !== undefined && { call: { name: call, destination } }),
    },
  ];
}

/** Seconds since midnight of `HH:MM`; `24:00` ends the day. */
function secondOfDay(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const [hours, minutes] = time.split(':');
  return Number(hours) * 3600 + Number(minutes) * 60;
}
