import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isObject, objects, text } from './json.js';
import { request } from './request.js';

/** A configured service: its name and its options as the configuration holds them. */
export interface Service {
  name: string;
  options: Readonly<Record<string, string>>;
}

/**
 * True for services whose requests are callbacks, as the server decides it: they say so, or have what only callbacks
 * have, a direction or a target.
 */
export function isCallbackService({ options }: Pick<Service, 'options'>): boolean {
  if (options._service === 'callback' || options._service_type?.toLowerCase() === 'callback') return true;
  if (options._type?.toLowerCase() === 'builtin') return false;
  return options._call_direction !== undefined || options._target !== undefined;
}

function parseServices(body: unknown): Service[] {
  return objects(body).flatMap((service) => {
    const name = text(service, 'name');
    if (name === undefined) return [];
    const raw = isObject(service.options) ? service.options : {};
    const options = Object.fromEntries(Object.keys(raw).map((key) => [key, text(raw, key) ?? '']));
    return [{ name, options }];
  });
}

/** All configured services, from `GET /api/v1/services`. */
export function useServices() {
  return useQuery({
    queryKey: ['services'],
    queryFn: async ({ signal }) => parseServices(await request('/api/v1/services?limit=1000', { signal })),
  });
}

/** What a service's options become: a null takes an option out. */
export type OptionChanges = Readonly<Record<string, string | null>>;

const address = (name: string) => `/api/v1/services/${encodeURIComponent(name)}`;

/** Creates a service with these options. The name must be free. */
export function useCreateService() {
  return useServiceMutation(({ name, options }: Service) => request(address(name), { method: 'PUT', body: options }));
}

/** Changes some options of a service and leaves the others, which somebody else may be changing. */
export function useChangeService() {
  return useServiceMutation(({ name, changes }: { name: string; changes: OptionChanges }) =>
    request(address(name), { method: 'PATCH', body: changes }),
  );
}

export function useDeleteService() {
  return useServiceMutation((name: string) => request(address(name), { method: 'DELETE' }));
}

function useServiceMutation<Variables>(send: (variables: Variables) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSettled: () => queries.invalidateQueries({ queryKey: ['services'] }) });
}

/** Sends a request to a service as a client of it would; resolves with its answer. */
export function tryService(path: string, body: Readonly<Record<string, string>>): Promise<unknown> {
  return request(path, { method: 'POST', body });
}

/** The options of a service that has changed, compared with what it was: what to send. */
export function changesBetween(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): OptionChanges {
  const changes: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(after)) {
    if (value !== '' && before[name] !== value) changes[name] = value;
  }
  for (const [name, value] of Object.entries(before)) {
    if (value !== '' && (after[name] ?? '') === '') changes[name] = null;
  }
  return changes;
}
