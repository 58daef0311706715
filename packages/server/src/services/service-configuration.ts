import { RingbackError } from '../kernel/index.js';
import type { ResourceConfiguration } from './access/resource-groups.js';

type OptionMap = Readonly<Record<string, string>>;

/** What services need of the configuration. */
export interface ServiceConfiguration extends ResourceConfiguration {
  service(name: string): OptionMap | undefined;
  services(): ReadonlyMap<string, OptionMap>;
  section(name: string): OptionMap;
}

/** Whether a configured service is a builtin one, made from this template. */
export function isMadeFrom(options: OptionMap, template: string): boolean {
  return options._service === template && options._type?.toLowerCase() !== 'ors';
}

/**
 * The configured service of a template, on which another one depends (reference 001, "Services Cross-Dependencies"): the
 * one that bears the template's name, else the first by name.
 */
export function serviceOfTemplate(configuration: ServiceConfiguration, template: string): OptionMap | undefined {
  const named = configuration.service(template);
  if (named && isMadeFrom(named, template)) return named;
  const [first] = [...configuration.services()]
    .filter(([, options]) => isMadeFrom(options, template))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return first?.[1];
}

/** @throws RingbackError `missing-dependency` where no service of a template is configured */
export function requireTemplate(configuration: ServiceConfiguration, template: string): void {
  if (serviceOfTemplate(configuration, template)) return;
  throw new RingbackError('missing-dependency', `Service ${template} is not configured`);
}
