import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, isObject, type Members, objects, text } from './json.js';
import { request, requestPage } from './request.js';

/** What people may be; administrators may do everything. */
export const ROLES = ['administrator', 'supervisor', 'agent', 'developer'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who may log in with a password. */
export interface Person {
  name: string;
  roles: Role[];
  enabled: boolean;
}

/** Who is logged in here. */
export interface Me {
  name: string;
  /** Whether one came in by the login page, and can go out again. */
  isSession: boolean;
  may: ReadonlySet<string>;
}

/** One administrative change. */
export interface AuditEntry {
  id: string;
  at: number;
  author: string;
  address?: string;
  action: string;
  kind: string;
  name: string;
  before?: unknown;
  after?: unknown;
}

export interface AuditFilter {
  author?: string;
  kind?: string;
  name?: string;
}

const PEOPLE = 'people';

export function useMe() {
  return useQuery({
    queryKey: ['me'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Me> => {
      const body = await request('/api/v1/me', { signal });
      const members = isObject(body) ? body : {};
      return {
        name: text(members, 'name') ?? '',
        isSession: members.session === true,
        may: new Set(textsOf(members.may)),
      };
    },
  });
}

export function usePeople() {
  return useQuery({
    queryKey: [PEOPLE],
    queryFn: async ({ signal }) => objects(await request('/api/v1/users?limit=1000', { signal })).map(parsePerson),
  });
}

/** Stores a person; without a password the one that is there stays. */
export function useStorePerson() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, roles, enabled, password }: Person & { password?: string }) =>
      request(`/api/v1/users/${encodeURIComponent(name)}`, {
        method: 'PUT',
        body: { roles, enabled, ...(password !== undefined && { password }) },
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: [PEOPLE] }),
  });
}

export function useDeletePerson() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request(`/api/v1/users/${encodeURIComponent(name)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: [PEOPLE] }),
  });
}

/** Administrative changes, the latest first. */
export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: `/api/v1/audit?${new URLSearchParams({ ...filter })}`,
    queryFn: async ({ pageParam, signal }) => {
      const { body, next } = await requestPage(pageParam, { signal });
      return { entries: objects(body).map(parseEntry), next };
    },
    getNextPageParam: ({ next }) => next,
  });
}

function parsePerson(members: Members): Person {
  return {
    name: text(members, 'name') ?? '',
    roles: textsOf(members.roles).flatMap((role) => ROLES.find((known) => known === role) ?? []),
    enabled: members.enabled !== false,
  };
}

function parseEntry(members: Members): AuditEntry {
  const [author, action, kind, name] = ['author', 'action', 'kind', 'name'].map((key) => text(members, key) ?? '');
  const address = text(members, 'address');
  return {
    id: text(members, 'id') ?? '',
    at: instant(members, 'at') ?? 0,
    ...{ author: author ?? '', action: action ?? '', kind: kind ?? '', name: name ?? '' },
    ...(address !== undefined && { address }),
    ...('before' in members && { before: members.before }),
    ...('after' in members && { after: members.after }),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
