import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isObject, objects, text } from './json.js';
import { request } from './request.js';

/** A group of access numbers, and how one of them is chosen. */
export interface ResourceGroup {
  name: string;
  strategy?: string;
  members: readonly string[];
}

/** A group of patterns: names and regular expressions, as texts. */
export interface PatternGroup {
  name: string;
  patterns: Readonly<Record<string, string>>;
}

/** All groups of access numbers, from `GET /api/v1/resources`. */
export function useResourceGroups() {
  return useQuery({
    queryKey: ['resources'],
    queryFn: async ({ signal }) =>
      objects(await request('/api/v1/resources?limit=1000', { signal })).flatMap((group): ResourceGroup[] => {
        const name = text(group, 'name');
        if (name === undefined) return [];
        const strategy = text(group, 'strategy');
        const members = Array.isArray(group.members) ? group.members.map(String) : [];
        return [{ name, members, ...(strategy !== undefined && { strategy }) }];
      }),
  });
}

/** All groups of patterns, from `GET /api/v1/patterns`. */
export function usePatternGroups() {
  return useQuery({
    queryKey: ['patterns'],
    queryFn: async ({ signal }) =>
      objects(await request('/api/v1/patterns?limit=1000', { signal })).flatMap((group): PatternGroup[] => {
        const name = text(group, 'name');
        if (name === undefined) return [];
        const raw = isObject(group.patterns) ? group.patterns : {};
        return [{ name, patterns: Object.fromEntries(Object.keys(raw).map((key) => [key, text(raw, key) ?? ''])) }];
      }),
  });
}

/** Creates or replaces a configured object of a kind (`value` given), or deletes it (`value` undefined). */
export function useStoreObject(kind: 'resources' | 'patterns') {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: unknown }) => {
      const path = `/api/v1/${kind}/${encodeURIComponent(name)}`;
      return request(path, value === undefined ? { method: 'DELETE' } : { method: 'PUT', body: value });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [kind] }),
  });
}
