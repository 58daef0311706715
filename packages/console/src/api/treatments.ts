import { useQuery } from '@tanstack/react-query';
import { objects, text } from './json.js';
import { request } from './request.js';

/** The names of treatments by DBID, from `/api/v1/treatments`. @param isNeeded nothing is read otherwise */
export function useTreatmentNames(isNeeded: boolean) {
  return useQuery({
    queryKey: ['treatments'],
    enabled: isNeeded,
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const treatments = objects(await request('/api/v1/treatments?limit=1000', { signal }));
      return new Map(treatments.map((one) => [text(one, 'dbid') ?? '', text(one, 'name') ?? '']));
    },
  });
}
