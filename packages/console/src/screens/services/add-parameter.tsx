import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { isParameterName } from './option-rows.js';
import { useServicesTexts } from './use-services-texts.js';

/** Adds a parameter that the catalogue does not know. */
export function AddParameter({
  taken,
  onAdd,
}: {
  taken: Readonly<Record<string, string>>;
  onAdd: (name: string) => void;
}) {
  const say = useServicesTexts();
  const [name, setName] = useState('');
  const problem = !isParameterName(name) ? 'badParameter' : taken[name] !== undefined && 'parameterTaken';
  const add = () => {
    if (problem !== false) return;
    onAdd(name);
    setName('');
  };
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        size="xs"
        w={240}
        aria-label={say('parameterName')}
        placeholder={say('parameterName')}
        value={name}
        error={name !== '' && problem !== false && say(problem)}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          // Not the whole form.
          event.preventDefault();
          add();
        }}
      />
      <Button size="xs" variant="default" disabled={problem !== false} onClick={add}>
        {say('addParameter')}
      </Button>
    </Group>
  );
}
