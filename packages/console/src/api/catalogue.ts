import { useQuery } from '@tanstack/react-query';
import { isObject, type Members, number, objects, text } from './json.js';
import { request } from './request.js';
import { isCallbackService } from './services.js';

/** How an option's text has to look, as far as a form can help with it. */
export interface OptionForm {
  kind: string;
  /** The only values that are allowed. */
  values?: readonly string[];
  /** In words: what is right. */
  form?: string;
  unit?: string;
  min?: number;
  max?: number;
}

/** One option: a row of the server's catalogue. */
export interface CatalogueOption {
  /** Exact name, or a prefix and `*` for options of which there may be several. */
  name: string;
  form: OptionForm;
  /** What a template fills in. */
  preset?: string;
  /** What holds when it is not set. */
  absent?: string;
  effect: string;
  since?: string;
  secret: boolean;
  /** Why it changes nothing here. */
  inert?: string;
}

export interface CatalogueGroup {
  title: string;
  options: readonly CatalogueOption[];
}

/** The options of a kind of service. */
export interface OptionFamily {
  id: string;
  title: string;
  introduction: string;
  groups: readonly CatalogueGroup[];
}

function parseFamily(family: Members): OptionFamily[] {
  const id = text(family, 'id');
  if (id === undefined || family.holder !== 'service') return [];
  return [
    {
      id,
      title: text(family, 'title') ?? id,
      introduction: text(family, 'introduction') ?? '',
      groups: objects(family.groups).map((group) => ({
        title: text(group, 'title') ?? '',
        options: objects(group.options).flatMap(parseOption),
      })),
    },
  ];
}

function parseOption(option: Members): CatalogueOption[] {
  const name = text(option, 'name');
  if (name === undefined) return [];
  const preset = text(option, 'preset');
  const absent = text(option, 'absent');
  const since = text(option, 'since');
  const inert = text(option, 'inert');
  return [
    {
      name,
      form: parseForm(isObject(option.type) ? option.type : {}),
      effect: text(option, 'effect') ?? '',
      secret: option.secret === true,
      ...(preset !== undefined && { preset }),
      ...(absent !== undefined && { absent }),
      ...(since !== undefined && { since }),
      ...(inert !== undefined && { inert }),
    },
  ];
}

function parseForm(type: Members): OptionForm {
  const form: OptionForm = { kind: text(type, 'kind') ?? 'text' };
  if (Array.isArray(type.values)) form.values = type.values.map(String);
  const words = text(type, 'form') ?? text(type, 'items');
  if (words !== undefined) form.form = words;
  const unit = form.kind === 'seconds' ? 's' : text(type, 'unit');
  if (unit !== undefined) form.unit = unit;
  const [least, most] = Array.isArray(type.clamp) ? type.clamp : [type.min, type.max];
  const min = number({ least }, 'least');
  if (min !== undefined) form.min = min;
  const max = number({ most }, 'most');
  if (max !== undefined) form.max = max;
  return form;
}

/** The option families of services, from `GET /api/v1/option-catalogue`. */
export function useCatalogue() {
  return useQuery({
    queryKey: ['option-catalogue'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => objects(await request('/api/v1/option-catalogue', { signal })).flatMap(parseFamily),
  });
}

/**
 * The family that a service belongs to by its options, as the server decides it: a callback service says so, or has what
 * only callbacks have; the builtin services are known by name; the rest are applications.
 */
export function familyOf(
  families: readonly OptionFamily[],
  options: Readonly<Record<string, string>>,
): OptionFamily | undefined {
  const find = (id: string) => families.find((family) => family.id === id);
  const service = options._service ?? '';
  const builtin = ['callback', 'application'].includes(service) ? undefined : find(service);
  if (builtin !== undefined && options._service_type?.toLowerCase() !== 'callback') return builtin;
  return find(isCallbackService({ options }) ? 'callback' : 'application');
}
