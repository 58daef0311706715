import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Callback, parseCallback } from './callbacks.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';
import { Refusal } from './refusal.js';
import { request, requestPage } from './request.js';

/** A customer's profile, from `GET /api/v1/customers`. */
export interface Customer {
  id: string;
  /** The profile's attributes as text. */
  attributes: Readonly<Record<string, string>>;
  /** The records of each extension. */
  extensions: Readonly<Record<string, readonly Members[]>>;
}

/** An attempt to reach the customer. */
export interface Attempt {
  at: number;
  number: number;
  /** Absent while it is under way. */
  result?: string;
}

/** Something that happened with a customer, for the timeline. */
export type JourneyEntry =
  | {
      kind: 'service';
      at: number;
      id: string;
      type?: string;
      completedAt?: number;
      ended?: string;
      steps: JourneyStep[];
    }
  | { kind: 'callback'; at: number; id: string; endedAt?: number; callback?: Callback; attempts: Attempt[] }
  | { kind: 'call'; at: number; id: string; endedAt?: number; number: string };

/** A state or task of a service. */
export interface JourneyStep {
  kind: 'state' | 'task';
  name: string;
  startedAt: number;
  completedAt?: number;
}

/** The name of a person as far as the profile knows it. */
export function nameOf({ id, attributes }: Customer): string {
  const name = [attributes.Title, attributes.FirstName, attributes.LastName].filter(Boolean).join(' ');
  return name === '' ? id : name;
}

/** Customers that match, or all of them page by page. */
export function useCustomers(search: string) {
  return useInfiniteQuery({
    queryKey: ['customers', search],
    queryFn: async ({ pageParam, signal }) => {
      const { body, next } = await requestPage(pageParam, { signal });
      return { customers: objects(body).flatMap(parseCustomer), next };
    },
    initialPageParam: `/api/v1/customers?${new URLSearchParams({ limit: '50', ...(search !== '' && { search }) })}`,
    getNextPageParam: ({ next }) => next,
  });
}

/** One customer, or null when there is none with this id. */
export function useCustomer(id: string) {
  return useQuery({
    queryKey: ['customer', id],
    queryFn: async ({ signal }) => {
      try {
        const found = await request(`/api/v1/customers/${encodeURIComponent(id)}`, { signal });
        return (isObject(found) ? parseCustomer(found)[0] : undefined) ?? null;
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) return null;
        throw error;
      }
    },
  });
}

/** The attributes that are defined for profiles, with whether each has to be given. */
export function useProfileAttributes() {
  return useQuery({
    queryKey: ['customer-definitions'],
    queryFn: async ({ signal }) => {
      const found = await request('/api/v1/customers/definitions', { signal });
      return objects(isObject(found) ? found.attributes : undefined).flatMap((attribute) => {
        const name = text(attribute, 'name');
        return name === undefined ? [] : [{ name, mandatory: attribute.mandatory === true }];
      });
    },
  });
}

/** Everything that happened with a customer, the latest first. */
export function useJourney(id: string) {
  return useQuery({
    queryKey: ['customer', id, 'journey'],
    queryFn: async ({ signal }) => {
      const found = await request(`/api/v1/customers/${encodeURIComponent(id)}/journey`, { signal });
      return isObject(found) ? parseJourney(found) : [];
    },
    refetchInterval: 5_000,
  });
}

/** Changes attributes; an empty text removes one. */
export async function changeCustomer(id: string, attributes: Readonly<Record<string, string>>): Promise<void> {
  const body = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, value === '' ? null : value]),
  );
  await request(`/api/v1/customers/${encodeURIComponent(id)}`, { method: 'PATCH', body });
}

/** Lets every page that shows customers ask again. */
export function useCustomersChanged() {
  const queries = useQueryClient();
  return async (id: string) => {
    await queries.invalidateQueries({ queryKey: ['customer', id] });
    await queries.invalidateQueries({ queryKey: ['customers'] });
  };
}

