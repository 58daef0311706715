import { useQuery } from '@tanstack/react-query';
import { isObject, type Members, objects, text } from './json.js';
import { request } from './request.js';

/** A service to start from: its options with what they are at first. */
export interface Template {
  name: string;
  title: string;
  description: string;
  /** Options that have to be filled in before the service is of use. */
  mandatory: readonly string[];
  /** Services of these templates must exist before this one is used. */
  requires: readonly string[];
  options: Readonly<Record<string, string>>;
}

/** Every template that the server has, from `GET /api/v1/templates`. */
export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => objects(await request('/api/v1/templates', { signal })).flatMap(parseTemplate),
  });
}

function parseTemplate(template: Members): Template[] {
  const name = text(template, 'name');
  if (name === undefined) return [];
  const values = isObject(template.values) ? template.values : {};
  // An empty option is an absent one.
  const filled = Object.keys(values).flatMap((key): [string, string][] => {
    const value = text(values, key);
    return value === undefined ? [] : [[key, value]];
  });
  return [
    {
      name,
      title: text(template, 'title') ?? name,
      description: text(template, 'description') ?? '',
      mandatory: names(template.mandatory),
      requires: names(template.requires),
      options: Object.fromEntries(filled),
    },
  ];
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
