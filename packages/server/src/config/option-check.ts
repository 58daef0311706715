import { type ErrorDetail, isObject, type JsonValue } from '../kernel/index.js';
import { capacityComplaints } from './capacity-check.js';
import { type OptionFamily, optionOf, sectionFamily, serviceFamily } from './catalogue/index.js';
import { complaint } from './catalogue/value.js';
import type { OptionMap } from './options.js';

/** Everything that is wrong with the options of a service. */
export function checkService(options: OptionMap): ErrorDetail[] {
  const family = serviceFamily(options);
  const own = family.id === 'capacity' ? capacityComplaints(options) : [];
  return [...checkOptions(family, options), ...own];
}

/** Everything that is wrong with the options of a server-wide section. */
export function checkSection(section: string, options: OptionMap): ErrorDetail[] {
  return checkOptions(sectionFamily(section), options);
}

/** Options that the catalogue does not know are accepted, as the original does: applications have their own. */
function checkOptions(family: OptionFamily | undefined, options: OptionMap): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  for (const [name, value] of Object.entries(options)) {
    const option = optionOf(family, name);
    const detail = option && complaint(option.type, value);
    if (detail) details.push({ pointer: pointerTo(name), detail });
  }
  return details;
}

/** The names among `options` whose values only administrators may see. */
export function secretOptions(family: OptionFamily | undefined, options: OptionMap): string[] {
  return Object.keys(options).filter((name) => optionOf(family, name)?.secret);
}

/** A JSON pointer (RFC 6901) to a member, or to a member of a member. */
export function pointerTo(...path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Options that are set although they can have no effect here: a sentence for each. What templates pre-fill counts as unset. */
export function inertOptions(kind: 'services' | 'options', name: string, options: OptionMap): string[] {
  const family = kind === 'services' ? serviceFamily(options) : sectionFamily(name);
  const holder = kind === 'services' ? 'service' : 'section';
  return Object.entries(options).flatMap(([option, value]) => {
    const { inert, preset } = optionOf(family, option) ?? {};
    if (inert === undefined || value.trim() === '' || value === preset) return [];
    return [`Option ${option} of ${holder} ${name} has no effect here, because ${inert}.`];
  });
}

/** What the shipped applications cannot do without, where a request may not give it either. */
const NEEDED: readonly { option: string; when: (options: OptionMap) => boolean; why: string }[] = [
  { option: '_target', when: () => true, why: 'no agent can be found' },
  {
    option: '_resource_group',
    when: ({ _call_direction = '', _media_type = '' }) =>
      _call_direction.trim().toUpperCase() === 'USERORIGINATED' && _media_type.trim().toLowerCase() !== 'chat',
    why: 'customers get no number to call',
  },
];

/** Options that a callback service lacks, unless each of its requests brings them: a sentence for each. */
function missingOptions(name: string, options: OptionMap): string[] {
  const isShipped = (options._service ?? 'callback').trim() === 'callback' && !options._ors?.trim();
  if (!isShipped || serviceFamily(options).id !== 'callback') return [];
  return NEEDED.filter(({ option, when }) => !options[option]?.trim() && when(options)).map(
    ({ option, why }) => `Option ${option} of service ${name} is not set: ${why}, unless the request has it.`,
  );
}

/** What is accepted, but hardly meant so, in a service or a section: a sentence for each. */
export function optionWarnings(kind: 'services' | 'options', name: string, options: OptionMap): string[] {
  const missing = kind === 'services' ? missingOptions(name, options) : [];
  return [...missing, ...inertOptions(kind, name, options)];
}

/** The same for all services and sections of a configuration file. */
export function warningsInFile({
  objects,
}: {
  objects: readonly { kind: string; name: string; value: JsonValue }[];
}): string[] {
  return objects.flatMap(({ kind, name, value }) => {
    if ((kind !== 'services' && kind !== 'options') || !isObject(value)) return [];
    const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return optionWarnings(kind, name, Object.fromEntries(texts));
  });
}
