/**
 * Context Services, the customer's memory: profiles, the services that a customer was promised with their states and
 * tasks, and what is defined about them.
 */
import type { Activity, Clock, JsonObject, Logger } from '../kernel/index.js';
import type { Database, Sql } from '../store/index.js';
import { BusinessAttributes } from './business-attributes.js';
import { CustomerSearch, type FoundProfile } from './customer-search.js';
import { ExtensionRecords } from './extension-records.js';
import { Metadata } from './metadata.js';
import { PersonalData } from './personal-data.js';
import { Profiles } from './profiles.js';
import { ServerMode } from './server-mode.js';
import { ServiceExport } from './service-export.js';
import { ServiceLine } from './service-line.js';
import { Services } from './services.js';
import { type ContextConfiguration, Settings } from './settings.js';
import { Steps } from './steps.js';
import { ONLY_TENANT } from './tenants.js';
import { Upkeep } from './upkeep.js';

export type { FoundProfile, Identification } from './customer-search.js';
export {
  attributeSchemaView,
  extensionNotFound,
  extensionSchemaView,
  findExtension,
  findKey,
  identificationKeyView,
} from './definitions.js';
export { ContextError, type ContextErrorCode, invalid, missing } from './errors.js';
export { hasExtensions, readInstant } from './event.js';
export type { ExtensionPlace } from './extension-records.js';
export type { Criteria } from './identification.js';
export type { ExtensionSubject } from './metadata.js';
export { profileView } from './profile.js';
export { type ImportLine, type ImportReport, importProfiles } from './profile-import.js';
export { profilePages } from './profile-pages.js';
export { purgeServices, readPurge } from './purge.js';
export type { Mode } from './server-mode.js';
export type { ServiceSelection } from './service-export.js';
export { type FileFormat, writeServiceFiles } from './service-files.js';
export { importServices } from './service-import.js';
export type { Reading, ServiceOwner, ServiceQuery } from './services.js';
export type { ContextConfiguration } from './settings.js';
export type { StepKind } from './step.js';
export { parseNumber, type StepQuery, stepNotFound } from './steps.js';
export { ONLY_TENANT, resolveTenant } from './tenants.js';

export interface ContextServicesOptions {
  database: Database;
  configuration: ContextConfiguration;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Where exported files are written; without it, exports to files are refused. */
  exportDirectory?: string;
}

/** The service that a contact begins. */
export interface ServiceRequest {
  tenant?: number;
  /** The customer's telephone number, in any notation. */
  number?: string;
  /** The customer, when known already. */
  customerId?: string;
  /** DBID or name of the type of the service. */
  type?: string | number;
  /** Event attributes (`session_id`, `interaction_id`, `media_type` ...) and extensions. */
  details?: JsonObject;
}

/**
 * Context Services as a whole. Stopped after construction; `start` begins to hear of other nodes' changes and to remove
 * what has expired, `stop` ends both. Requests are served in either state.
 */
export class ContextServices {
  readonly configuration: ContextConfiguration;
  readonly database: Database;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly log: Logger;
  readonly exportDirectory: string | undefined;
  readonly settings: Settings;
  readonly attributes: BusinessAttributes;
  readonly metadata: Metadata;
  readonly profiles: Profiles;
  readonly search: CustomerSearch;
  readonly services: Services;
  readonly steps: Steps;
  readonly extensionRecords: ExtensionRecords;
  readonly serviceExport: ServiceExport;
  readonly personalData: PersonalData;
  readonly mode: ServerMode;
  readonly upkeep: Upkeep;
  #stopListening: (() => void)[] = [];

  constructor(options: ContextServicesOptions) {
    const { database, configuration, clock, activity, log } = options;
    this.configuration = configuration;
    this.database = database;
    this.clock = clock;
    this.activity = activity;
    this.log = log;
    this.exportDirectory = options.exportDirectory;
    const settings = new Settings(configuration, log);
    const attributes = new BusinessAttributes(configuration);
    const line = new ServiceLine({ database, activity, log });
    const metadata = new Metadata({ database, clock, settings });
    this.settings = settings;
    this.attributes = attributes;
    this.metadata = metadata;
    this.profiles = new Profiles({ database, clock, settings, metadata });
    this.search = new CustomerSearch({ database, settings, metadata });
    this.services = new Services({ database, clock, settings, attributes, line });
    this.steps = new Steps({ database, clock, attributes, line });
    this.extensionRecords = new ExtensionRecords({ database, clock, metadata, line });
    this.serviceExport = new ServiceExport(database, attributes);
    this.personalData = new PersonalData({
      database,
      clock,
      profiles: this.profiles,
      services: this.serviceExport,
    });
    this.mode = new ServerMode(database);
    this.upkeep = new Upkeep({ database, clock, activity, log, configuration });
  }

  async start(): Promise<void> {
    this.#stopListening = [await this.metadata.listen(), await this.mode.listen()];
    this.upkeep.start();
  }

  stop(): void {
    this.upkeep.stop();
    for (const stop of this.#stopListening.splice(0)) stop();
  }

  /**
   * The customer who has this telephone number, in any notation; undefined when nobody has it, or several do, so that
   * nobody is taken for somebody else.
   * @param sql a transaction that the search shall belong to
   */
  async profileByNumber(
    number: string,
    tenant = ONLY_TENANT,
    sql: Sql = this.database,
  ): Promise<FoundProfile | undefined> {
    const [found, another] = await this.search.byNumber(tenant, number, sql);
    return another ? undefined : found;
  }

  /**
   * Starts a service for whoever is in contact: the customer with this number, or anonymously under the number.
   * @param sql a transaction that the start shall belong to
   * @throws ContextError `missing` when neither number nor customer is given; `invalid`
   */
  async startServiceFor(
    { tenant = ONLY_TENANT, number, customerId, type, details = {} }: ServiceRequest,
    sql?: Sql,
  ): Promise<{ serviceId: string; customerId: string | undefined }> {
    const found = customerId === undefined && number ? await this.profileByNumber(number, tenant, sql) : undefined;
    const customer = customerId ?? found?.customerId;
    const body: JsonObject = { ...details };
    if (customer !== undefined) body.customer_id = customer;
    if (number) body.contact_key = number;
    if (type !== undefined) body.service_type = type;
    return { serviceId: await this.services.start(tenant, body, sql), customerId: customer };
  }
}
