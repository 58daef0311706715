import * as builtin from './builtin-services.js';
import { callbackGeneral, callbackNotification, callbackReporting, everyService } from './callback-general.js';
import { callbackQueue, callbackSchedule } from './callback-queue.js';
import { callbackChat, callbackRouting, callbackUserOriginated } from './callback-routing.js';
import { callbackTreatments, callbackUserTerminated } from './callback-voice.js';
import { contextSectionFamilies } from './context-sections.js';
import type { OptionDefinition, OptionFamily } from './option.js';
import { orsSection } from './orchestration-sections.js';
import { pushSection } from './push-section.js';
import * as sections from './sections.js';
import { signInSection } from './sign-in-section.js';

export type { OptionDefinition, OptionFamily, OptionGroup, OptionType } from './option.js';

/** Options of a service as they are configured: name to text. */
type Options = Readonly<Record<string, string>>;

/** Every row of the catalogue; the types of `options.ts` are derived from it. */
const rows = [
  ...everyService,
  ...callbackGeneral,
  ...callbackNotification,
  ...callbackReporting,
  ...callbackQueue,
  ...callbackSchedule,
  ...callbackRouting,
  ...callbackUserOriginated,
  ...callbackChat,
  ...callbackUserTerminated,
  ...callbackTreatments,
  ...builtin.officeHours,
  ...builtin.capacity,
  ...builtin.requestInteraction,
  ...builtin.requestAccess,
  ...builtin.get,
  ...builtin.requestChat,
  ...builtin.ursStat,
  ...builtin.application,
  ...sections.callbackSection,
  ...sections.serverSection,
  ...signInSection,
  ...orsSection,
  ...sections.gmsSection,
  ...pushSection,
  ...sections.chatSection,
  ...sections.routingSection,
  ...sections.ocServerSection,
];
type Row = (typeof rows)[number];

/** Names of options that mean something when they are absent, so that typed access to them always has a value. */
export type DefaultedOption = Extract<Row, { readonly absent: string }>['name'];

const common = { title: 'Every service', options: everyService };

function service(id: string, title: string, introduction: string, options: readonly OptionDefinition[]): OptionFamily {
  return { id, holder: 'service', title, introduction, groups: [common, { title: '', options }] };
}

const callback: OptionFamily = {
  id: 'callback',
  holder: 'service',
  title: 'Callback services',
  introduction:
    'Services with `_service: callback`, or with an application of their own and `_call_direction`, `_target` or `_service_type: callback`. All options are handed to the application as parameters of its session.',
  groups: [
    common,
    { title: 'General', options: callbackGeneral },
    { title: 'Queue management', options: callbackQueue },
    { title: 'Scheduled call', options: callbackSchedule },
    { title: 'Queueing', options: callbackRouting },
    { title: 'Voice, user terminated', options: callbackUserTerminated },
    { title: 'Voice, user originated', options: callbackUserOriginated },
    { title: 'Voice treatments', options: callbackTreatments },
    { title: 'Notification', options: callbackNotification },
    { title: 'Chat', options: callbackChat },
    { title: 'Reporting', options: callbackReporting },
  ],
};

const applications = service(
  'application',
  'Other applications',
  'Services of type `ors` that are no callback services, such as `hello`. Options that are not listed are handed to the application.',
  builtin.application,
);

const builtinServices: readonly OptionFamily[] = [
  service(
    'office-hours',
    'Office hours',
    'When an office is open. `*` stands for any suffix that makes the name unique.',
    builtin.officeHours,
  ),
  service('capacity', 'Capacity', 'How many callbacks can be booked at which hour.', builtin.capacity),
  service(
    'request-interaction',
    'Request interaction',
    'Access numbers for customers who call.',
    builtin.requestInteraction,
  ),
  service('app-to-connect-basic', 'App to connect', 'Another name of request-interaction.', builtin.requestInteraction),
  service('request-access', 'Request access', 'Access information for an existing service.', builtin.requestAccess),
  service(
    'match-interaction',
    'Match interaction',
    'Finds the service that a call belongs to.',
    builtin.matchInteraction,
  ),
  service('get', 'Get', 'A probe for load balancers.', builtin.get),
  service('request-chat', 'Request chat', 'Chats.', builtin.requestChat),
  service('urs-stat', 'Statistic of a routing server', 'A statistic read from elsewhere.', builtin.ursStat),
];

/** All families in the order of the reference page. */
export const families: readonly OptionFamily[] = [
  callback,
  applications,
  ...builtinServices,
  ...sections.sectionFamilies,
  ...contextSectionFamilies,
];

const indexes = new Map<OptionFamily, FamilyIndex>(families.map((family) => [family, indexOf(family)]));

interface FamilyIndex {
  exact: ReadonlyMap<string, OptionDefinition>;
  prefixed: readonly { prefix: string; option: OptionDefinition }[];
}

function indexOf(family: OptionFamily): FamilyIndex {
  const options = family.groups.flatMap((group) => group.options);
  const prefixed = options
    .filter((option) => option.name.endsWith('*'))
    .map((option) => ({ prefix: option.name.slice(0, -1), option }));
  return { exact: new Map(options.map((option) => [option.name, option])), prefixed };
}

const builtinById = new Map(builtinServices.map((family) => [family.id, family]));

/**
 * True for a service whose requests are callbacks: by its `_service` or `_service_type`, or because it says what only
 * callbacks have, a direction or a target. So a copy of the shipped application under another name needs nothing more
 * than that name.
 */
export function isCallbackService({ _type, _service = '', _service_type, _call_direction, _target }: Options): boolean {
  if (_service === 'callback' || _service_type?.toLowerCase() === 'callback') return true;
  if (_type?.toLowerCase() === 'builtin' || builtinById.has(_service)) return false;
  return _call_direction !== undefined || _target !== undefined;
}

/** The family that a service belongs to by its `_service`, `_service_type` and `_type`. */
export function serviceFamily(options: Options): OptionFamily {
  if (isCallbackService(options)) return callback;
  return builtinById.get(options._service ?? '') ?? applications;
}

const sectionById = new Map(
  [...sections.sectionFamilies, ...contextSectionFamilies].map((family) => [family.id, family]),
);

/** The family of a server-wide section; undefined for sections that the catalogue does not know. */
export function sectionFamily(section: string): OptionFamily | undefined {
  return sectionById.get(section.startsWith('push.provider.') ? 'push' : section);
}

/** The row for an option; undefined for options that the catalogue does not know, which are accepted as they are. */
export function optionOf(family: OptionFamily | undefined, name: string): OptionDefinition | undefined {
  const index = family && indexes.get(family);
  if (!index) return undefined;
  return index.exact.get(name) ?? index.prefixed.find(({ prefix }) => name.startsWith(prefix))?.option;
}
