import { useQuery } from '@tanstack/react-query';
import { isObject, objects, text } from './json.js';
import { request } from './request.js';

/** A configured service: its name and its options as the configuration holds them. */
export interface Service {
  name: string;
  options: Readonly<Record<string, string>>;
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