export function parseCustomer(members: Members): Customer[] {
  const id = text(members, 'id');
  if (id === undefined) return [];
  const { attributes, extensions } = members;
  return [
    {
      id,
      attributes: isObject(attributes) ? asTexts(attributes) : {},
      extensions: Object.fromEntries(
        Object.entries(isObject(extensions) ? extensions : {}).map(([name, value]) => [
          name,
          isObject(value) ? [value] : objects(value),
        ]),
      ),
    },
  ];
}

/** Members as text; objects and arrays as JSON. */
export function asTexts(members: Members): Record<string, string> {
  return Object.fromEntries(
    Object.keys(members).flatMap((name) => {
      const value = members[name];
      const shown = typeof value === 'object' && value !== null ? JSON.stringify(value) : text(members, name);
      return shown === undefined ? [] : [[name, shown]];
    }),
  );
}

export function parseJourney(members: Members): JourneyEntry[] {
  const entries = [
    ...objects(members.services).flatMap(parseService),
    ...objects(members.contacts).flatMap(parseContact),
  ];
  return entries.sort((one, other) => other.at - one.at);
}

function parseService(members: Members): JourneyEntry[] {
  const id = text(members, 'service_id');
  const at = isObject(members.started) ? instant(members.started, 'timestamp') : undefined;
  if (id === undefined || at === undefined) return [];
  const type = text(members, 'service_type');
  const completedAt = isObject(members.completed) ? instant(members.completed, 'timestamp') : undefined;
  const ended = text(members, 'disposition_desc') ?? text(members, 'disposition');
  const steps = (['active_states', 'completed_states', 'active_tasks', 'completed_tasks'] as const)
    .flatMap((list) =>
      objects(members[list]).flatMap((step) => parseStep(list.includes('state') ? 'state' : 'task', step)),
    )
    .sort((one, other) => one.startedAt - other.startedAt);
  return [
    {
      kind: 'service',
      at,
      id,
      steps,
      ...(type !== undefined && { type }),
      ...(completedAt !== undefined && { completedAt }),
      ...(ended !== undefined && { ended }),
    },
  ];
}

function parseStep(kind: 'state' | 'task', members: Members): JourneyStep[] {
  const startedAt = isObject(members.started) ? instant(members.started, 'timestamp') : undefined;
  if (startedAt === undefined) return [];
  const completedAt = isObject(members.completed) ? instant(members.completed, 'timestamp') : undefined;
  const name = text(members, `${kind}_type`) ?? `${kind} ${text(members, `${kind}_id`) ?? ''}`;
  return [{ kind, name, startedAt, ...(completedAt !== undefined && { completedAt }) }];
}

function parseContact(members: Members): JourneyEntry[] {
  const id = text(members, 'id');
  const at = instant(members, 'at');
  if (id === undefined || at === undefined) return [];
  const endedAt = instant(members, 'endedAt');
  const common = { at, id, ...(endedAt !== undefined && { endedAt }) };
  if (members.kind === 'call') return [{ kind: 'call', ...common, number: text(members, 'number') ?? '' }];
  const callback = isObject(members.callback) ? parseCallback(members.callback)[0] : undefined;
  return [{ kind: 'callback', ...common, attempts: attemptsOf(members), ...(callback && { callback }) }];
}

/** Each attempt once: its dial, and its result when it has one. */
function attemptsOf(members: Members): Attempt[] {
  const attempts = new Map<number, Attempt>();
  for (const event of objects(members.attempts)) {
    const at = instant(event, 'at');
    const place = number(event, 'attempt');
    if (at === undefined || place === undefined) continue;
    const result = text(event, 'result');
    attempts.set(place, {
      at: attempts.get(place)?.at ?? at,
      number: place,
      ...(result !== undefined && { result }),
    });
  }
  return [...attempts.values()];
}
