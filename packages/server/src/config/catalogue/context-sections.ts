import { flag, type OptionDefinition, type OptionFamily, oneOf, shaped, text } from './option.js';

const PERIOD = shaped(/^\d{1,6}[smhdwMy]$/, 'a number and one of s, m, h, d, w, M, y, such as 5y');

const cviewSection: readonly OptionDefinition[] = [
  { name: 'enabled', type: flag, absent: 'true', effect: '`false` switches Context Services off.' },
  {
    name: 'expiration',
    type: PERIOD,
    preset: '5y',
    absent: '5y',
    effect: 'How long services are kept after their last change; of services that are started from then on.',
  },
  {
    name: 'use-role',
    type: flag,
    preset: 'false',
    effect: 'People use their own credentials, and their roles decide (section `cs-roles`).',
  },
  { name: 'allow-custom-ids', type: flag, preset: 'false', effect: 'Clients may choose the ids of services.' },
  {
    name: 'data-validation',
    type: flag,
    preset: 'false',
    effect: 'Profile attributes that the profile schema does not know are refused.',
  },
  {
    name: 'default-country',
    type: shaped(/^[A-Za-z]{2}$/, 'an ISO 3166 code such as US'),
    effect: 'Country of the telephone numbers in profiles that name none.',
  },
  {
    name: 'empty-on-no-match',
    type: flag,
    preset: 'false',
    effect: 'An identification that finds nobody is answered with an empty body instead of an empty array.',
  },
  {
    name: 'cs-notfound-status',
    type: oneOf('400', '404'),
    preset: '400',
    absent: '400',
    effect: 'HTTP status for services, states and tasks that do not exist.',
  },
  {
    name: 'anonymous-include-associated',
    type: flag,
    preset: 'false',
    effect: 'Queries by contact key also show services that a customer was found for later.',
  },
  {
    name: 'link-contacts',
    type: oneOf('known', 'all', 'none'),
    preset: 'known',
    absent: 'known',
    effect:
      'Whose callbacks and calls start a service record by themselves: those of customers whose number is in exactly ' +
      'one profile, `all` (others under their number, anonymously), or of nobody.',
  },
  {
    name: 'contact-tenant',
    type: text,
    effect: 'Where there are several tenants: DBID or name of the one whose customers the callbacks and calls are.',
  },
  {
    name: 'callback-service-type',
    type: text,
    effect: 'DBID or name of the type of the service records of callbacks.',
  },
  { name: 'call-service-type', type: text, effect: 'DBID or name of the type of the service records of calls.' },
];

const FIELD = 'Business Attribute (a list object) that values this field.';
const businessAttributesSection: readonly OptionDefinition[] = [
  {
    name: 'map-names',
    type: flag,
    preset: 'false',
    effect: 'Answers hold the names of values instead of their DBIDs.',
  },
  { name: 'store-names', type: flag, preset: 'false', effect: 'Names are stored instead of DBIDs.' },
  ...['Service', 'State', 'Task'].flatMap((resource) =>
    ['type', 'application_type', 'resource_type', 'media_type', 'disposition'].map((field) => ({
      name: `${resource}.${field}`,
      type: text,
      effect: FIELD,
    })),
  ),
];

const tenantsSection: readonly OptionDefinition[] = [
  {
    name: '*',
    type: shaped(/^\d{1,9}$/, 'a DBID'),
    effect: 'DBID of the tenant of this name. With any tenant here, requests to Context Services have to name theirs.',
  },
];

const rolesSection: readonly OptionDefinition[] = [
  {
    name: '*',
    type: text,
    effect:
      'What people with the role of this name may do, separated by commas: `READ`, `WORK`, `WRITE`, or tasks such as `UCS.Service.startService`.',
  },
];

/** The sections of Context Services. */
export const contextSectionFamilies: readonly OptionFamily[] = [
  family('cview', 'Context Services.', cviewSection),
  family(
    'business-attributes',
    'Fields of services, states and tasks that have enumerated values. A tenant may have a section of its own, `business-attributes.` with its DBID.',
    businessAttributesSection,
  ),
  family('tenants', 'The tenants of Context Services.', tenantsSection),
  family('cs-roles', 'Rights in Context Services, with option `use-role` of section `cview`.', rolesSection),
];

function family(id: string, introduction: string, options: readonly OptionDefinition[]): OptionFamily {
  return { id, holder: 'section', title: `Section \`${id}\``, introduction, groups: [{ title: '', options }] };
}
