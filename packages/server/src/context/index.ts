/**
 * Context Services, the customer's memory: profiles, the services that a customer was promised with their states and
 * tasks, and what is defined about them.
 */
import type { Activity, Clock, Logger } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { BusinessAttributes } from './business-attributes.js';
import type { ContextConfiguration } from './configuration.js';
import { ContactLinks } from './contact-links.js';
import { CustomerDirectory } from './customer-directory.js';
import { CustomerSearch } from './customer-search.js';
import { ExtensionRecords } from './extension-records.js';
import { Metadata } from './metadata.js';
import { PersonalData } from './personal-data.js';
import { Profiles } from './profiles.js';
import { ServerMode } from './server-mode.js';
import { ServiceExport } from './service-export.js';
import { ServiceLine } from './service-line.js';
import { Services } from './services.js';
import { Settings } from './settings.js';
import { Steps } from './steps.js';
import { Upkeep } from './upkeep.js';

export type { ContextConfiguration } from './configuration.js';
export type { Contact, ContactEvent, ContactKind, ContactLinks, LinkedContact } from './contact-links.js';
export type { CustomerDirectory, CustomerView, Journey } from './customer-directory.js';
export type { Identification } from './customer-search.js';
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
  readonly contactLinks: ContactLinks;
  readonly customers: CustomerDirectory;
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
    this.contactLinks = new ContactLinks({
      database,
      clock,
      settings,
      attributes,
      search: this.search,
      services: this.services,
      steps: this.steps,
    });
    this.serviceExport = new ServiceExport(database, attributes);
    this.customers = new CustomerDirectory({
      database,
      metadata,
      profiles: this.profiles,
      search: this.search,
      services: this.serviceExport,
      contactLinks: this.contactLinks,
    });
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
}
