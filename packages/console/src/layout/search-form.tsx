import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';

/** A kind of thing that can be looked for. */
export interface SearchKind<Value extends string> {
  value: Value;
  label: string;
  /** Where it is chosen: how such a thing is written. */
  placeholder?: string;
}

/** What is looked for: part of the page's address. Nothing: `wanted` is empty. */
export function useSearched<Value extends string>(kinds: readonly Value[], first: Value) {
  const [parameters] = useSearchParams();
  return {
    by: kinds.find((kind) => kind === parameters.get('by')) ?? first,
    wanted: parameters.get('search') ?? '',
  };
}

/** Chooses a kind and takes what is looked for into the page's address. */
export function SearchForm<Value extends string>({
  kinds,
  searched,
  label,
  labelOfKinds,
  find,
}: {
  kinds: readonly SearchKind<Value>[];
  searched: { by: Value; wanted: string };
  /** Of the field. */
  label: string;
  labelOfKinds: string;
  /** Of the button. */
  find: string;
}) {
  const [, setParameters] = useSearchParams();
  const [by, setBy] = useState<string>(searched.by);
  const [typed, setTyped] = useState(searched.wanted);
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setParameters(typed.trim() === '' ? {} : { by, search: typed.trim() });
        }}
      >
        <Group gap="xs">
          <NativeSelect
            {...{ size: 'xs', 'aria-label': labelOfKinds, value: by }}
            data={kinds.map(({ value, label: name }) => ({ value, label: name }))}
            onChange={(event) => setBy(event.currentTarget.value)}
          />
          <TextInput
            {...{ type: 'search', size: 'xs', w: 200, 'aria-label': label, value: typed }}
            placeholder={kinds.find(({ value }) => value === by)?.placeholder ?? ''}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" variant="default">
            {find}
          </Button>
        </Group>
      </form>
    </search>
  );
}
