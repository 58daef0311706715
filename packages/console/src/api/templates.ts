import { useQuery } from '@tanstack/react-query';
import { type Members, objects, text } from './json.js';
import { request } from './request.js';

/** A service to start from: its options with what they are at first. */
export interface Template {
  id: string;
  title: string;
  description: string;
  options: Readonly<Record<string, string>>;
}

/** Every template that the server has. */
export function useTemplates() {
  return useQuery({
    queryKey: ['templates'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => objects(await request('/api/v1/option-catalogue', { signal })).flatMap(fromFamily),
  });
}

function fromFamily(family: Members): Template[] {
  const id = text(family, 'id');
  if (id === undefined || family.holder !== 'service') return [];
  const rows = objects(family.groups).flatMap((group) => objects(group.options));
  const presets = rows.flatMap((row) => {
    const name = text(row, 'name') ?? '';
    const preset = text(row, 'preset');
    return preset === undefined || name.endsWith('*') ? [] : [[name, preset]];
  });
  const builtin = !['callback', 'application'].includes(id);
  const kind = { _type: builtin ? 'builtin' : 'ors', _service: id };
  return [
    {
      id,
      title: text(family, 'title') ?? id,
      description: text(family, 'introduction') ?? '',
      options: { ...Object.fromEntries(presets), ...kind },
    },
  ];
}
