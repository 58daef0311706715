import { type CatalogueOption, familyOf, type OptionFamily } from '../../api/catalogue.js';
import { usePatternGroups, useResourceGroups } from '../../api/configured.js';
import { useServices } from '../../api/services.js';

/** Options that name a service of a kind. */
const SERVICE_OF_KIND: ReadonlyMap<string, string> = new Map([
  ['_business_hours_service', 'office-hours'],
  ['_capacity_service', 'capacity'],
  ['_use_alternative', 'office-hours'],
  ['_include_regular', 'office-hours'],
  ['_include_special', 'office-hours'],
]);

/** Values that exist elsewhere and fit an option; undefined where there is no such list. */
export function useSuggestions(families: readonly OptionFamily[]) {
  const services = useServices();
  const patterns = usePatternGroups();
  const resources = useResourceGroups();
  return (name: string, option: CatalogueOption | undefined): readonly string[] | undefined => {
    const kind = SERVICE_OF_KIND.get(option?.name.replace('*', '') ?? name);
    if (kind !== undefined) {
      const fitting = services.data?.filter(({ options }) => familyOf(families, options)?.id === kind);
      return fitting?.map((service) => service.name) ?? [];
    }
    if (option?.form.kind === 'time-zone') return Intl.supportedValuesOf('timeZone');
    if (name === '_exceptions') return patterns.data?.map((group) => group.name) ?? [];
    if (name === '_resource_group') return resources.data?.map((group) => group.name) ?? [];
    return undefined;
  };
}
