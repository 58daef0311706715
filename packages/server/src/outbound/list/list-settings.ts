import type { Configuration } from '../../config/index.js';
import type { FieldDefinition } from './fields.js';
import type { Treatment } from './treatment.js';
import type { TreatmentSettings } from './treatment-decision.js';

/** A calling list as it is configured, with what it refers to and all defaults filled in. */
export interface ListSettings extends TreatmentSettings {
  readonly name: string;
  readonly dbid?: number | undefined;
  readonly enabled: boolean;
  /** Zone of records that name none: a zone object or an IANA name. */
  readonly timeZone: string;
  /** In the order of the configuration; none of disabled treatments. */
  readonly treatments: readonly Treatment[];
  /** Address or name of an SCXML document that takes the place of the treatments (option `treatment-uri`). */
  readonly treatmentUri?: string | undefined;
  readonly filter?: { readonly name: string; readonly criteria?: string; readonly order?: string } | undefined;
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

/** What the lists need of the configuration. */
export type ListConfiguration = Pick<Configuration, 'object' | 'objects' | 'section' | 'onChange'>;
